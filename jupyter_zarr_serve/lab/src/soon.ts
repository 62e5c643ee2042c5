// What is done soon after something has happened: once for all that happens meanwhile. It knows nothing of Lab.

const QUIET = 150; // milliseconds for which nothing more must happen
const MOST = 1000; // milliseconds from the first of several

interface Waiting {
  readonly since: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Soon {
  readonly #act: (key: string) => void;
  readonly #quiet: number;
  readonly #most: number;
  readonly #waiting = new Map<string, Waiting>();

  /**
   * @param act - Is called for a key, once it was stirred and then left alone, or was stirred for long.
   */
  constructor(act: (key: string) => void, quiet = QUIET, most = MOST) {
    this.#act = act;
    this.#quiet = quiet;
    this.#most = most;
  }

  /** Something has happened to a key. */
  stir(key: string): void {
    const before = this.#waiting.get(key);
    clearTimeout(before?.timer);
    const since = before?.since ?? Date.now();
    const pause = Math.min(this.#quiet, Math.max(0, since + this.#most - Date.now()));
    const timer = setTimeout(() => {
      this.#waiting.delete(key);
      this.#act(key);
    }, pause);
    this.#waiting.set(key, { since, timer });
  }
}
