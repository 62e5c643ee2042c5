// Where Lab shows what is ours: palette, launcher and File menu, as far as the front end has them.

import { type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { ILauncher } from "@jupyterlab/launcher";
import { IMainMenu } from "@jupyterlab/mainmenu";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import * as names from "./commands.ts";
import { ITabs } from "./opening.ts";
import type { Tabs } from "./tabs.ts";

export const menus: JupyterFrontEndPlugin<void> = {
  id: "jupyter-zarr-serve:menus",
  description: "Puts the commands of data where Lab has commands.",
  autoStart: true,
  requires: [ITabs],
  optional: [ICommandPalette, ILauncher, IMainMenu, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tabs: Tabs,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    menu: IMainMenu | null,
    translator: ITranslator | null,
  ): void => {
    const trans = (translator ?? nullTranslator).load("jupyter_zarr_serve");
    const category = trans.__("Data");
    // What needs a path is about the tab in front.
    palette?.addItem({ command: names.BROWSE, category });
    palette?.addItem({ command: names.LINKS, category });
    for (const command of [names.OPEN_OUTSIDE, names.COPY_ADDRESS, names.COPY_CODE, names.SHARE]) {
      palette?.addItem({ command, category, args: { isInFront: true } });
    }
    launcher?.add({
      command: names.BROWSE,
      category: trans.__("Other"),
      args: { isLauncher: true },
      rank: 3,
    });
    menu?.fileMenu.addGroup([{ command: names.BROWSE }], 1.5);
    tabs.tracker.currentChanged.connect(() => {
      for (const command of [names.OPEN_OUTSIDE, names.COPY_ADDRESS, names.COPY_CODE, names.SHARE]) {
        app.commands.notifyCommandChanged(command);
      }
    });
  },
};
