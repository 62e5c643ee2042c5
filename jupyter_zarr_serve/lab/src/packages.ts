// Whether kernels have our package: asked once, of kernels that publish nothing, while somebody sees the panel.

import { type ISignal, Signal } from "@lumino/signaling";
import type { Kernels } from "./kernels.ts";

/** Why nothing of a kernel can be served. */
export type Missing = "package" | "language";

const FOUND = "__import__('importlib.util', fromlist=['util']).find_spec('jupyter_zarr_serve') is not None";

export class Packages {
  readonly #known = new Map<string, Missing | undefined>();
  readonly #changed = new Signal<this, void>(this);

  constructor(private readonly kernels: Kernels) {}

  /** A kernel was found to lack something, or to lack it no longer. */
  get changed(): ISignal<this, void> {
    return this.#changed;
  }

  /** What a kernel lacks, as far as it is known; the first question finds it out. */
  isMissing(kernel: string): Missing | undefined {
    if (!this.#known.has(kernel)) void this.#look(kernel);
    return this.#known.get(kernel);
  }

  /** A cell runs in a kernel, which may install what was missing. */
  again(kernel: string): void {
    if (this.#known.get(kernel) === "package") void this.#look(kernel);
  }

  /** Find out what a kernel lacks, as soon as it is idle. */
  async #look(kernel: string): Promise<void> {
    const before = this.#known.get(kernel);
    this.#known.set(kernel, before);
    const language = this.kernels.languageOf(kernel);
    const isPython = language === undefined || language === "python";
    const found = isPython ? await this.kernels.value(kernel, FOUND).catch(() => undefined) : undefined;
    const missing = isPython
      ? found === "True" || found === undefined
        ? undefined
        : "package"
      : "language";
    this.#known.set(kernel, missing);
    if (missing !== before) this.#changed.emit();
  }

  /** A kernel has restarted. */
  forget(kernel: string): void {
    this.#known.delete(kernel);
  }
}
