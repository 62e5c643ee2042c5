// The tree at the left: what lies around that which is shown, from its file or kernel on.

import { below, describe, nameOf, parentOf, type GroupDescription, type Item } from "./description";
import { viewOf } from "./address";
import { Branch, branches, type Grove } from "./branch";
import { make } from "./dom";
import { documentOf } from "./node";
import { walk } from "./tree-keys";

const PAUSE = 200; // milliseconds between a key and the search for what was typed
const MOST_FOUND = 200;

export class Tree {
  private readonly list = make("ul", { role: "tree", "aria-label": "Contents" });
  private readonly found = make("ul", { role: "tree", "aria-label": "Found", hidden: true });
  private readonly note = make("p", { role: "status" });
  private readonly field = make("input", {
    type: "search",
    "aria-label": "Find by name",
    input: () => this.typed(),
  });
  private root: Branch | undefined;
  private timer = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly grove: Grove,
  ) {
    for (const list of [this.list, this.found])
      list.addEventListener("keydown", (event) => walk(list, event, (path) => grove.choose(path)));
  }

  /** Show the row of a path, and those around it. */
  async show(path: string): Promise<void> {
    const root = await this.rootOf(path);
    if (!root) {
      this.note.textContent = "There is nothing around this.";
      return this.element.replaceChildren(this.note);
    }
    if (this.root?.path !== root.path) this.plant(root);
    let branch: Branch | undefined = this.root;
    const rest = root.path ? path.slice(root.path.length + 1) : path;
    for (const name of rest ? rest.split("/") : []) branch = await branch?.member(name);
    await branch?.open();
    this.mark(path);
  }

  /** Mark the row of a path as what is shown. */
  private mark(path: string): void {
    for (const row of this.element.querySelectorAll<HTMLElement>("[role=treeitem]")) {
      const isShown = row.dataset["path"] === path;
      row.setAttribute("aria-selected", String(isShown));
      row.tabIndex = isShown ? 0 : -1;
      if (isShown) row.scrollIntoView({ block: "nearest" });
    }
    const first = this.list.querySelector<HTMLElement>("[role=treeitem]");
    if (first && !this.list.querySelector("[tabindex='0']")) first.tabIndex = 0;
  }

  private plant({ path, called }: GroupDescription): void {
    const item: Item = { name: nameOf(path) || "zarr", kind: "group", called };
    this.root = new Branch(this.grove, path, item, 1);
    branches.set(this.root.row, this.root);
    this.list.replaceChildren(this.root.element);
    this.field.placeholder = `Find in ${item.name}`;
    const up = parentOf(path);
    const link = make("a", { class: "up", href: viewOf(up) }, `↑ ${nameOf(up) || "all"}`);
    this.element.replaceChildren(...(path ? [link] : []), this.field, this.list, this.found, this.note);
  }

  /** The group that holds all of a file or of a kernel's variables; a folder shows just itself. A link may lead to an array alone. */
  private async rootOf(path: string): Promise<GroupDescription | undefined> {
    const { root } = this;
    if (root?.path && `${path}/`.startsWith(`${root.path}/`))
      return { path: root.path } as GroupDescription;
    let found: GroupDescription | undefined;
    for (let at = path; ; at = parentOf(at)) {
      const told = await describe(this.grove.scope, at, { limit: 1 });
      // A folder is opened only where it is what is shown: each of its files would be.
      if (told.kind === "group" && (!found || told.called !== "folder")) found = { ...told, path: at };
      if (!at || (told.kind === "group" && told.called === "folder")) return found;
    }
  }

  private typed(): void {
    clearTimeout(this.timer);
    const text = this.field.value.trim();
    if (text) this.timer = window.setTimeout(() => void this.find(text).catch(this.grove.failed), PAUSE);
    else this.showFound([], "");
  }

  /** Members of the root whose names contain a text, and those of the groups in it, as far as its document tells. */
  private async find(text: string): Promise<void> {
    const { path = "" } = this.root ?? {};
    const { scope } = this.grove;
    const [told, document] = await Promise.all([
      describe(scope, path, { search: text, limit: MOST_FOUND }),
      documentOf(scope, path).catch(() => undefined),
    ]);
    if (this.field.value.trim() !== text) return;
    const direct = told.kind === "group" ? told.members.items : [];
    const known = document?.node_type === "group" ? document.consolidated_metadata?.metadata : {};
    const nested = Object.keys(known ?? {}).filter(
      (name) => name.includes("/") && nameOf(name).toLowerCase().includes(text.toLowerCase()),
    );
    const rest: Item[] = nested.map((name) => ({ name, kind: "group", called: "group" }));
    const items = [...direct, ...rest].slice(0, MOST_FOUND);
    const total = (told.kind === "group" ? told.members.total : 0) + nested.length;
    const note = total > items.length ? `The first ${items.length} of ${total}.` : "";
    this.showFound(items, total ? note : `No name in ${nameOf(path) || "this"} contains “${text}”.`);
  }

  private showFound(items: Item[], note: string): void {
    const { path = "" } = this.root ?? {};
    const rows = items.map((item) => {
      const branch = new Branch(this.grove, below(path, item.name), item, 1);
      branch.row.removeAttribute("aria-expanded");
      return branch.element;
    });
    this.found.replaceChildren(...rows);
    this.found.hidden = !rows.length;
    const first = this.found.querySelector<HTMLElement>("[role=treeitem]");
    if (first) first.tabIndex = 0;
    this.list.hidden = rows.length > 0 || note !== "";
    this.note.textContent = note;
  }
}
