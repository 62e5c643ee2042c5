// What the panel knows, and how it learns more: when it is seen, when something is expanded, when a kernel did something.

import type { TranslationBundle } from "@jupyterlab/translation";
import { type ISignal, Signal } from "@lumino/signaling";
import type { Answer, Asking, Surroundings } from "./asking.ts";
import { LINKS, MOUNTS, NOTEBOOK, noted, pageOfItem, RUNNING, withPage } from "./items.ts";
import { failureTexts, nothingText } from "./sentences.ts";
import { isLasting, type Server } from "./server.ts";
import { idOf, type Item, type Members, type Row, rowsOf } from "./tree.ts";

const PAUSE = 250; // milliseconds, from the last letter to a search in the server
const DESCRIBED = new Set(["array", "group", "link"]); // what is described beneath the tree

export class Model {
  active: string | undefined;
  /** Whether all variables of the notebook in front are served. */
  isAll = false;
  /** How often values may have changed since they were shown. */
  looks = 0;
  #search = "";
  readonly #members = new Map<string, Members>();
  readonly #expanded = new Set<string>();
  readonly #changed = new Signal<this, void>(this);
  readonly #found = new Map<string, readonly Item[]>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #latest = new Map<string, symbol>();
  readonly #pages = new Set<string>(); // that are asked for
  #rows: Row[] | undefined;

  constructor(
    private readonly asking: Asking,
    private readonly around: Surroundings,
    private readonly trans: TranslationBundle,
  ) {
    this.#expanded.add(idOf("", this.#section(NOTEBOOK, trans.__("This Notebook"))));
  }

  get server(): Server {
    return this.asking.server;
  }

  get changed(): ISignal<this, void> {
    return this.#changed;
  }

  get search(): string {
    return this.#search;
  }

  set search(text: string) {
    this.#search = text;
    this.#found.clear();
    this.#tell();
    clearTimeout(this.#timer);
    if (text.trim())
      this.#timer = setTimeout(() => void this.#searchBeyond(text.trim()).catch(() => undefined), PAUSE);
  }

  /** Have the server look through members that are not loaded. */
  async #searchBeyond(text: string): Promise<void> {
    for (const [id, { items }] of this.#members) {
      if (!items.some(({ at }) => at !== undefined)) continue;
      const found = await this.asking.search(id.slice(id.lastIndexOf("\n") + 1), text);
      if (this.#search.trim() !== text) return;
      this.#found.set(id, found);
      this.#tell();
    }
  }

  get rows(): readonly Row[] {
    return (this.#rows ??= rowsOf({
      sections: this.#sections(),
      members: this.#members,
      expanded: this.#expanded,
      search: this.#search,
      found: this.#found,
    }));
  }

  /** Ask anew for all that is expanded, or for one section of it; whether nothing need be asked for once more. */
  async refresh(section = ""): Promise<boolean> {
    this.#tell(); // other sections may be there
    const open = this.rows.filter(({ id, isExpanded }) => isExpanded && id.startsWith(`\n${section}`));
    const loaded = await Promise.all(open.map((row) => this.#load(row)));
    return loaded.every(Boolean);
  }

  /** The row that is described beneath the tree; undefined where there is none. */
  get described(): Row | undefined {
    return this.rows.find(({ id, kind }) => id === this.active && DESCRIBED.has(kind));
  }

  /** The paths whose changes show: of what is expanded, and of what is described beneath the tree. */
  get places(): readonly string[] {
    const shown = this.rows.filter(
      ({ id, isExpanded }) => isExpanded || (id === this.active && this.described !== undefined),
    );
    return shown.flatMap((row) => this.asking.placeOf(row) ?? []);
  }

  /** Something has changed at a path of `places`; whether nothing need be asked for once more. */
  async hear(place: string): Promise<boolean> {
    const rows = this.rows.filter((row) => row.isExpanded && this.asking.placeOf(row) === place);
    const loaded = await Promise.all(rows.map((row) => this.#load(row)));
    return loaded.every(Boolean);
  }

  /** Values may have changed at a path. */
  look(place: string): void {
    if (this.rows.find(({ id }) => id === this.active)?.path !== place) return;
    this.looks += 1;
    this.#tell();
  }

  /** The kernel of the notebook in front has ended, with all that it published. */
  end(): void {
    this.isAll = false;
    const id = idOf("", this.#section(NOTEBOOK, ""));
    this.#mark(id); // what is still asked for comes too late
    this.#members.set(id, noted(NOTEBOOK, nothingText(NOTEBOOK, this.trans)));
    this.#tell();
  }

  activate(id: string | undefined): void {
    this.active = id;
    this.#tell();
  }

  async expand(id: string): Promise<void> {
    const row = this.rows.find((one) => one.id === id);
    if (!row) return;
    if (row.at !== undefined) return this.#loadPage(row);
    this.#expanded.add(id);
    this.#tell();
    await this.#load(row);
  }

  collapse(id: string): void {
    this.#expanded.delete(id);
    this.#tell();
  }

  #sections(): Item[] {
    const trans = this.trans;
    return [
      this.#section(NOTEBOOK, trans.__("This Notebook")),
      this.#section(RUNNING, trans.__("Running")),
      this.#section("files", trans.__("Files")),
      this.#section(MOUNTS, trans.__("Mounts and Demo")),
      this.#section(LINKS, trans.__("Share Links")),
    ];
  }

  #section(path: string, name: string): Item {
    const detail = path === NOTEBOOK ? (this.around.notebook() ?? "") : "";
    return { path, name, kind: "section", detail, isOpenable: false, isExpandable: true };
  }

  /** Ask for the members of a row; whether the answer is the last word. */
  async #load({ id, path, kind }: Row): Promise<boolean> {
    const mark = this.#mark(id);
    const before = this.#members.get(id);
    this.#members.set(id, { items: before?.items ?? [], total: before?.total ?? 0, isLoading: true });
    this.#tell();
    let isFinal = true;
    const { members, isAll = false } = await this.asking.members({ path, kind }).catch((error: unknown) => {
      isFinal = isLasting(error);
      return { members: noted(path, ...failureTexts(path, error, this.trans)) } as Answer;
    });
    if (this.#latest.get(id) !== mark) return true;
    if (path === NOTEBOOK) this.isAll = isAll;
    this.#members.set(id, members);
    this.#tell();
    return isFinal;
  }

  /** Ask for the members that a row and those around it stand for. */
  async #loadPage(row: Row): Promise<void> {
    const parent = row.id.slice(0, row.id.lastIndexOf("\n"));
    const page = pageOfItem(row) ?? 0;
    const asked = `${parent}\n${page}`;
    if (this.#pages.has(asked)) return;
    this.#pages.add(asked);
    const mark = this.#latest.get(parent);
    const path = row.path.slice(0, row.path.lastIndexOf("/@"));
    const found = await this.asking
      .page(path, page)
      .catch((error: unknown) => noted(path, ...failureTexts(path, error, this.trans)).items);
    this.#pages.delete(asked);
    const known = this.#members.get(parent);
    if (!known || this.#latest.get(parent) !== mark) return;
    const items = withPage(known.items, page, found);
    this.#members.set(parent, { ...known, items, total: items.length });
    this.#tell();
  }

  /** Of several requests for the same, the last one counts. */
  #mark(id: string): symbol {
    const mark = Symbol(id);
    this.#latest.set(id, mark);
    return mark;
  }

  #tell(): void {
    this.#rows = undefined;
    this.#changed.emit();
  }
}
