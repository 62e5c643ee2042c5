// Following what is shown. It knows nothing of Lab.

import type { Kind, Live } from "../../shared/live.ts";
import { quoted } from "./places.ts";

/** Follows some paths of a connection, and no others. */
export class Following {
  readonly #live: Live;
  readonly #heard: (path: string, kind: Kind) => void;
  readonly #ends = new Map<string, () => void>();

  constructor(live: Live, heard: (path: string, kind: Kind) => void) {
    this.#live = live;
    this.#heard = heard;
  }

  /** Follow these instead of those before; what is followed already goes on. */
  set(paths: Iterable<string>): void {
    const wanted = new Set(paths);
    for (const path of wanted) {
      if (this.#ends.has(path)) continue;
      const changed = ({ kind }: { kind: Kind }): void => this.#heard(path, kind);
      this.#ends.set(path, this.#live.subscribe(quoted(path), { changed }));
    }
    for (const [path, end] of this.#ends) {
      if (wanted.has(path)) continue;
      this.#ends.delete(path);
      end();
    }
  }
}

/** Whether something is at a path; undefined where no connection can be had, or it may not be known. */
export function existsAt(live: Live, path: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const settle = (answer: boolean | undefined): void => {
      live.watchers.delete(watch);
      resolve(answer);
      queueMicrotask(() => leave()); // there may be an answer before `leave` is known
    };
    const watch = (): void => {
      if (live.state !== "open" && live.state !== "connecting") settle(undefined);
    };
    live.watchers.add(watch);
    const leave = live.subscribe(quoted(path), {
      changed: ({ kind }) => settle(kind !== "gone"),
      begun: settle,
      refused: () => settle(undefined),
    });
    watch();
  });
}
