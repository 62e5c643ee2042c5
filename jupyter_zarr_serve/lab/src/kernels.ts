// Notebooks and kernels, as Lab knows them without asking anybody.

import type { INotebookTracker } from "@jupyterlab/notebook";
import type { Kernel, KernelMessage, ServiceManager } from "@jupyterlab/services";
import type { Session as Known } from "./items.ts";
import type { Surroundings } from "./asking.ts";
import { localOf } from "./places.ts";

export class Kernels implements Surroundings {
  constructor(
    private readonly services: ServiceManager.IManager,
    private readonly notebooks: INotebookTracker | null,
  ) {}

  notebook = (): string | undefined => localOf(this.notebooks?.currentWidget?.context.path);

  front = (): { path: string; kernel: string } | undefined => {
    const path = this.notebook();
    const kernel = this.notebooks?.currentWidget?.sessionContext.session?.kernel;
    return path !== undefined && kernel ? { path, kernel: kernel.id } : undefined;
  };

  sessions = (): Known[] =>
    [...this.services.sessions.running()].flatMap(({ path, name, type, kernel }) => {
      if (!kernel) return [];
      const local = localOf(path) ?? path;
      return [{ path: local, name: name || local, isNotebook: type === "notebook", kernel: kernel.id }];
    });

  /** Whether a kernel runs, as far as Lab knows. */
  isRunning(kernel: string): boolean {
    return this.sessions().some((one) => one.kernel === kernel);
  }

  /** The path of what a kernel publishes under a name: by its notebook, which outlives restarts. */
  placeOf(kernel: string, name: string): string {
    const notebook = this.sessions().find((one) => one.kernel === kernel && one.isNotebook);
    return notebook ? `notebooks/${notebook.path}/${name}` : `kernels/${kernel}/${name}`;
  }

  /** The kernel and the name of a variable; undefined where a path names none. */
  variable(path: string): { kernel: string; name: string } | undefined {
    for (const { isNotebook, path: notebook, kernel } of this.sessions()) {
      for (const place of [`kernels/${kernel}/`, ...(isNotebook ? [`notebooks/${notebook}/`] : [])]) {
        const name = path.startsWith(place) ? path.slice(place.length) : "";
        if (name && !name.includes("/")) return { kernel, name };
      }
    }
    return undefined;
  }

  /** End what `publish` began; what the kernel says against it, or nothing. */
  async unpublish(path: string): Promise<string> {
    const found = this.variable(path);
    if (!found) return "";
    const code = `import jupyter_zarr_serve; jupyter_zarr_serve.unpublish(${JSON.stringify(found.name)})`;
    return this.run(found.kernel, code);
  }

  /** The language of a kernel, as far as Lab knows. */
  languageOf(id: string): string | undefined {
    const { kernels, kernelspecs } = this.services;
    const model = [...kernels.running()].find((one) => one.id === id);
    return model && kernelspecs.specs?.kernelspecs[model.name]?.language.toLowerCase();
  }

  /** Run code in a kernel, silently; what the kernel says against it, or nothing. */
  async run(id: string, code: string): Promise<string> {
    const content = await this.#executed(id, { code });
    return content?.status === "error" ? `${content.ename}: ${content.evalue}` : "";
  }

  /** What an expression is in a kernel, as text, or the name of its error; undefined where it tells neither. */
  async value(id: string, expression: string): Promise<string | undefined> {
    const content = await this.#executed(id, { code: "", user_expressions: { value: expression } });
    if (content?.status !== "ok") return undefined;
    const told = content.user_expressions["value"] as { data?: Record<string, string>; ename?: string };
    return told.data?.["text/plain"] ?? told.ename;
  }

  async #executed(
    id: string,
    asked: KernelMessage.IExecuteRequestMsg["content"],
  ): Promise<KernelMessage.IExecuteReplyMsg["content"] | undefined> {
    const model: Kernel.IModel | undefined = await this.services.kernels.findById(id);
    if (!model) return undefined;
    const kernel = this.services.kernels.connectTo({ model });
    try {
      const how = { silent: true, store_history: false, stop_on_error: false };
      return (await kernel.requestExecute({ ...how, ...asked }).done).content;
    } finally {
      kernel.dispose();
    }
  }
}
