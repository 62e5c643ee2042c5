// What makes the panel ask: notebooks and kernels that come and go, and changes that the server tells; only while it is seen.

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { AllVariables } from "./all-variables.ts";
import * as names from "./commands.ts";
import { LINKS, NOTEBOOK, RUNNING } from "./items.ts";
import type { Kernels } from "./kernels.ts";
import type { Model } from "./model.ts";
import type { Packages } from "./packages.ts";
import type { Panel } from "./panel.tsx";
import { Following } from "./following.ts";
import { localOf } from "./places.ts";
import { Soon } from "./soon.ts";

const RETRY = 5000; // milliseconds, after a failure that may pass

const ENDED = new Set(["restarting", "autorestarting", "dead", "terminating"]);

/** What the panel is about, besides what it shows. */
interface Around {
  readonly kernels: Kernels;
  readonly packages: Packages;
  readonly all: AllVariables;
}

/** Keep what the panel shows as it is. */
export class Fresh {
  readonly #following: Following;
  readonly #looks = new Soon((path) => this.model.look(path));
  readonly #news = new Soon((path) => void this.#hear(path));
  readonly #retry = new Soon((path) => void this.#hear(path), RETRY, RETRY);
  readonly #renewal = new Soon((section) => {
    if (this.panel.isVisible) void this.model.refresh(section);
  });

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly panel: Panel,
    private readonly model: Model,
    private readonly around: Around,
  ) {
    this.#following = new Following(model.server.live, (path) => this.#told(path));
  }

  /** Begin; nothing is asked for before the panel is seen. */
  follow(notebooks: INotebookTracker | null): void {
    this.panel.seen.connect((_, isSeen) => this.#turn(isSeen));
    this.model.changed.connect(() => this.#follows());
    this.around.packages.changed.connect(() => this.#renew(NOTEBOOK));
    notebooks?.forEach((notebook) => this.#follow(notebook));
    notebooks?.widgetAdded.connect((_, notebook) => this.#follow(notebook));
    notebooks?.currentChanged.connect(() => this.#renew(NOTEBOOK, RUNNING));
    this.app.serviceManager.sessions.runningChanged.connect(() => this.#renew(RUNNING));
    this.app.commands.commandExecuted.connect((_, { id, result }) => {
      if (id === names.SHARE) void result.then(() => this.#renew(LINKS));
    });
  }

  #follow({ context, sessionContext }: NotebookPanel): void {
    let path = context.path;
    let isNew = false; // whether the kernel has not been idle yet
    sessionContext.statusChanged.connect((_, status) => {
      const kernel = sessionContext.session?.kernel?.id ?? "";
      if (ENDED.has(status)) {
        this.around.all.forget(kernel);
        this.around.packages.forget(kernel);
        if (kernel === this.around.kernels.front()?.kernel) this.model.end();
        isNew = true;
        return;
      }
      if (isNew && status === "idle") {
        isNew = false;
        this.around.packages.forget(kernel); // what was asked before may never be answered
        this.#renew(NOTEBOOK);
      }
      this.#again();
    });
    sessionContext.iopubMessage.connect((_, { header }) => {
      // A cell may install what was missing; what is run silently, as by the panel itself, is no cell.
      if (header.msg_type === "execute_input")
        this.around.packages.again(sessionContext.session?.kernel?.id ?? "");
    });
    sessionContext.kernelChanged.connect(() => this.#renew(NOTEBOOK));
    context.pathChanged.connect((_, after) => {
      void this.around.all.rename(localOf(path) ?? "", localOf(after) ?? "");
      path = after;
      this.#renew(NOTEBOOK, RUNNING);
    });
  }

  #turn(isSeen: boolean): void {
    this.#follows();
    if (!isSeen) return;
    void this.model.refresh();
    this.#again();
  }

  #renew(...sections: string[]): void {
    for (const section of sections) this.#renewal.stir(section);
  }

  /** Follow what is shown, as long as somebody sees the panel. */
  #follows(): void {
    this.#following.set(this.panel.isVisible ? this.model.places : []);
  }

  #told(path: string): void {
    this.#looks.stir(path);
    this.#news.stir(path);
  }

  async #hear(path: string): Promise<void> {
    if (this.panel.isVisible && !(await this.model.hear(path))) this.#retry.stir(path);
  }

  #again(): void {
    if (this.panel.isVisible) void this.around.all.again();
  }
}
