// The plugin of `.view(beside=True)`: its tab comes up when the cell runs, and never when a notebook is opened.

import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { Kernels } from "./kernels.ts";
import { ITabs } from "./opening.ts";
import type { Tabs } from "./tabs.ts";
import { VIEW, viewIn } from "./view-told.ts";

const RANK = 40; // before HTML, which shows the viewer below the cell where there is no such plugin
const SHOWS = new Set(["display_data", "execute_result", "update_display_data"]);

export const beside: JupyterFrontEndPlugin<void> = {
  id: "jupyter-zarr-serve:beside",
  description: "Shows views beside the notebook that asks for them.",
  autoStart: true,
  requires: [ITabs, INotebookTracker, IRenderMimeRegistry],
  optional: [ILabShell, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tabs: Tabs,
    notebooks: INotebookTracker,
    renderers: IRenderMimeRegistry,
    shell: ILabShell | null,
    translator: ITranslator | null,
  ): void => {
    if (!shell) return; // Notebook has no place beside, and shows the HTML
    const trans = (translator ?? nullTranslator).load("jupyter_zarr_serve");
    const kernels = new Kernels(app.serviceManager, notebooks);
    const pathOf = (data: unknown): string | undefined => {
      const told = viewIn(data);
      const [name = "", ...below] = told?.names ?? [];
      return told && [kernels.placeOf(told.kernel, name), ...below].join("/");
    };
    const show = (data: unknown): void => {
      const path = pathOf(data);
      if (path !== undefined) tabs.view(path);
    };
    renderers.addFactory(
      { safe: true, mimeTypes: [VIEW], createRenderer: () => new Line(show, pathOf, trans) },
      RANK,
    );
    const follow = (notebook: NotebookPanel): void => {
      const { sessionContext } = notebook;
      sessionContext.iopubMessage.connect((_, { header, parent_header: asked, content }) => {
        // Of several windows that show a notebook, the one that ran the cell.
        const own = sessionContext.session?.kernel?.clientId;
        if (!SHOWS.has(header.msg_type) || !("session" in asked) || asked.session !== own) return;
        const { data } = content as { data?: Record<string, unknown> };
        if (!data || !(VIEW in data)) return;
        show(data[VIEW]);
        shell.activateById(notebook.id); // whoever runs cells goes on in the notebook
      });
    };
    notebooks.forEach(follow);
    notebooks.widgetAdded.connect((_, notebook) => follow(notebook));
  },
};

/** The output of the cell: what is shown, and a button that shows it again. */
class Line extends Widget implements IRenderMime.IRenderer {
  constructor(
    private readonly open: (data: unknown) => void,
    private readonly pathOf: (data: unknown) => string | undefined,
    private readonly trans: TranslationBundle,
  ) {
    super();
    this.addClass("jp-ZarrServe-beside");
  }

  renderModel({ data }: IRenderMime.IMimeModel): Promise<void> {
    const told = data[VIEW];
    const name = viewIn(told)?.names.at(-1) ?? "";
    const said = document.createElement("span");
    said.textContent = this.pathOf(told)
      ? this.trans.__("“%1” is shown beside the notebook. ", name)
      : this.trans.__("This view names nothing that is published.");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "jp-mod-styled";
    button.textContent = this.trans.__("Show Beside");
    button.addEventListener("click", () => this.open(told));
    this.node.replaceChildren(said, ...(this.pathOf(told) ? [button] : []));
    return Promise.resolve();
  }
}
