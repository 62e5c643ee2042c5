// The page follows what it shows: a badge that tells so, pause and resume, and a way to read all again at once.

import { refreshButton } from "./again";
import { connection } from "./connection";
import { make, the } from "./dom";
import type { Change, Kind, Live } from "../../shared/live";
import { fail, isReplaced, reopen, replaced } from "./notices";
import { quoted } from "./server";
import { Takes, type Take } from "./takes";

const SPAN = 2000; // milliseconds over which frames are counted, and for which data change after they have changed
const PULSE = 50; // milliseconds between pictures of what changes all the time
const OFTEN = 7; // notices in a second, which are nearly as many as there may be
const QUICK = 1000; // milliseconds within which what was read may be read once more, to be sure of it
const GONE =
  "Nothing is here any longer: it was withdrawn, or its kernel ended. It is shown again once it is back.";

export class Following {
  readonly live: Live;
  private readonly takes = new Takes(
    () => this.drawn(),
    (error) => this.failed(error),
  );
  private readonly badge = make("button", { type: "button", id: "live", hidden: true });
  private readonly frames: number[] = [];
  private readonly notices: number[] = [];
  private leave = (): void => {};
  private leaveOther = (): void => {};
  private path: string | undefined;
  private isPaused = false;
  private isRefused = false;
  private isGone = false;
  private isAnew = false;
  private began = 0;
  private changedAt = 0;
  private isTaking = false;
  private notice: HTMLElement | undefined;
  private failure: HTMLElement | undefined;
  private timer = 0;

  constructor(scope: string) {
    this.live = connection(scope);
    this.live.watchers.add(() => this.show());
    this.badge.addEventListener("click", () => this.pause(!this.isPaused));
    const hold = (): void => this.live.hold(this.isPaused || document.hidden);
    document.addEventListener("visibilitychange", hold);
    hold();
    the("actions").append(
      this.badge,
      refreshButton(() => this.refresh()),
    );
    replaced.found = () => this.put({ kind: "layout" });
  }

  /** Follow a path, instead of another one; its changes wait until `use` says what to do with them. */
  follow(path: string): void {
    if (path === this.path) return;
    this.path = path;
    this.leave();
    this.followToo("");
    this.takes.use(undefined);
    this.takes.clear();
    this.told(false);
    this.refuse(false);
    this.began = performance.now();
    this.leave = this.live.subscribe(quoted(path), {
      changed: (change) => this.noticed(change),
      begun: (isThere) => this.begun(isThere),
      refused: () => this.refuse(true),
    });
  }

  /** Follow another path, too, which is shown beside the first or over it; "" for none. */
  followToo(path: string): void {
    this.leaveOther();
    const again = (kind: Kind): void => this.put({ kind: kind === "members" ? "data" : kind });
    this.leaveOther = path
      ? this.live.subscribe(quoted(path), {
          changed: ({ kind }) => again(kind === "gone" ? "layout" : kind),
          begun: (isThere) => isThere && again("data"),
        })
      : () => {};
  }

  /** What to do with changes. */
  use(take: Take): void {
    this.takes.use(async (change) => {
      this.told(change.kind === "gone");
      this.isAnew = change.kind !== "data";
      if (change.kind === "gone") return false;
      const began = performance.now();
      const isOther = await this.taken(take, change);
      this.failure?.remove();
      this.failure = undefined;
      if (isOther === true) this.goOn(change, performance.now() - began);
      return isOther;
    });
  }

  private async taken(take: Take, change: Change): Promise<boolean | void> {
    this.isTaking = true;
    try {
      return await take(change);
    } finally {
      this.isTaking = false;
      this.changedAt = performance.now();
    }
  }

  /** Open the page anew once what could not be shown has changed; if it was cancelled, once it is another thing. */
  reopenLater(wasCancelled: boolean): void {
    this.began = 0; // what there was when the page began to follow has been tried
    this.takes.clear("data");
    this.use(async ({ kind }) => (kind === "data" && wasCancelled ? undefined : reopen(true)));
  }

  /** What changes faster than is told is read again without being told, until it is the same as before. */
  private goOn({ kind, region }: Change, spent: number): void {
    const since = performance.now() - 1000;
    const isFast = this.notices.filter((time) => time > since).length >= OFTEN;
    if (kind !== "data" || region || !isFast || spent > PULSE) return;
    setTimeout(() => this.live.state === "open" && this.put({ kind: "data" }), PULSE - spent);
  }

  /** Read everything again, also while it is paused. */
  refresh(): void {
    this.live.again();
    this.put({ kind: "back" });
  }

  private noticed(change: Change): void {
    this.notices.push(performance.now());
    if (this.notices.length > OFTEN) this.notices.shift();
    this.put(change);
  }

  /** Whether what is read may change while it is read. */
  get isChanging(): boolean {
    return this.isTaking || performance.now() - this.changedAt < SPAN;
  }

  private put(change: Change): void {
    this.changedAt = performance.now();
    this.takes.put(change);
  }

  private refuse(isRefused: boolean): void {
    this.isRefused = isRefused;
    this.show();
  }

  /** What was read before may be older than the first notice; who reads slowly is not made to read twice. */
  private begun(isThere: boolean): void {
    const isFirst = this.began > 0;
    const isQuick = performance.now() - this.began < QUICK;
    this.began = 0;
    if (!isThere) this.put({ kind: "gone" });
    else if (isFirst && isQuick) this.put({ kind: "data" });
    this.show();
  }

  private pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.live.hold(isPaused || document.hidden);
    this.show();
  }

  private drawn(): void {
    this.frames.push(performance.now());
    this.show();
  }

  private failed(error: unknown): void {
    // What was read anew just now, and is another thing again, is opened as a whole.
    if (this.isAnew && isReplaced(error)) reopen();
    else if (!this.isGone && !this.failure?.isConnected) this.failure = fail(error, () => this.refresh());
  }

  private told(isGone: boolean): void {
    this.isGone = isGone;
    this.notice?.remove();
    this.notice = isGone ? make("div", { class: "notice gone", role: "status" }, GONE) : undefined;
    if (this.notice) the("notices").append(this.notice);
    this.show();
  }

  /** The badge, with how many pictures came in a second if there are some. */
  private show(): void {
    clearTimeout(this.timer);
    const now = performance.now();
    while (this.frames.length && now - (this.frames[0] ?? now) > SPAN) this.frames.shift();
    const rate = (1000 * this.frames.length) / SPAN;
    const [state, label, title] = this.words(rate);
    Object.assign(this.badge, { textContent: label, title });
    this.badge.dataset["state"] = state;
    this.badge.setAttribute("aria-pressed", String(this.isPaused));
    this.badge.hidden = this.isRefused || (this.badge.hidden && this.live.state !== "open");
    if (this.frames.length) this.timer = window.setTimeout(() => this.show(), SPAN / 4);
  }

  private words(rate: number): [state: string, label: string, title: string] {
    const { state } = this.live;
    if (this.isPaused) return ["paused", "Paused", "Follow changes again"];
    if (state === "closed") return ["lost", "Ended", "This link is not valid any longer"];
    if (state !== "open") return ["lost", "Connecting…", "The server does not tell of changes now"];
    if (this.isGone) return ["gone", "Gone", "Nothing is there now; it is shown again once it is back"];
    const frames = rate > 1 ? ` · ${rate.toFixed(1)}/s` : "";
    return ["live", `Live${frames}`, "What is shown follows its data; click to pause"];
  }
}
