// What a command is about: the path that it was given, or the files under the menu that it was chosen from.

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { IFileBrowserFactory } from "@jupyterlab/filebrowser";
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils";
import { formatOf } from "./formats.ts";
import { pathOfFile } from "./places.ts";
import type { Tabs } from "./tabs.ts";

export class Selection {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly browsers: IFileBrowserFactory | null,
    private readonly tabs: Tabs,
  ) {}

  /** Paths in the tree; none where nothing that can be served is meant. */
  paths({ path, isInFront }: ReadonlyPartialJSONObject): string[] {
    if (typeof path === "string") return [path];
    if (!isInFront) return this.#row() ?? this.#files() ?? [];
    const tab = this.tabs.tracker.currentWidget;
    return tab?.content.path && tab === this.app.shell.currentWidget ? [tab.content.path] : [];
  }

  /** A row of the panel. */
  #row(): string[] | undefined {
    const row = this.app.contextMenuHitTest((node) => node.dataset["zarrPath"] !== undefined);
    return row && [row.dataset["zarrPath"] ?? ""];
  }

  /** There may be several file browsers: the one under the menu is meant. */
  #files(): string[] | undefined {
    const item = this.app.contextMenuHitTest((node) => node.classList.contains("jp-DirListing-item"));
    const browser = item && this.browsers?.tracker.find(({ node }) => node.contains(item));
    if (!browser) return undefined;
    const files = [...browser.selectedItems()].filter(
      ({ type, name }) => type === "directory" || formatOf(name) !== undefined,
    );
    return files.flatMap((file) => pathOfFile(file.path) ?? []);
  }
}
