// Notebooks and kernels, as Lab knows them without asking anybody.

import type { INotebookTracker } from "@jupyterlab/notebook";
import type { Kernel, ServiceManager } from "@jupyterlab/services";
import type { Session as Known } from "./items.ts";
import type { Surroundings } from "./model.ts";
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

  /** Run code in a kernel, silently; what the kernel says against it, or nothing. */
  async run(id: string, code: string): Promise<string> {
    const model: Kernel.IModel | undefined = await this.services.kernels.findById(id);
    if (!model) return "";
    const kernel = this.services.kernels.connectTo({ model });
    try {
      const request = kernel.requestExecute({
        code,
        silent: true,
        store_history: false,
        stop_on_error: false,
      });
      const { content } = await request.done;
      return content.status === "error" ? `${content.ename}: ${content.evalue}` : "";
    } finally {
      kernel.dispose();
    }
  }
}
