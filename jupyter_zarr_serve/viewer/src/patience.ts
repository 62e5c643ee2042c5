// What is waited for: said soon, with the server's reason and how long it has taken, and gone when it is there.

import { make, the } from "./dom";

const SOON = 300; // milliseconds that need no word while nothing is to be seen
const LATER = 1000; // and where something is
const TICK = 100;

/** A request that has no answer yet. */
export interface Wait {
  since: number;
  /** Why the server put it off; "" while it only takes time. */
  reason: string;
}

const waits = new Set<Wait>();
let timer = 0;
let notice: HTMLElement | undefined;

/** Begin to wait. */
export function begin(): Wait {
  const wait: Wait = { since: Date.now(), reason: "" };
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
  const [oldest] = [...waits].sort((one, other) => one.since - other.since);
  const elapsed = oldest ? Date.now() - oldest.since : 0;
  if (!oldest || elapsed < (document.documentElement.dataset["drawn"] ? LATER : SOON)) {
    notice?.remove();
    notice = undefined;
    return;
  }
  notice ??= make("div", { class: "notice waiting", role: "status" });
  const reason = [...waits].find((wait) => wait.reason)?.reason ?? "The server is reading or computing";
  notice.textContent = `${reason} · waiting for ${Math.ceil(elapsed / 1000)} s`;
  if (!notice.isConnected) the("notices").append(notice);
}
