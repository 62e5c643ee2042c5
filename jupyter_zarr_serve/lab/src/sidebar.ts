// The plugin of the panel in the left side bar, and the commands of its rows.

import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from "@jupyterlab/application";
import { Clipboard, ICommandPalette, showErrorMessage } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IStateDB } from "@jupyterlab/statedb";
import { ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation";
import { closeIcon, copyIcon, folderIcon } from "@jupyterlab/ui-components";
import { AllVariables } from "./all-variables.ts";
import { Asking } from "./asking.ts";
import { Choices } from "./choices.ts";
import * as names from "./commands.ts";
import { Dragging } from "./dragging.ts";
import { Fresh } from "./fresh.ts";
import { dataIcon } from "./icons.ts";
import { LINKS } from "./items.ts";
import { Kernels } from "./kernels.ts";
import { addressOf } from "./made-links.ts";
import { Model } from "./model.ts";
import { wholeFile } from "./places.ts";
import { codeMenu, ITabs } from "./opening.ts";
import { Packages } from "./packages.ts";
import { Panel } from "./panel.tsx";
import { sentence } from "./sentences.ts";
import { Server } from "./server.ts";
import type { Tabs } from "./tabs.ts";

const GO_TO = "filebrowser:go-to-path"; // Lab's
const CHOICES = "jupyter-zarr-serve:all-variables"; // in Lab's state

export const sidebar: JupyterFrontEndPlugin<void> = {
  id: "jupyter-zarr-serve:sidebar",
  description: "The panel of data in the left side bar.",
  autoStart: true,
  requires: [ITabs],
  optional: [ILabShell, INotebookTracker, ILayoutRestorer, ICommandPalette, IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tabs: Tabs,
    shell: ILabShell | null,
    notebooks: INotebookTracker | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    state: IStateDB | null,
    translator: ITranslator | null,
  ): void => {
    if (!shell) return; // Notebook has no side bar for it
    const trans = (translator ?? nullTranslator).load("jupyter_zarr_serve");
    const kernels = new Kernels(app.serviceManager, notebooks);
    const server = new Server(app.serviceManager.serverSettings);
    const packages = new Packages(kernels);
    const model = new Model(new Asking(server, kernels, packages, trans), kernels, trans);
    const memory = {
      read: async () => state?.fetch(CHOICES),
      write: async (paths: string[]) => state?.save(CHOICES, paths),
    };
    const all = new AllVariables(kernels, new Choices(memory), trans);
    const open = (path: string): void => void tabs.open(path);
    const dragging = new Dragging(server);
    const panel = new Panel({ model, all, kernels, open, dragging, trans });
    panel.id = "jupyter-zarr-serve-panel";
    panel.title.icon = dataIcon;
    panel.title.caption = trans.__("Data");
    panel.node.setAttribute("role", "region");
    panel.node.setAttribute("aria-label", trans.__("Data"));
    shell.add(panel, "left", { rank: 450, type: "Data" });
    restorer?.add(panel, panel.id);
    app.commands.addCommand(names.PANEL, {
      label: trans.__("Show Data Panel"),
      execute: () => shell.activateById(panel.id),
    });
    palette?.addItem({ command: names.PANEL, category: trans.__("Data") });
    addCommands(app, model, kernels, trans);
    addMenu(app, trans);
    new Fresh(app, panel, model, { kernels, packages, all }).follow(notebooks);
  },
};

function addCommands(app: JupyterFrontEnd, model: Model, kernels: Kernels, trans: TranslationBundle): void {
  const row = (name: "zarrPath" | "zarrLink"): string =>
    app.contextMenuHitTest((node) => node.dataset[name] !== undefined)?.dataset[name] ?? "";
  const link = (): string => row("zarrLink").slice(LINKS.length + 1);
  app.commands.addCommand(names.UNPUBLISH, {
    label: trans.__("Unpublish"),
    isVisible: () => kernels.variable(row("zarrPath")) !== undefined,
    execute: async () => {
      const problem = await kernels.unpublish(row("zarrPath"));
      if (problem) await showErrorMessage(trans.__("It could not be unpublished"), problem);
      await model.refresh();
    },
  });
  app.commands.addCommand(names.SHOW_FILE, {
    label: trans.__("Show in File Browser"),
    icon: folderIcon,
    isVisible: () => wholeFile(row("zarrPath")) !== undefined && app.commands.hasCommand(GO_TO),
    execute: () => app.commands.execute(GO_TO, { path: wholeFile(row("zarrPath")) ?? "" }),
  });
  app.commands.addCommand(names.COPY_LINK, {
    label: () =>
      addressOf(link()) ? trans.__("Copy Link") : trans.__("Copy Link (only where it was made)"),
    icon: copyIcon,
    isEnabled: () => addressOf(link()) !== undefined,
    execute: () => Clipboard.copyToSystem(addressOf(link()) ?? ""),
  });
  app.commands.addCommand(names.REVOKE, {
    label: trans.__("Revoke Link"),
    icon: closeIcon,
    execute: async () => {
      try {
        await model.server.revoke(link());
      } catch (error) {
        await showErrorMessage(trans.__("The link could not be revoked"), sentence(error));
      }
      await model.refresh(LINKS);
    },
  });
}

function addMenu(app: JupyterFrontEnd, trans: TranslationBundle): void {
  const data = ".jp-ZarrServe-row[data-zarr-path]";
  const entries: [string, number, Record<string, number>?][] = [
    [names.OPEN, 1],
    [names.OPEN_BESIDE, 1],
    [names.OPEN_OUTSIDE, 1],
    [names.COPY_CODE, 2],
    [names.COPY_ADDRESS, 2, { version: 3 }],
    [names.COPY_ADDRESS, 2, { version: 2 }],
    [names.SHARE, 3],
    [names.SHOW_FILE, 3.5],
    [names.UNPUBLISH, 4],
  ];
  for (const [command, rank, args = {}] of entries) {
    app.contextMenu.addItem({ command, selector: data, rank, args });
  }
  app.contextMenu.addItem({ type: "submenu", submenu: codeMenu(app, trans), selector: data, rank: 2 });
  const shared = ".jp-ZarrServe-row[data-zarr-link]";
  for (const command of [names.COPY_LINK, names.REVOKE]) {
    app.contextMenu.addItem({ command, selector: shared, rank: 1 });
  }
}
