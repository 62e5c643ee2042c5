// Messages over the picture, and the bar of progress.

import { make, the, told } from "./dom";
import { CANCELLED, Refused, traffic } from "./server";

/** Show a failure until it is closed or mended; what is shown, if it was not before. */
export function fail(error: unknown, again?: () => void): HTMLElement | undefined {
  if (isReplaced(error)) {
    replaced.found();
    return undefined;
  }
  const text = wording(error);
  const place = the("notices");
  if ([...place.children].some((child) => child.firstElementChild?.textContent === text)) return undefined;
  const notice = make("div", { class: "notice failure", role: "alert" }, make("span", {}, text));
  const button = (label: string, action: () => void): void => {
    const click = (): void => {
      notice.remove();
      action();
    };
    notice.append(make("button", { type: "button", click }, label));
  };
  if (again) button("Try again", again);
  button("Close", () => {});
  place.append(notice);
  return notice;
}

/** Show something for a moment. */
export function say(text: string, seconds = 2.5): void {
  const notice = make("div", { class: "notice" }, text);
  the("notices").append(notice);
  setTimeout(() => notice.remove(), seconds * 1000);
}

/** Whether the data are others than the page has seen. */
export const isReplaced = (error: unknown): boolean => hasStatus(error, 409);

/** Whether somebody wanted it no longer. */
export const isCancelled = (error: unknown): boolean => hasStatus(error, CANCELLED);

function hasStatus(error: unknown, status: number): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Refused && cause.status === status) return true;
  }
  return false;
}

/** What to do when the data are found to be others. */
export const replaced = { found: (): void => reopen() };

const REOPENED = "reopened"; // in the session: when the page was opened anew
const OFTEN = 3000; // milliseconds within which it is not opened anew once more

/** Open the page anew, by the present metadata; limits of other data mean nothing for it, and places none. */
export function reopen(isAlike = false): void {
  const last = Number(sessionStorage.getItem(REOPENED) ?? 0);
  const pause = Math.max(0, last + OFTEN - Date.now());
  if (!pause) say("The data were replaced; opening them again.");
  setTimeout(() => {
    sessionStorage.setItem(REOPENED, String(Date.now()));
    const kept = isAlike ? location.hash.replace(/(?<=[#&])(zoom|centre)=[^&]*&?/g, "") : "";
    history.replaceState(null, "", `${location.pathname}${location.search}${kept}`);
    location.reload();
  }, pause);
}

function wording(error: unknown): string {
  // zarrita wraps what the store throws.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Refused) return prefix(cause.status) + cause.message;
  }
  if (error instanceof TypeError && error.message.includes("fetch"))
    return `The server cannot be reached: ${error.message}`;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${wording(error.cause)}` : error.message;
}

function prefix(status: number): string {
  if (status === 401) return "You are not logged in any longer. ";
  if (status === 403) return "You may not see this. ";
  if (status === 503) return "The server is busy. ";
  return "";
}

/** Keep the bar of progress, and the number of requests on their way for programs that look on. */
export function showTraffic(): void {
  const bar = the("progress");
  let timer = 0;
  traffic.listeners.add(() => {
    document.documentElement.dataset["waiting"] = String(traffic.waiting);
    clearTimeout(timer);
    // What takes no time is not worth a flicker.
    timer = window.setTimeout(() => {
      bar.hidden = traffic.waiting === 0;
      bar.title = `${told(traffic.waiting)} on the way`;
    }, 120);
  });
}
