// The switch for all variables of the notebook in front: what `%load_ext` does, run once in its kernel.

import type { TranslationBundle } from "@jupyterlab/translation";
import { type ISignal, Signal } from "@lumino/signaling";
import type { Choices } from "./choices.ts";
import type { Kernels } from "./kernels.ts";
import { INSTALL } from "./sentences.ts";

const ON = "%load_ext jupyter_zarr_serve";
const OFF = "%unload_ext jupyter_zarr_serve";

export class AllVariables {
  /** What happened last, as a sentence. */
  said = "";
  isBusy = false;
  readonly #changed = new Signal<this, void>(this);
  readonly #done = new Set<string>(); // kernels in which it was run, until they restart

  constructor(
    private readonly kernels: Kernels,
    private readonly choices: Choices,
    private readonly trans: TranslationBundle,
  ) {}

  get changed(): ISignal<this, void> {
    return this.#changed;
  }

  /** The switch was turned. */
  async choose(isOn: boolean): Promise<void> {
    const front = this.kernels.front();
    if (!front) return;
    await this.choices.set(front.path, isOn);
    this.#done.delete(front.kernel);
    const isRun = await this.#run(front.kernel, isOn);
    if (isOn && !isRun) await this.choices.set(front.path, false); // the switch is off, and can be turned again
  }

  /** Do in a new kernel what was chosen for its notebook. */
  async again(): Promise<void> {
    const front = this.kernels.front();
    if (!front || this.#done.has(front.kernel) || this.isBusy) return;
    if (await this.choices.has(front.path)) await this.#run(front.kernel, true);
  }

  /** A kernel has restarted, and knows nothing of what was run in it. */
  forget(kernel: string): void {
    this.#done.delete(kernel);
    this.#say("");
  }

  async rename(before: string, after: string): Promise<void> {
    await this.choices.rename(before, after);
  }

  /** Whether the kernel ran it. */
  async #run(kernel: string, isOn: boolean): Promise<boolean> {
    const code = isOn ? ON : OFF;
    this.isBusy = true;
    if (isOn) this.#done.add(kernel);
    this.#say(this.trans.__("Runs %1 in the kernel, as soon as it is idle…", code));
    try {
      const problem = await this.kernels.run(kernel, code);
      this.#say(this.#words(problem) || this.trans.__("Ran %1 in the kernel.", code));
      return !problem;
    } finally {
      this.isBusy = false;
      this.#changed.emit();
    }
  }

  #words(problem: string): string {
    if (!/^ModuleNotFoundError: .*'jupyter_zarr_serve'/.test(problem)) return problem;
    return this.trans.__(
      "This kernel has no jupyter_zarr_serve. Run %1 in the notebook, and turn the switch again.",
      INSTALL,
    );
  }

  #say(text: string): void {
    this.said = text;
    this.#changed.emit();
  }
}
