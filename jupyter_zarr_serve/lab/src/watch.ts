// Watching a place: each question is answered when something has changed, so nobody asks often. It knows nothing of Lab.

/** What is told of a kernel: a mark of what it publishes, "" for nothing. */
export interface Changes {
  readonly mark: string;
  /** Whether all its variables are served. */
  readonly is_all: boolean;
}

export type Ask = (place: string, since: string, signal: AbortSignal) => Promise<Changes>;

/** How long to wait, in milliseconds: after an answer, and after a failure. */
export interface Pauses {
  readonly answer: number;
  readonly failure: number;
}

const PAUSES: Pauses = { answer: 300, failure: 5000 };

export class Watch {
  readonly #ask: Ask;
  readonly #changed: (told: Changes) => Promise<boolean>;
  readonly #isFinal: (error: unknown) => boolean;
  readonly #pauses: Pauses;
  #place: string | undefined;
  #ending = new AbortController();

  /**
   * @param ask - Asks for changes since a mark.
   * @param changed - Hears of them, and says whether it could learn what has changed; if not, it hears again.
   * @param isFinal - Whether asking again after a failure is of no use.
   */
  constructor(
    ask: Ask,
    changed: (told: Changes) => Promise<boolean>,
    isFinal: (error: unknown) => boolean,
    pauses: Pauses = PAUSES,
  ) {
    this.#ask = ask;
    this.#changed = changed;
    this.#isFinal = isFinal;
    this.#pauses = pauses;
  }

  /**
   * Watch a place instead of the one before; what is watched already goes on.
   *
   * @param place - Undefined for none.
   * @param since - The mark that is known of it.
   */
  look(place: string | undefined, since = ""): void {
    if (place === this.#place) return;
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#place = place;
    if (place !== undefined) void this.#watch(place, since, this.#ending.signal);
  }

  async #watch(place: string, since: string, signal: AbortSignal): Promise<void> {
    let known = since;
    while (!signal.aborted) {
      let pause = this.#pauses.answer;
      try {
        const told = await this.#ask(place, known, signal);
        if (signal.aborted) return;
        if (told.mark === known || (await this.#changed(told))) known = told.mark;
        else pause = this.#pauses.failure;
      } catch (error) {
        if (this.#isFinal(error)) {
          if (!signal.aborted) this.#place = undefined; // whoever looks once more has a reason to
          return;
        }
        pause = this.#pauses.failure;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
