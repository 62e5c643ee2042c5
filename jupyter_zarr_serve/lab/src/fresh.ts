// What makes the panel ask: notebooks and kernels that come and go, and changes that the server tells; only while it is seen.

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { AllVariables } from "./all-variables.ts";
import * as names from "./commands.ts";
import { LINKS, NOTEBOOK, RUNNING } from "./items.ts";
import type { Kernels } from "./kernels.ts";
import type { Model } from "./model.ts";
import type { Panel } from "./panel.tsx";
import { localOf } from "./places.ts";
import { isLasting } from "./server.ts";
import { Soon } from "./soon.ts";
import { Watch } from "./watch.ts";

const ENDED = new Set(["restarting", "autorestarting", "dead", "terminating"]);

/** Keep what the panel shows as it is. */
export class Fresh {
  readonly #watch: Watch;
  /** A kernel is idle: a cell makes it so several times. */
  readonly #idle = new Soon((kernel) => {
    if (kernel === this.kernels.front()?.kernel && this.panel.isVisible) this.model.lookAgain();
  });
  readonly #renewal = new Soon((section) => {
    if (!this.panel.isVisible) return;
    void this.model.refresh(section).then(() => this.#look());
  });

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly panel: Panel,
    private readonly model: Model,
    private readonly kernels: Kernels,
    private readonly all: AllVariables,
  ) {
    this.#watch = new Watch(
      (place, since, signal) => model.server.changes(place, since, signal),
      (told) => model.hear(told),
      // An older package in the kernel knows of no changes; who may not see it now may not later.
      isLasting,
    );
  }

  /** Begin; nothing is asked for before the panel is seen. */
  follow(notebooks: INotebookTracker | null): void {
    this.panel.seen.connect((_, isSeen) => this.#turn(isSeen));
    document.addEventListener("visibilitychange", () => this.#look());
    notebooks?.forEach((notebook) => this.#follow(notebook));
    notebooks?.widgetAdded.connect((_, notebook) => this.#follow(notebook));
    notebooks?.currentChanged.connect(() => {
      this.#watch.look(undefined); // until it is known what the other one publishes
      this.#renew(NOTEBOOK, RUNNING);
    });
    this.app.serviceManager.sessions.runningChanged.connect(() => this.#renew(RUNNING));
    this.app.commands.commandExecuted.connect((_, { id, result }) => {
      if (id === names.SHARE) void result.then(() => this.#renew(LINKS));
    });
  }

  #follow({ context, sessionContext }: NotebookPanel): void {
    let path = context.path;
    sessionContext.statusChanged.connect((_, status) => {
      const kernel = sessionContext.session?.kernel?.id ?? "";
      const isFront = kernel === this.kernels.front()?.kernel;
      if (ENDED.has(status)) {
        this.all.forget(kernel);
        if (!isFront) return;
        this.#watch.look(undefined); // until it is there again
        this.model.end();
      } else if (isFront) {
        if (status === "idle") this.#idle.stir(kernel);
        this.#look();
      }
    });
    sessionContext.kernelChanged.connect(() => this.#renew(NOTEBOOK));
    context.pathChanged.connect((_, after) => {
      void this.all.rename(localOf(path) ?? "", localOf(after) ?? "");
      path = after;
      this.#renew(NOTEBOOK, RUNNING);
    });
  }

  #turn(isSeen: boolean): void {
    if (isSeen) void this.model.refresh().then(() => this.#look());
    else this.#look();
  }

  #renew(...sections: string[]): void {
    for (const section of sections) this.#renewal.stir(section);
  }

  /** Watch the notebook in front, as long as somebody sees the panel. */
  #look(): void {
    const isSeen = this.panel.isVisible && document.visibilityState === "visible";
    const front = isSeen ? this.kernels.front() : undefined;
    this.#watch.look(front && `notebooks/${front.path}`, this.model.mark);
    if (isSeen) void this.all.again();
  }
}
