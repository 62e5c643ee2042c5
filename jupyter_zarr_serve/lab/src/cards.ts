// The plugin of cards: draws what `publish()` gives, in Lab and in Notebook; elsewhere its HTML is shown.

import { type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { showErrorMessage } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { PanelLayout, Widget } from "@lumino/widgets";
import { Cards, type Given } from "./card.tsx";
import { CARD, cardsIn } from "./card-told.ts";
import * as names from "./commands.ts";
import { Kernels } from "./kernels.ts";
import { Server } from "./server.ts";

const RANK = 40; // before HTML

export const cards: JupyterFrontEndPlugin<void> = {
  id: "jupyter-zarr-serve:cards",
  description: "Shows what is published in the output of its cell.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    renderers: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    translator: ITranslator | null,
  ): void => {
    const trans = (translator ?? nullTranslator).load("jupyter_zarr_serve");
    const kernels = new Kernels(app.serviceManager, notebooks);
    const run = (command: string, path: string): void =>
      void app.commands.execute(command, { path, isBeside: true });
    const given: Given = {
      server: new Server(app.serviceManager.serverSettings),
      kernels,
      trans,
      actions: {
        view: (path) => run(names.OPEN_BESIDE, path),
        copy: (path) => run(names.COPY_CODE, path),
        copyAddress: (path) => run(names.COPY_ADDRESS, path),
        share: (path) => run(names.SHARE, path),
        unpublish: async (path) => {
          const problem = await kernels.unpublish(path);
          if (problem) await showErrorMessage(trans.__("It could not be unpublished"), problem);
        },
      },
    };
    renderers.addFactory(
      { safe: true, mimeTypes: [CARD], createRenderer: () => new Renderer(given) },
      RANK,
    );
  },
};

/** What Lab asks to draw an output. */
class Renderer extends Widget implements IRenderMime.IRenderer {
  constructor(private readonly given: Given) {
    super();
    this.layout = new PanelLayout();
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const layout = this.layout as PanelLayout;
    for (const widget of [...layout.widgets]) widget.dispose();
    layout.addWidget(new Cards(cardsIn(model.data[CARD]), this.given));
    return Promise.resolve();
  }
}
