// Changes one after the other: those that come while one is taken are joined, so that what is slow skips some.

import { joined, type Change } from "../../shared/live";

/** Takes a change: reads anew, and draws. False where nothing was other than before. */
export type Take = (change: Change) => Promise<boolean | void>;

export class Takes {
  private take: Take | undefined;
  private waiting: Change | undefined;
  private isBusy = false;

  constructor(
    /** Told after each that was drawn. */
    private readonly taken: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** What to do with changes from now on, also with those that came before; undefined to let them wait. */
  use(take: Take | undefined): void {
    this.take = take;
    void this.go();
  }

  put(change: Change): void {
    this.waiting = joined(this.waiting, change);
    void this.go();
  }

  /** Forget what waits; if a kind is given, only a change of that kind. */
  clear(kind = this.waiting?.kind): void {
    if (this.waiting?.kind === kind) this.waiting = undefined;
  }

  private async go(): Promise<void> {
    const { take, waiting } = this;
    if (!take || !waiting || this.isBusy) return;
    this.isBusy = true;
    this.waiting = undefined;
    try {
      if ((await take(waiting)) !== false) this.taken();
    } catch (error) {
      this.failed(error);
    }
    this.isBusy = false;
    void this.go();
  }
}
