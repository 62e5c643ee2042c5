// The plugin that opens things: tabs, and the commands that everything else uses.

import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from "@jupyterlab/application";
import { Clipboard, showErrorMessage } from "@jupyterlab/apputils";
import { IDocumentManager } from "@jupyterlab/docmanager";
import { IFileBrowserFactory } from "@jupyterlab/filebrowser";
import { ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation";
import { copyIcon, launchIcon, shareIcon } from "@jupyterlab/ui-components";
import { Token } from "@lumino/coreutils";
import { Menu } from "@lumino/widgets";
import { CLIENTS, codeFor } from "./code.ts";
import * as names from "./commands.ts";
import { answerFrames } from "./framing.ts";
import { dataIcon } from "./icons.ts";
import { nameOf, storeOf } from "./places.ts";
import { followRenames } from "./renaming.ts";
import { sentence } from "./sentences.ts";
import { Server } from "./server.ts";
import { share } from "./share-dialog.ts";
import { Selection } from "./selection.ts";
import { Tabs } from "./tabs.ts";

/** What the other plugins of this extension ask for. */
export const ITabs = new Token<Tabs>("jupyter-zarr-serve:ITabs", "Tabs with the pages of data.");

export const opening: JupyterFrontEndPlugin<Tabs> = {
  id: "jupyter-zarr-serve:opening",
  description: "Opens data in tabs.",
  autoStart: true,
  provides: ITabs,
  optional: [ILabShell, IDocumentManager, IFileBrowserFactory, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    lab: ILabShell | null,
    documents: IDocumentManager | null,
    browsers: IFileBrowserFactory | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
  ): Tabs => {
    const trans = (translator ?? nullTranslator).load("jupyter_zarr_serve");
    const tabs = new Tabs(app, lab, documents, trans);
    addCommands(app, tabs, new Selection(app, browsers, tabs), trans);
    addMenu(app, trans);
    followRenames(app.serviceManager, tabs);
    answerFrames(tabs.root, new Server(app.serviceManager.serverSettings));
    if (restorer) tabs.restore(restorer, names.OPEN);
    return tabs;
  },
};

function addCommands(
  app: JupyterFrontEnd,
  tabs: Tabs,
  selection: Selection,
  trans: TranslationBundle,
): void {
  const add = (id: string, label: string, icon: typeof dataIcon, act: (path: string) => unknown): void => {
    app.commands.addCommand(id, {
      label,
      icon: (args) => (args["isPalette"] ? undefined : icon),
      isVisible: (args) => selection.paths(args).length > 0,
      execute: (args) => Promise.all(selection.paths(args).map(act)),
    });
  };
  app.commands.addCommand(names.OPEN, {
    label: trans.__("Open as Data"),
    icon: dataIcon,
    isVisible: (args) => selection.paths(args).length > 0,
    execute: async (args) => {
      const at = typeof args["at"] === "string" ? { at: args["at"] } : {};
      for (const path of selection.paths(args)) await tabs.open(path, at);
    },
  });
  app.commands.addCommand(names.BROWSE, {
    label: (args) => (args["isLauncher"] ? trans.__("Data") : trans.__("Browse All Data")),
    caption: trans.__("Show all files and variables that this server has as data"),
    icon: (args) => (args["isPalette"] ? undefined : dataIcon),
    execute: () => tabs.open(""),
  });
  app.commands.addCommand(names.LINKS, {
    label: trans.__("Show Share Links"),
    execute: () => tabs.open("", { at: "shares" }),
  });
  add(names.OPEN_BESIDE, trans.__("Open as Data Beside"), dataIcon, (path) =>
    tabs.open(path, { isBeside: true }),
  );
  add(names.OPEN_OUTSIDE, trans.__("Open Data in New Browser Tab"), launchIcon, (path) => tabs.show(path));
  const server = new Server(app.serviceManager.serverSettings);
  add(names.SHARE, trans.__("Share Data…"), shareIcon, (path) => share(path, server, trans));
  app.commands.addCommand(names.COPY_ADDRESS, {
    label: (args) => trans.__("Copy Zarr %1 Address", args["version"] === 2 ? "v2" : "v3"),
    icon: copyIcon,
    isVisible: (args) => selection.paths(args).length > 0,
    execute: (args) => {
      const version = args["version"] === 2 ? 2 : 3;
      const urls = selection.paths(args).map((path) => tabs.root + storeOf(path, version));
      Clipboard.copyToSystem(urls.join("\n"));
    },
  });
  app.commands.addCommand(names.COPY_CODE, {
    label: (args) =>
      typeof args["client"] === "string" ? args["client"] : trans.__("Copy Code That Opens It"),
    icon: (args) => (args["client"] ? undefined : copyIcon),
    isVisible: (args) => selection.paths(args).length > 0,
    execute: async (args) => {
      const client = typeof args["client"] === "string" ? args["client"] : CLIENTS[0];
      await copyCode(selection.paths(args), client, server, trans);
    },
  });
}

async function copyCode(
  paths: string[],
  client: string,
  server: Server,
  trans: TranslationBundle,
): Promise<void> {
  try {
    const found: string[] = [];
    for (const path of paths) {
      const code = await codeFor(path, client, server);
      if (code === undefined) throw new Error(trans.__("%1 cannot read “%2”.", client, nameOf(path)));
      found.push(code);
    }
    Clipboard.copyToSystem(found.join("\n\n"));
  } catch (error) {
    await showErrorMessage(trans.__("There is no code to copy"), sentence(error));
  }
}

/** A menu of the clients whose code can be copied. */
export function codeMenu(app: JupyterFrontEnd, trans: TranslationBundle): Menu {
  const menu = new Menu({ commands: app.commands });
  menu.title.label = trans.__("Copy Code for");
  menu.title.icon = copyIcon;
  for (const client of CLIENTS.slice(1)) menu.addItem({ command: names.COPY_CODE, args: { client } });
  return menu;
}

/** The context menu of the file browser. */
function addMenu(app: JupyterFrontEnd, trans: TranslationBundle): void {
  const file = ".jp-DirListing-item[data-isdir]";
  app.contextMenu.addItem({ command: names.OPEN, selector: file, rank: 1.5 });
  for (const command of [names.COPY_ADDRESS, names.COPY_CODE]) {
    app.contextMenu.addItem({ command, selector: file, rank: 13.5 });
  }
  app.contextMenu.addItem({ type: "submenu", submenu: codeMenu(app, trans), selector: file, rank: 13.6 });
  app.contextMenu.addItem({ command: names.SHARE, selector: file, rank: 14.5 });
}
