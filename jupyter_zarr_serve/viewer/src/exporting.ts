// The menu of files that the server makes of what is shown: of all of it, and of what of it is to be seen.

import { inView } from "./address";
import { button } from "./controls";
import { make } from "./dom";
import { formsOf, IMAGE_FORM, sizeWords, type ExportForm } from "./export-forms";
import type { Nodes } from "./nodes";
import { saving } from "./saving";
import { load, quoted, Refused } from "./server";
import { seen, type Seen } from "./seen";

/** The button that opens the menu, and the menu; `path` tells what is shown now. */
export function exportMenu(nodes: Nodes, path: () => string): HTMLElement {
  const menu = make("div", { id: "export-menu", class: "menu", role: "dialog", "aria-label": "Export" });
  menu.hidden = true;
  let asking = new AbortController();
  const close = (isByKey = true): void => {
    asking.abort();
    menu.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (isByKey) opener.focus();
  };
  const open = (): void => {
    asking = new AbortController();
    menu.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    menu.replaceChildren("Reading…");
    fill(menu, nodes, path(), asking.signal).catch((error: unknown) => {
      if (!asking.signal.aborted)
        menu.replaceChildren(make("div", { class: "failure" }, String((error as Error).message)));
    });
  };
  const opener = button("Export", "Save the data as a file", () => (menu.hidden ? open() : close()));
  opener.id = "export";
  opener.setAttribute("aria-expanded", "false");
  opener.setAttribute("aria-controls", menu.id);
  const place = make("div", { class: "menu-place" }, opener, menu);
  place.addEventListener("keydown", ({ key }) => key === "Escape" && !menu.hidden && close());
  document.addEventListener("pointerdown", ({ target }) => {
    if (!menu.hidden && !place.contains(target as Node)) close(false);
  });
  return place;
}

/** Show the forms, and their sizes as the server tells them. */
async function fill(menu: HTMLElement, nodes: Nodes, path: string, signal: AbortSignal): Promise<void> {
  const part = seen();
  const shown = part?.path ?? path;
  const node = await nodes.get(shown);
  const options = part?.options ?? [];
  const forms = formsOf(node, part?.isTable ?? false, new Map(options).get("region"));
  if (!forms.length) throw new Error("A folder is no file: choose something that is in it.");
  const image = part?.image ?? ((await isImage(nodes, shown)) ? shown : undefined);
  const title = make("h2", {}, (part?.image ?? shown).split("/").at(-1) || "Data");
  const rows = forms.map((form) => rowOf(nodes.scope, { path: shown, options }, form, signal));
  if (image !== undefined)
    rows.push(rowOf(nodes.scope, { path: inView(image), options: [] }, IMAGE_FORM, signal));
  if (signal.aborted) return;
  const heads = ["", "All", ...(options.length ? ["What is seen"] : [])];
  const head = make(
    "tr",
    {},
    ...heads.map((text) => make(text ? "th" : "td", text ? { scope: "col" } : {}, text)),
  );
  menu.replaceChildren(title, make("table", {}, head, ...rows));
}

/** A form, and links to the file of all and of the part. */
function rowOf(
  scope: string,
  { path, options }: Pick<Seen, "path" | "options">,
  form: ExportForm,
  signal: AbortSignal,
): HTMLElement {
  const cell = (chosen: [string, string][], kind: string): HTMLElement => {
    const query = new URLSearchParams([["form", form.name], ...chosen]);
    const url = `${scope}api/export/${quoted(path)}?${query}`;
    const link = make("a", { href: `${url}&download=1`, download: "", class: "button" }, "Save");
    link.setAttribute("aria-label", `Save ${kind} as ${form.label}`);
    const size = make("span", { class: "size" });
    const place = make("td", {}, link, " ", size);
    let bytes: number | undefined;
    saving(link, () => bytes);
    if (form.hasSize) void tell(url, size, link, signal).then((told) => (bytes = told));
    return place;
  };
  const none = (): HTMLElement => make("td", {}, "–");
  const whole = form.hasWhole === false ? none() : cell([], "all");
  const parts = options.length ? [form.hasParts ? cell(options, "what is seen") : none()] : [];
  return make("tr", {}, make("th", { scope: "row" }, form.label), whole, ...parts);
}

/** Say how long a file will be, or why there is none. */
async function tell(
  url: string,
  place: HTMLElement,
  link: HTMLElement,
  signal: AbortSignal,
): Promise<number | undefined> {
  let told: number | undefined;
  try {
    await load(url, { method: "HEAD", signal }, (headers) => {
      const size = headers.get("Content-Length");
      if (size !== null) place.textContent = sizeWords((told = Number(size)));
    });
    return told;
  } catch (error) {
    if (signal.aborted) return undefined;
    place.textContent = error instanceof Refused ? "cannot hold this" : String(error);
    if (error instanceof Refused) link.remove();
    return undefined;
  }
}

/** Whether the server has an image of it below `ome/`. */
async function isImage(nodes: Nodes, path: string): Promise<boolean> {
  const node = await nodes.get(path);
  return node.kind === "array"
    ? node.shape.length > 1 && /^(bool|u?int|float)/.test(node.dtype)
    : node.called === "image";
}
