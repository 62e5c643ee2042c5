// The plugin of the file browser: a double click opens data as data, with nothing fetched.

import { type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { DataDocumentFactory, FACTORY, MODEL, UnreadModelFactory } from "./documents.ts";
import { ITabs } from "./opening.ts";
import type { Tabs } from "./tabs.ts";
import { AT_FIRST, register, TYPES } from "./types.ts";

const ID = "jupyter-zarr-serve:files";

export const files: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Opens files of data in the file browser.",
  autoStart: true,
  requires: [ITabs],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tabs: Tabs,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
  ): void => {
    const trans = (translator ?? nullTranslator).load("jupyter_zarr_serve");
    const { docRegistry } = app;
    docRegistry.addModelFactory(new UnreadModelFactory());
    const options = { name: FACTORY, label: trans.__("Data"), modelName: MODEL, fileTypes: TYPES };
    docRegistry.addWidgetFactory(new DataDocumentFactory({ ...options, readOnly: true }, tabs));
    let types = register(docRegistry, new Set(AT_FIRST), trans);
    const choose = (chosen: unknown): void => {
      if (!Array.isArray(chosen)) return;
      types.dispose();
      types = register(docRegistry, new Set(chosen.map(String)), trans);
    };
    void settings?.load(ID).then((loaded) => {
      const change = (): void => choose(loaded.composite["openAsData"]);
      loaded.changed.connect(change);
      change();
    });
  },
};
