// Folders that are Zarr stores, in the file browser: a double click or Enter opens them as data, a menu as folders.

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { FileBrowser, IFileBrowserFactory } from "@jupyterlab/filebrowser";
import type { Contents } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { folderIcon } from "@jupyterlab/ui-components";
import * as names from "./commands.ts";
import { formatOf } from "./formats.ts";
import { pathOfFile } from "./places.ts";
import type { Tabs } from "./tabs.ts";

const ITEM = ".jp-DirListing-item";

/** Of folders, only a name tells without a question what is in them. */
export function isStore({ type, name }: Pick<Contents.IModel, "type" | "name">): boolean {
  return type === "directory" && name.toLowerCase().endsWith(".zarr") && formatOf(name) !== undefined;
}

/**
 * Open stores as data.
 *
 * @param isWanted - Whether the settings say so.
 */
export function openStores(
  app: JupyterFrontEnd,
  browsers: IFileBrowserFactory,
  tabs: Tabs,
  isWanted: () => boolean,
  trans: TranslationBundle,
): void {
  const browserOf = (node: Element): FileBrowser | undefined =>
    browsers.tracker.find((browser) => browser.node.contains(node));
  const open = (event: Event, store: Contents.IModel | undefined): void => {
    const path = store && isStore(store) && isWanted() ? pathOfFile(store.path) : undefined;
    if (path === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the file browser would go into it
    void tabs.open(path);
  };
  // Before the file browser hears of it: it knows no other way to open a folder.
  document.addEventListener(
    "dblclick",
    (event) => {
      if (event.button !== 0 || isModified(event) || !(event.target instanceof Element)) return;
      const item = event.target.closest("input, label") ? null : event.target.closest(ITEM);
      if (item) open(event, browserOf(item)?.modelForClick(event));
    },
    { capture: true },
  );
  document.addEventListener(
    "keydown",
    (event) => {
      const { key, target } = event;
      if (key !== "Enter" || isModified(event) || !(target instanceof Element)) return;
      if (target.matches("input")) return; // a name is being written
      const listing = target.closest(".jp-DirListing");
      const chosen = listing ? [...(browserOf(listing)?.selectedItems() ?? [])] : [];
      if (chosen.length === 1) open(event, chosen[0]);
    },
    { capture: true },
  );
  app.commands.addCommand(names.OPEN_FOLDER, {
    label: trans.__("Open as Folder"),
    icon: folderIcon,
    isVisible: () => chosenStore() !== undefined,
    execute: async () => {
      const found = chosenStore();
      if (found) await found.browser.model.cd(found.store.name);
    },
  });
  app.contextMenu.addItem({ command: names.OPEN_FOLDER, selector: `${ITEM}[data-isdir]`, rank: 1.6 });

  function chosenStore(): { browser: FileBrowser; store: Contents.IModel } | undefined {
    const item = app.contextMenuHitTest((node) => node.matches(ITEM));
    const browser = item && browserOf(item);
    const [store] = browser ? [...browser.selectedItems()] : [];
    return browser && store && isStore(store) ? { browser, store } : undefined;
  }
}

function isModified({ ctrlKey, shiftKey, altKey, metaKey }: MouseEvent | KeyboardEvent): boolean {
  return ctrlKey || shiftKey || altKey || metaKey;
}
