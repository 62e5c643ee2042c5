// Files as Lab's documents: "Open With", one tab for each file and renames are Lab's own; the file is never fetched.

import {
  ABCWidgetFactory,
  DocumentModel,
  type DocumentRegistry,
  DocumentWidget,
  TextModelFactory,
} from "@jupyterlab/docregistry";
import type { Contents } from "@jupyterlab/services";
import type { Frame } from "./frame.ts";
import { iconOf } from "./icons.ts";
import { bestOf, pathOfFile } from "./places.ts";
import type { Tabs } from "./tabs.ts";

/** The name by which Lab keeps the factory, and by which settings name it. */
export const FACTORY = "Zarr data";
export const MODEL = "zarr-data";

/** A model that knows nothing of its file, and so must never be saved over it. */
class UnreadModel extends DocumentModel {
  override get readOnly(): boolean {
    return true;
  }

  override set readOnly(_: boolean) {
    // It stays so.
  }

  override toString(): string {
    throw new Error("The file was not read, so nothing can be saved.");
  }
}

/** Lab asks for the content of no file whose model has no format. */
export class UnreadModelFactory extends TextModelFactory {
  override get name(): string {
    return MODEL;
  }

  override get fileFormat(): Contents.FileFormat {
    return null;
  }

  override createNew(options?: Parameters<TextModelFactory["createNew"]>[0]): UnreadModel {
    return new UnreadModel(options);
  }
}

/** Makes the tab of a file. */
export class DataDocumentFactory extends ABCWidgetFactory<DocumentWidget<Frame>> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions,
    private readonly tabs: Tabs,
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): DocumentWidget<Frame> {
    // Lab copies each file that it opens to a checkpoint, however large.
    context.createCheckpoint = () => Promise.resolve({ id: "", last_modified: "" });
    context.save = () => Promise.resolve();
    const content = this.tabs.frame(pathOfFile(context.path) ?? "");
    const tab = new DocumentWidget({ content, context });
    tab.toolbar.hide();
    tab.title.icon = iconOf(content.path);
    tab.addClass("jp-ZarrServe-tab");
    context.pathChanged.connect((_, file) => {
      content.path = pathOfFile(file) ?? "";
      content.go(bestOf(content.path));
    });
    void this.tabs.add(tab);
    return tab;
  }
}
