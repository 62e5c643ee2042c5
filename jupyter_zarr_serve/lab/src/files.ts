// The plugin of the file browser: a double click opens data as data, with nothing fetched.

import { type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IFileBrowserFactory } from "@jupyterlab/filebrowser";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { DataDocumentFactory, FACTORY, MODEL, UnreadModelFactory } from "./documents.ts";
import { openStores } from "./folders.ts";
import { ITabs } from "./opening.ts";
import type { Tabs } from "./tabs.ts";
import { AT_FIRST, register, STORE, TYPES } from "./types.ts";

const ID = "jupyter-zarr-serve:files";

export const files: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Opens files of data in the file browser.",
  autoStart: true,
  requires: [ITabs],
  optional: [IFileBrowserFactory, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tabs: Tabs,
    browsers: IFileBrowserFactory | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
  ): void => {
    const trans = (translator ?? nullTranslator).load("jupyter_zarr_serve");
    const { docRegistry } = app;
    docRegistry.addModelFactory(new UnreadModelFactory());
    const options = { name: FACTORY, label: trans.__("Data"), modelName: MODEL, fileTypes: TYPES };
    docRegistry.addWidgetFactory(new DataDocumentFactory({ ...options, readOnly: true }, tabs));
    let asData = new Set(AT_FIRST);
    let types = register(docRegistry, asData, trans);
    const choose = (chosen: unknown): void => {
      if (!Array.isArray(chosen)) return;
      types.dispose();
      asData = new Set(chosen.map(String));
      types = register(docRegistry, asData, trans);
    };
    if (browsers) openStores(app, browsers, tabs, () => asData.has(STORE), trans);
    void settings?.load(ID).then((loaded) => {
      const change = (): void => choose(loaded.composite["openAsData"]);
      loaded.changed.connect(change);
      change();
    });
  },
};
