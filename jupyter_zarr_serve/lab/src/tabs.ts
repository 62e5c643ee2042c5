// Tabs with our pages: one for each thing, remembered over reloads at the page and view where they were left.

import type { ILabShell, ILayoutRestorer, JupyterFrontEnd } from "@jupyterlab/application";
import { MainAreaWidget, WidgetTracker } from "@jupyterlab/apputils";
import { PageConfig, URLExt } from "@jupyterlab/coreutils";
import type { IDocumentManager } from "@jupyterlab/docmanager";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { TranslationBundle } from "@jupyterlab/translation";
import { FACTORY } from "./documents.ts";
import { formatOf } from "./formats.ts";
import { Frame } from "./frame.ts";
import { iconOf } from "./icons.ts";
import { bestOf, fileOf, nameOf, titleOf, viewerOf } from "./places.ts";
import { Server } from "./server.ts";
import { followTitle } from "./tab-title.ts";

export type Tab = MainAreaWidget<Frame>;

const ID = "jupyter-zarr-serve:"; // of a tab, before its path
const BESIDE = { mode: "split-right" as const };

/** How a tab is placed, and what it shows first. */
export interface Wish {
  /** The page, below `zarr/`; the node's own page otherwise. */
  readonly at?: string;
  readonly isBeside?: boolean;
}

export class Tabs {
  #beside: Tab | undefined; // the last view beside a notebook: the next one shares its place
  readonly #ends = new WeakMap<Tab, () => void>(); // of what keeps titles true
  readonly tracker = new WidgetTracker<Tab>({ namespace: "jupyter-zarr-serve" });

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly lab: ILabShell | null,
    private readonly documents: IDocumentManager | null,
    private readonly trans: TranslationBundle,
  ) {}

  /** The address of `zarr/`. */
  get root(): string {
    const base = this.app.serviceManager.serverSettings.baseUrl || PageConfig.getBaseUrl();
    return new URL(URLExt.join(base, "zarr/"), location.href).href;
  }

  /** Open all tabs that were open before the page was loaded. */
  restore(restorer: ILayoutRestorer, command: string): void {
    void restorer.restore(this.tracker, {
      command,
      args: ({ content }) => ({ path: content.path, at: content.at }),
      name: ({ content }) => content.path || "zarr",
    });
  }

  /** Show the tab of a node, which is made if there is none; Notebook has tabs of the browser alone. */
  async open(path: string, { at, isBeside = false }: Wish = {}): Promise<void> {
    if (!this.lab) return this.show(path);
    const tab =
      this.#tabOf(path) ??
      (await this.#document(path, isBeside)) ??
      this.#make(path, isBeside ? BESIDE : {});
    if (at !== undefined && at !== tab.content.at) tab.content.go(at);
    this.app.shell.activateById(tab.id);
  }

  /** Show the viewer of a node beside what is in front, anew where a tab of the node is there already. */
  view(path: string): void {
    const at = viewerOf(path);
    const found = this.#tabOf(path);
    if (found?.content.at.split("#")[0] === at) found.content.refresh();
    else found?.content.go(at);
    const other = this.#beside && !this.#beside.isDisposed ? this.#beside.id : undefined;
    const place = other === undefined ? BESIDE : { mode: "tab-after" as const, ref: other };
    this.#beside = found ?? this.#make(path, place, at);
    this.app.shell.activateById(this.#beside.id);
  }

  #tabOf(path: string): Tab | undefined {
    return this.tracker.find((tab) => tab.content.path === path && !tab.isDisposed);
  }

  /** The tabs of a node and of what is in it; tabs of files are Lab's documents, which it names itself. */
  below(path: string): Tab[] {
    return this.tracker.filter(
      ({ id, content }) => id.startsWith(ID) && `${content.path}/`.startsWith(`${path}/`),
    );
  }

  /** Say what a tab is of. */
  name(tab: Tab, path: string): void {
    tab.content.path = path;
    tab.id = ID + path;
    tab.title.label = titleOf(path) || this.trans.__("Data");
    tab.title.caption = path;
    tab.title.icon = iconOf(path);
    this.#ends.get(tab)?.();
    const { live } = new Server(this.app.serviceManager.serverSettings);
    this.#ends.set(tab, followTitle(tab, live, this.trans));
  }

  /** Show a node in a tab of the browser. */
  show(path: string): void {
    window.open(this.root + bestOf(path), "_blank", "noopener");
  }

  /** A frame for a node, at the page that shows it best. */
  frame(path: string): Frame {
    const name = nameOf(path) || this.trans.__("Data");
    const frame = new Frame(this.root, path, bestOf(path), this.trans.__("Data of %1", name));
    frame.touched.connect(() => frame.parent && this.app.shell.activateById(frame.parent.id));
    return frame;
  }

  /** Remember a tab, and where its page is. */
  async add(tab: Tab): Promise<void> {
    tab.content.moved.connect(() => void this.tracker.save(tab));
    await this.tracker.add(tab);
  }

  /** A file is opened as Lab opens files, so that it has one tab, whoever opens it. */
  async #document(path: string, isBeside: boolean): Promise<Tab | undefined> {
    const file = fileOf(path);
    if (!this.documents || file === undefined || !this.#isFile(file)) return undefined;
    const opened = this.documents.openOrReveal(file, FACTORY, undefined, isBeside ? BESIDE : {});
    return opened && this.tracker.find((tab) => tab.id === opened.id);
  }

  #isFile(file: string): boolean {
    // A Zarr store may be a folder, and what is within a file is no file.
    const format = formatOf(file);
    const isWithin = file
      .split("/")
      .slice(0, -1)
      .some((name) => formatOf(name) !== undefined);
    return format !== undefined && !isWithin && !file.toLowerCase().endsWith(".zarr");
  }

  #make(path: string, place: DocumentRegistry.IOpenOptions, at?: string): Tab {
    const tab = new MainAreaWidget({ content: this.frame(path) });
    if (at !== undefined) tab.content.go(at);
    this.name(tab, path);
    tab.toolbar.hide();
    tab.title.closable = true;
    tab.addClass("jp-ZarrServe-tab");
    tab.disposed.connect(() => this.#ends.get(tab)?.());
    void this.add(tab);
    this.app.shell.add(tab, "main", place);
    return tab;
  }
}
