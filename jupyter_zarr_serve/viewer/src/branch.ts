// A row of the tree, and the rows below it.

import { below, describe, type Item } from "./description";
import { make } from "./dom";
import { viewOf } from "./address";

const PAGE = 100; // members that are listed at once
const MOST = 1000;

/** What the rows of a tree have in common. */
export interface Grove {
  scope: string;
  choose: (path: string) => void;
  failed: (error: unknown) => void;
  /** Call a function whenever the members of a path may be others; what comes back ends it. */
  watch: (path: string, renew: () => void) => () => void;
}

export class Branch {
  /** A row and, once it was opened, the list below it. */
  readonly element: HTMLElement;
  readonly row: HTMLAnchorElement;
  private readonly list = make("ul", { role: "group" });
  private loading: Promise<void> | undefined;
  private shown = 0;
  private leave: (() => void) | undefined;

  constructor(
    private readonly grove: Grove,
    readonly path: string,
    item: Item,
    private readonly level: number,
  ) {
    const isGroup = item.kind === "group";
    this.row = make(
      "a",
      {
        role: "treeitem",
        href: viewOf(path),
        tabindex: -1,
        title: item.kind === "unavailable" ? item.message : item.name,
        "data-kind": item.kind,
        "data-path": path,
        "aria-level": level,
        "aria-selected": "false",
        ...(isGroup && { "aria-expanded": "false" }),
        click: (event) => this.clicked(event as MouseEvent),
      },
      make("i", { "aria-hidden": "true" }),
      make("span", {}, item.name),
      make("small", {}, noteOf(item)),
    );
    this.row.style.setProperty("--level", String(level));
    this.element = make("li", { role: "none" }, this.row);
  }

  get isOpen(): boolean {
    return this.row.getAttribute("aria-expanded") === "true";
  }

  get isGroup(): boolean {
    return this.row.hasAttribute("aria-expanded");
  }

  /** Show what is below, which is asked for at the first time. */
  async open(): Promise<void> {
    if (!this.isGroup) return;
    this.row.setAttribute("aria-expanded", "true");
    this.element.append(this.list);
    this.leave ??= this.grove.watch(this.path, () => void this.renew().catch(() => {}));
    this.loading ??= this.more();
    await this.loading;
  }

  /** List the members that there are now; rows of those that stay are kept, with all below them. */
  private async renew(): Promise<void> {
    await this.loading;
    const limit = Math.min(Math.max(this.shown, PAGE), MOST);
    const told = await describe(this.grove.scope, this.path, { offset: 0, limit });
    if (told.kind !== "group") return;
    const known = new Map(this.branches().map((branch) => [branch.path, branch]));
    const focused = document.activeElement;
    const rows = told.members.items.map((item) => {
      const branch = known.get(below(this.path, item.name));
      const isSame = branch?.row.dataset["kind"] === item.kind;
      if (isSame) branch.row.querySelector("small")?.replaceChildren(noteOf(item));
      return (isSame ? branch : this.branch(item)).element;
    });
    this.shown = limit;
    if (limit < told.members.total) rows.push(this.rest(told.members.total - limit));
    this.list.replaceChildren(...rows);
    if (focused instanceof HTMLElement && this.list.contains(focused)) focused.focus();
  }

  close(): void {
    this.row.setAttribute("aria-expanded", "false");
    this.list.remove();
    this.leave?.();
    this.leave = undefined;
  }

  /** The row of a member, which is asked for by its name if it is not among those that are shown. */
  async member(name: string): Promise<Branch | undefined> {
    await this.open();
    const path = below(this.path, name);
    const known = (): Branch | undefined => this.branches().find((branch) => branch.path === path);
    const listed = known();
    if (listed) return listed;
    const told = await describe(this.grove.scope, this.path, { search: name, limit: PAGE });
    const item = told.kind === "group" ? told.members.items.find((item) => item.name === name) : undefined;
    const listedMeanwhile = known(); // by who asked at the same time
    if (listedMeanwhile || !item) return listedMeanwhile;
    const branch = this.branch(item);
    this.list.prepend(branch.element);
    return branch;
  }

  private async more(): Promise<void> {
    try {
      const told = await describe(this.grove.scope, this.path, { offset: this.shown, limit: PAGE });
      if (told.kind !== "group") return;
      const known = new Set(this.branches().map(({ path }) => path));
      const { items, total } = told.members;
      this.shown += PAGE;
      const found = items.filter(({ name }) => !known.has(below(this.path, name)));
      this.list.append(...found.map((item) => this.branch(item).element));
      if (this.shown < total) this.list.append(this.rest(total - this.shown));
    } catch (error) {
      this.loading = undefined;
      this.grove.failed(error);
    }
  }

  private branch(item: Item): Branch {
    const branch = new Branch(this.grove, below(this.path, item.name), item, this.level + 1);
    branches.set(branch.row, branch);
    return branch;
  }

  private branches(): Branch[] {
    return [...this.list.children].flatMap(
      (child) => branches.get(child.firstElementChild as Element) ?? [],
    );
  }

  /** The row that stands for all that is not listed yet. */
  private rest(count: number): HTMLElement {
    const click = (event: Event): void => {
      event.preventDefault();
      element.remove();
      void this.more();
    };
    const label = `${count.toLocaleString("en")} more …`;
    const row = make(
      "a",
      { role: "treeitem", href: "#", tabindex: -1, "aria-level": this.level + 1, click },
      label,
    );
    row.style.setProperty("--level", String(this.level + 1));
    const element = make("li", { role: "none", class: "rest" }, row);
    return element;
  }

  private clicked(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if ((event.target as Element).matches("i") && this.isGroup) {
      if (this.isOpen) this.close();
      else void this.open();
      return;
    }
    void this.open();
    this.grove.choose(this.path);
  }
}

/** The branches by their rows. */
export const branches = new WeakMap<Element, Branch>();

const MOST_TOLD = 4; // dimensions

/** What a list says of a member beside its name. */
export function noteOf(item: Item): string {
  if (item.kind === "unavailable") return "unavailable";
  if (item.kind === "group") return item.called === "group" ? "" : item.called;
  const { shape } = item;
  return shape.length > MOST_TOLD ? `${shape.length} dimensions` : shape.join(" × ");
}
