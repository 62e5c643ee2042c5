// The plugin of Lab's Running panel: what is published, and share links, each with its end as the stop button.

import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { showErrorMessage } from "@jupyterlab/apputils";
import { IRunningSessionManagers, type IRunningSessions } from "@jupyterlab/running";
import { ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation";
import { linkIcon } from "@jupyterlab/ui-components";
import { type ISignal, Signal } from "@lumino/signaling";
import { existsAt, Following } from "./following.ts";
import { iconOf } from "./icons.ts";
import * as names from "./commands.ts";
import { type Session, sessionItem } from "./items.ts";
import { Kernels } from "./kernels.ts";
import { untilText } from "./life.ts";
import { ITabs } from "./opening.ts";
import { nameOf } from "./places.ts";
import { sentence } from "./sentences.ts";
import { Server } from "./server.ts";
import { Soon } from "./soon.ts";
import type { Tabs } from "./tabs.ts";
import { type Link, SHARES } from "./told.ts";

const SIDEBAR = "jp-running-sessions"; // the id of Lab's panel

export const running: JupyterFrontEndPlugin<void> = {
  id: "jupyter-zarr-serve:running",
  description: "Lists published variables and share links in the Running panel.",
  autoStart: true,
  requires: [ITabs],
  optional: [ILabShell, IRunningSessionManagers, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tabs: Tabs,
    shell: ILabShell | null,
    managers: IRunningSessionManagers | null,
    translator: ITranslator | null,
  ): void => {
    if (!shell || !managers) return; // Notebook has no such panel
    const trans = (translator ?? nullTranslator).load("jupyter_zarr_serve");
    const server = new Server(app.serviceManager.serverSettings);
    const kernels = new Kernels(app.serviceManager, null);
    const ours = [published(server, kernels, tabs, trans), links(server, tabs, trans)];
    for (const manager of ours) managers.add(manager);
    let wasSeen = false;
    const isSeen = (): boolean =>
      [...shell.widgets("left"), ...shell.widgets("right")].some(
        ({ id, isVisible }) => id === SIDEBAR && isVisible,
      );
    // Nothing is asked for before somebody sees the panel.
    shell.layoutModified.connect(() => {
      const before = wasSeen;
      wasSeen = isSeen();
      if (wasSeen === before) return;
      follow();
      if (wasSeen) for (const manager of ours) manager.refreshRunning();
    });
    const soon = new Soon(() => {
      follow();
      if (isSeen()) for (const manager of ours) manager.refreshRunning();
    });
    const following = new Following(server.live, () => soon.stir(""));
    const places = (): string[] => [SHARES, ...kernels.sessions().map((one) => sessionItem(one).path)];
    const follow = (): void => following.set(isSeen() ? places() : []);
    app.serviceManager.sessions.runningChanged.connect(() => soon.stir(""));
    app.commands.commandExecuted.connect((_, { id, result }) => {
      if (id !== names.SHARE && id !== names.UNPUBLISH && id !== names.REVOKE) return;
      void result.then(() => soon.stir(""));
    });
  },
};

interface Wish<T> {
  readonly name: string;
  readonly ask: () => Promise<T[]>;
  readonly item: (told: T) => Omit<IRunningSessions.IRunningItem, "shutdown">;
  readonly end: (told: T) => Promise<void>;
  readonly failed: string;
  readonly labels: Pick<
    IRunningSessions.IManager,
    "shutdownLabel" | "shutdownAllLabel" | "shutdownAllConfirmationText"
  >;
}

/** A section of the panel. */
class Section<T> implements IRunningSessions.IManager {
  readonly name: string;
  readonly shutdownLabel;
  readonly shutdownAllLabel;
  readonly shutdownAllConfirmationText;
  #told: T[] = [];
  readonly #changed = new Signal<this, void>(this);

  constructor(private readonly wish: Wish<T>) {
    this.name = wish.name;
    this.shutdownLabel = wish.labels.shutdownLabel ?? "";
    this.shutdownAllLabel = wish.labels.shutdownAllLabel ?? "";
    this.shutdownAllConfirmationText = wish.labels.shutdownAllConfirmationText ?? "";
  }

  get runningChanged(): ISignal<this, void> {
    return this.#changed;
  }

  running(): IRunningSessions.IRunningItem[] {
    return this.#told.map((told) => ({ ...this.wish.item(told), shutdown: () => void this.#end([told]) }));
  }

  refreshRunning(): void {
    void this.#refresh();
  }

  shutdownAll(): void {
    void this.#end(this.#told);
  }

  async #refresh(): Promise<void> {
    // A server that refuses has none to show; the panel of data says why.
    this.#told = await this.wish.ask().catch(() => []);
    this.#changed.emit();
  }

  async #end(all: readonly T[]): Promise<void> {
    const ended = await Promise.allSettled(all.map((told) => this.wish.end(told)));
    await this.#refresh();
    const failure = ended.find((one) => one.status === "rejected");
    if (failure) await showErrorMessage(this.wish.failed, sentence(failure.reason));
  }
}

interface Variable {
  readonly path: string;
  readonly of: string;
}

function published(
  server: Server,
  kernels: Kernels,
  tabs: Tabs,
  trans: TranslationBundle,
): Section<Variable> {
  const of = async (session: Session): Promise<Variable[]> => {
    const { path: place, name } = sessionItem(session);
    if ((await existsAt(server.live, place)) === false) return [];
    const { members } = await server.node(place);
    return (members?.items ?? []).map((member) => ({ path: `${place}/${member.name}`, of: name }));
  };
  return new Section({
    name: trans.__("Published Data"),
    ask: async () => (await Promise.all(kernels.sessions().map(of))).flat(),
    item: ({ path, of: notebook }) => ({
      open: () => void tabs.open(path),
      icon: () => iconOf(path),
      label: () => nameOf(path),
      labelTitle: () => path,
      detail: () => notebook,
    }),
    end: async ({ path }) => {
      const problem = await kernels.unpublish(path);
      if (problem) throw new Error(problem);
    },
    failed: trans.__("It could not be unpublished"),
    labels: {
      shutdownLabel: trans.__("Unpublish"),
      shutdownAllLabel: trans.__("Unpublish All"),
      shutdownAllConfirmationText: trans.__("Unpublish all variables of all kernels?"),
    },
  });
}

function links(server: Server, tabs: Tabs, trans: TranslationBundle): Section<Link> {
  return new Section({
    name: trans.__("Share Links"),
    ask: async () => (await server.links()).filter(({ state }) => state === "live"),
    item: ({ path, note, expires }) => ({
      open: () => void tabs.open(path),
      icon: () => linkIcon,
      label: () => path,
      labelTitle: () => note || path,
      detail: () => untilText(expires, trans),
    }),
    end: ({ id }) => server.revoke(id),
    failed: trans.__("The link could not be revoked"),
    labels: {
      shutdownLabel: trans.__("Revoke Link"),
      shutdownAllLabel: trans.__("Revoke All"),
      shutdownAllConfirmationText: trans.__("Revoke all share links? Whoever has them can read nothing."),
    },
  });
}
