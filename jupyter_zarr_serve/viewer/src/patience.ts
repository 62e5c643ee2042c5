// What is waited for: said soon, with how far it is or the server's reason, and gone when it is there.

import { make, the } from "./dom";
import { inWords, type Progress } from "./jobs";

const SOON = 300; // milliseconds that need no word while nothing is to be seen
const LATER = 1000; // and where something is
const TICK = 100;

/** A request that has no answer yet. */
export interface Wait {
  since: number;
  /** Why the server put it off; "" while it only takes time. */
  reason: string;
  /** Takes note of how far it is. */
  tell: (progress: Progress | undefined) => void;
}

interface Shown extends Wait {
  progress: Progress | undefined;
  cancel: () => void;
}

const waits = new Set<Wait>();
let timer = 0;
let notice: Notice | undefined;

/** Begin to wait for what can be cancelled; elsewhere, if somebody else is told how far it is. */
export function begin(
  cancel: () => void,
  elsewhere?: (progress: Progress | undefined) => void,
  since = Date.now(),
): Wait {
  if (elsewhere) return { since, reason: "", tell: elsewhere };
  const tell = (progress: Progress | undefined): void => void (wait.progress = progress);
  const wait: Shown = { since, reason: "", tell, progress: undefined, cancel };
  waits.add(wait);
  timer ||= window.setInterval(show, TICK);
  return wait;
}

/** It is there, or nobody wants it any longer. */
export function end(wait: Wait): void {
  waits.delete(wait);
  if (waits.size) return;
  clearInterval(timer);
  timer = 0;
  show();
}

function show(): void {
  const [oldest] = all().sort((one, other) => one.since - other.since);
  const elapsed = oldest ? Date.now() - oldest.since : 0;
  if (!oldest || elapsed < (document.documentElement.dataset["drawn"] ? LATER : SOON)) {
    notice?.element.remove();
    notice = undefined;
    return;
  }
  notice ??= new Notice();
  notice.tell(all(), Math.ceil(elapsed / 1000));
}

const all = (): Shown[] => [...waits] as Shown[];

/** The words, a bar where it is known how far something is, and a button that ends all that is waited for. */
class Notice {
  readonly element = make("div", { class: "notice waiting", role: "status" });
  private readonly words = make("span");
  private readonly bar = make("progress", { max: 1, "aria-label": "How much is done" });

  constructor() {
    const click = (): void => {
      for (const wait of all()) wait.cancel();
    };
    this.element.append(this.words, this.bar, make("button", { type: "button", click }, "Cancel"));
  }

  tell(shown: Shown[], seconds: number): void {
    const furthest = shown.find(({ progress }) => progress)?.progress;
    const reason = shown.find((wait) => wait.reason)?.reason ?? "The server is reading or computing";
    const others = shown.length > 1 ? ` · ${shown.length} requests` : "";
    const text = `${furthest ? inWords(furthest) : reason}${others} · waiting for ${seconds} s`;
    if (this.words.textContent !== text) this.words.textContent = text;
    this.bar.hidden = !furthest;
    if (furthest) this.bar.value = furthest.fraction;
    if (!this.element.isConnected) the("notices").append(this.element);
  }
}
