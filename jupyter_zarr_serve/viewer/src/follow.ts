// What changes is seen on a browse page while somebody looks at it; without this script the page stays as it was loaded.

import { holdWhileHidden, type Kind, type Live, liveBy } from "../../shared/live";
import { refreshButton } from "./again";

// Of browse.js.
declare function patiently(url: string, xsrf: string | undefined): Promise<Response>;
declare function follow(image: Element): void;
declare function followPart(note: Element): Promise<void>;
declare function iconsOf(part: Element): Map<string, Element>;
declare function followIcons(part: Element, before: Map<string, Element>): void;

const QUIET = 200; // milliseconds without another change, before the page is asked for anew
const MOST = 1000;
const HIDDEN = 10_000; // milliseconds for which the page must be hidden, before nothing is listened to
const GONE =
  "This is not there any more: it was withdrawn or deleted, or its kernel has ended. The page shows how it was.";
const ENDED = "This link is not valid any more. The page shows what it led to.";
const ROW_GONE = " · not there now";

/** The parts of a page that may change, as the server made them, by their names. */
function partsOf(page: Document): Map<string, HTMLElement> {
  const parts = page.querySelectorAll<HTMLElement>("[data-fresh]");
  return new Map([...parts].map((part) => [part.dataset["fresh"] ?? "", part]));
}

/** The connection of a page; a JupyterHub wants a token beside the cookie. */
function connection(address: string, xsrf: string | undefined): Live {
  const url = new URL(address, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (xsrf) url.searchParams.set("_xsrf", xsrf);
  return liveBy(() => new WebSocket(url));
}

/** Say something above all else; nothing to say no more. */
function note(text: string): void {
  const before = document.getElementById("changed");
  if (!text) return before?.remove();
  const line = before ?? document.createElement("p");
  line.id = "changed";
  line.className = "told";
  line.setAttribute("role", "status");
  document.querySelector("main h1")?.after(line);
  line.textContent = text;
}

/** Give the focus to what takes the place of the element that had it. */
function refocus(part: Element, focused: Element): void {
  for (const one of part.querySelectorAll<HTMLElement>(focused.tagName)) {
    const isSame = ["href", "aria-label"].every(
      (name) => one.getAttribute(name) === focused.getAttribute(name),
    );
    if (isSame) return one.focus({ preventScroll: true });
  }
}

/** Draw a picture anew; the old one stays until the new one is there. */
async function redraw(image: HTMLImageElement): Promise<void> {
  const { later, from = later ?? image.getAttribute("src") ?? "", xsrf } = image.dataset;
  image.dataset["from"] = from;
  const response = await patiently(from, xsrf).catch(() => undefined); // the next change tries again
  if (!response?.ok) return;
  const before = image.src;
  image.src = URL.createObjectURL(await response.blob());
  if (before.startsWith("blob:")) URL.revokeObjectURL(before);
}

/** Put what is new in the place of what was shown. */
async function renew(xsrf: string | undefined, shown: Map<string, string>): Promise<void> {
  const headers = { Accept: "text/html", ...(xsrf && { "X-XSRFToken": xsrf }) };
  const response = await fetch(location.href, { headers, cache: "no-cache" });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const parts = partsOf(page);
  if ([...parts.keys()].join() !== [...shown.keys()].join()) return location.reload();
  for (const [name, part] of parts) {
    const html = part.outerHTML;
    const old = partsOf(document).get(name);
    if (html === shown.get(name) || !old) continue;
    shown.set(name, html);
    replace(old, part);
    const said = document.getElementById("said");
    if (name === "members" && said)
      said.textContent = part.querySelector("caption")?.textContent ?? part.textContent;
  }
  for (const image of document.querySelectorAll<HTMLImageElement>("main img[data-alt]")) void redraw(image);
}

function replace(old: HTMLElement, part: HTMLElement): void {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const icons = iconsOf(old);
  old.replaceWith(part);
  followIcons(part, icons);
  if (focused) refocus(part, focused);
  for (const waiting of part.querySelectorAll("[data-part]")) void followPart(waiting);
  for (const image of part.querySelectorAll("img[data-alt]")) follow(image);
}

/** Call a function soon, once for several calls. */
function soon(act: () => void): () => void {
  let timer = 0;
  let since = 0;
  return () => {
    clearTimeout(timer);
    since ||= Date.now();
    const run = (): void => {
      since = 0;
      act();
    };
    timer = window.setTimeout(run, Math.min(QUIET, Math.max(0, since + MOST - Date.now())));
  };
}

/** Have a button and a key do something again. */
function addRefresh(main: HTMLElement, act: () => void): void {
  const button = refreshButton(act);
  const actions = main.querySelector(".actions");
  if (actions) actions.append(button);
  else main.querySelector("h1")?.after(button);
}

function begin(main: HTMLElement, address: string): void {
  const { path, isFailure, xsrf } = main.dataset;
  const shown = new Map([...partsOf(document)].map(([name, part]) => [name, part.outerHTML]));
  const fresh = soon(() => void renew(xsrf, shown).catch(() => undefined));
  const rows = (): HTMLElement[] => [...main.querySelectorAll<HTMLElement>("[data-follow]")];
  const mark = (of: string, isThere: boolean): void => {
    main.dataset["isFollowed"] = "";
    for (const row of rows()) if (row.dataset["follow"] === of) row.textContent = isThere ? "" : ROW_GONE;
  };
  const changed = (of: string, kind: Kind): void => {
    mark(of, kind !== "gone");
    if (of !== path) return;
    if (isFailure !== undefined) return kind === "back" ? location.reload() : undefined;
    note(kind === "gone" ? GONE : "");
    if (kind !== "gone") fresh();
  };
  const live = connection(address, xsrf);
  const paths = [path, ...rows().map((row) => row.dataset["follow"])].filter((one) => one !== undefined);
  for (const one of new Set(paths))
    live.subscribe(one, {
      changed: ({ kind }) => changed(one, kind),
      begun: (isThere) => mark(one, isThere),
    });
  live.watchers.add(() => live.state === "closed" && note(ENDED));
  addRefresh(main, () => {
    if (isFailure !== undefined) return location.reload();
    live.again();
    fresh();
  });
  live.hold(document.hidden);
  holdWhileHidden(live, HIDDEN);
  // No notice tells of links.
  if (path === undefined) document.addEventListener("visibilitychange", () => document.hidden || fresh());
}

document.addEventListener("DOMContentLoaded", () => {
  const main = document.querySelector<HTMLElement>("main[data-live]");
  if (main) begin(main, main.dataset["live"] ?? "");
});
