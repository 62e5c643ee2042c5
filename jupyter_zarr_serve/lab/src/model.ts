// What the panel knows, and how it learns more: when it is seen, when something is expanded, when a kernel did something.

import type { TranslationBundle } from "@jupyterlab/translation";
import { type ISignal, Signal } from "@lumino/signaling";
import { isMore, LINKS, linkItem, membersOf, MOUNTS, NOTEBOOK, noted, RUNNING } from "./items.ts";
import { type Session, sessionItem } from "./items.ts";
import { untilText } from "./life.ts";
import { failureTexts, nothingText } from "./sentences.ts";
import { isLasting, type Server } from "./server.ts";
import type { Member } from "./told.ts";
import type { Changes } from "./watch.ts";
import { idOf, type Item, type Members, type Row, rowsOf } from "./tree.ts";

const PAUSE = 250; // milliseconds, from the last letter to a search in the server
const OWN = ["files", "kernels", "notebooks"]; // at the root; all else there are mounts and the demo

/** What the panel asks Lab for. */
export interface Surroundings {
  /** The notebook in front, below the folder that the server serves; undefined where there is none. */
  readonly notebook: () => string | undefined;
  /** The same with its kernel; undefined where none runs. */
  readonly front: () => { readonly path: string; readonly kernel: string } | undefined;
  readonly sessions: () => readonly Session[];
}

export class Model {
  active: string | undefined;
  /** Of what the notebook in front publishes; see `Changes`. */
  mark = "";
  /** Whether all variables of the notebook in front are served. */
  isAll = false;
  /** How often values may have changed since they were shown. */
  looks = 0;
  #search = "";
  readonly #members = new Map<string, Members>();
  readonly #items = new Map<string, Item>();
  readonly #expanded = new Set<string>();
  readonly #changed = new Signal<this, void>(this);
  readonly #found = new Map<string, readonly Item[]>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latest = new Map<string, symbol>();
  #rows: Row[] | undefined;
  /** What was told of the notebook in front a moment ago, and need not be asked for. */
  #heard: Changes | undefined;

  constructor(
    readonly server: Server,
    private readonly around: Surroundings,
    private readonly trans: TranslationBundle,
  ) {
    this.#expanded.add(idOf("", this.#section(NOTEBOOK, trans.__("This Notebook"))));
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
      if (!items.some(isMore)) continue;
      const path = id.slice(id.lastIndexOf("\n") + 1);
      const place = path === NOTEBOOK ? `notebooks/${this.around.notebook()}` : path;
      const { members } = await this.server.node(place, 0, text);
      if (this.#search.trim() !== text) return;
      this.#found.set(id, membersOf(place, members?.items ?? [], 0, "").items);
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

  /** What the notebook in front publishes has changed. */
  hear(told: Changes): Promise<boolean> {
    this.#note(told);
    this.#heard = told;
    const refreshed = this.refresh(NOTEBOOK);
    this.#heard = undefined;
    return refreshed;
  }

  /** The kernel of the notebook in front has ended, with all that it published. */
  end(): void {
    this.#note({ mark: "", is_all: false });
    const id = idOf("", this.#section(NOTEBOOK, ""));
    this.#latest.set(id, Symbol(id)); // what is still asked for comes too late
    this.#members.set(id, noted(NOTEBOOK, nothingText(NOTEBOOK, this.trans)));
    this.#tell();
  }

  /** Values may have changed: a cell was run. */
  lookAgain(): void {
    this.looks += 1;
    this.#tell();
  }

  activate(id: string | undefined): void {
    this.active = id;
    this.#tell();
  }

  async expand(id: string): Promise<void> {
    const row = this.rows.find((one) => one.id === id);
    if (!row) return;
    if (isMore(row)) return this.#loadMore(row);
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
    const mark = Symbol(id); // of two requests for the same, the later one counts
    this.#latest.set(id, mark);
    const before = this.#members.get(id);
    this.#members.set(id, { items: before?.items ?? [], total: before?.total ?? 0, isLoading: true });
    this.#tell();
    let isFinal = true;
    const known = await this.#asked(path, kind).catch((error: unknown) => {
      isFinal = isLasting(error);
      return noted(path, ...failureTexts(path, error, this.trans));
    });
    if (this.#latest.get(id) !== mark) return true;
    if (path === NOTEBOOK && !isFinal) this.mark = ""; // who watches hears of it again
    this.#members.set(id, known);
    for (const item of known.items) this.#items.set(idOf(id, item), item);
    this.#tell();
    return isFinal;
  }

  async #asked(path: string, kind: Row["kind"]): Promise<Members> {
    const trans = this.trans;
    if (path === RUNNING) {
      const front = this.around.notebook();
      const others = this.around.sessions().filter((one) => !one.isNotebook || one.path !== front);
      const items = others.map(sessionItem);
      if (!items.length) return noted(path, trans.__("No other notebook or console is running."));
      return { items, total: items.length, isLoading: false };
    }
    if (path === LINKS) {
      const links = (await this.server.links()).filter(({ state }) => state === "live");
      if (!links.length) return noted(path, trans.__("Nothing is shared."));
      const items = links.map((link) => linkItem(link, untilText(link.expires, trans)));
      return { items, total: items.length, isLoading: false };
    }
    const notebook = path === NOTEBOOK ? this.around.notebook() : "";
    if (notebook === undefined) return noted(path, trans.__("No notebook is in front."));
    const place = path === NOTEBOOK ? `notebooks/${notebook}` : path === MOUNTS ? "" : path;
    if (path === NOTEBOOK && !this.around.front()) {
      this.#note({ mark: "", is_all: false });
      return noted(path, trans.__("No kernel runs for this notebook."));
    }
    if (path === NOTEBOOK || kind === "session") {
      const told = (path === NOTEBOOK && this.#heard) || (await this.server.changes(place));
      if (path === NOTEBOOK) this.#note(told);
      if (!told.mark) return noted(path, nothingText(path, trans));
    }
    const { members } = await this.server.node(place);
    const found = members?.items ?? [];
    const items = path === MOUNTS ? found.filter(({ name }) => !OWN.includes(name)) : found;
    if (!items.length) return noted(path, nothingText(path, trans));
    const left = (members?.total ?? 0) - found.length;
    return membersOf(place, items, items.length + left, trans.__("%1 more…", left));
  }

  async #loadMore(row: Row): Promise<void> {
    const parent = row.id.slice(0, row.id.lastIndexOf("\n"));
    const before = this.#members.get(parent);
    if (!before) return;
    const path = row.path.slice(0, row.path.lastIndexOf("/"));
    const shown = before.items.flatMap(({ member }): Member[] => (member ? [member] : []));
    const { members } = await this.server.node(path, shown.length);
    const items = [...shown, ...(members?.items ?? [])];
    const total = members?.total ?? items.length;
    this.#members.set(
      parent,
      membersOf(path, items, total, this.trans.__("%1 more…", total - items.length)),
    );
    this.#tell();
  }

  #note({ mark, is_all }: Changes): void {
    this.mark = mark;
    this.isAll = is_all;
  }

  #tell(): void {
    this.#rows = undefined;
    this.#changed.emit();
  }
}
