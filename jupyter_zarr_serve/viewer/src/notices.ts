// Messages over the picture, and the bar of progress.

import { make, the, told } from "./dom";
import { Refused, traffic } from "./server";

/** Show a failure until it is closed or mended. */
export function fail(error: unknown, again?: () => void): void {
  if (isReplaced(error)) return reopen();
  const text = wording(error);
  const place = the("notices");
  if ([...place.children].some((child) => child.firstElementChild?.textContent === text)) return;
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
}

/** Show something for a moment. */
export function say(text: string, seconds = 2.5): void {
  const notice = make("div", { class: "notice" }, text);
  the("notices").append(notice);
  setTimeout(() => notice.remove(), seconds * 1000);
}

/** Whether the data are others than the page has seen. */
function isReplaced(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Refused && cause.status === 409) return true;
  }
  return false;
}

const REOPENED = "reopened"; // in the session: when the page was opened anew
const OFTEN = 3000; // milliseconds within which it is not opened anew once more

/** Open the page anew, by the present metadata; limits and places of the old data mean nothing for it. */
export function reopen(): void {
  const last = Number(sessionStorage.getItem(REOPENED) ?? 0);
  const pause = Math.max(0, last + OFTEN - Date.now());
  if (!pause) say("The data were replaced; opening them again.");
  setTimeout(() => {
    sessionStorage.setItem(REOPENED, String(Date.now()));
    history.replaceState(null, "", `${location.pathname}${location.search}`);
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
