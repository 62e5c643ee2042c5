// Parts of the panels: sections, buttons, boxes to tick.

import { make, the } from "./dom";

export function section(title: string, ...children: Node[]): HTMLElement {
  return make("section", {}, make("h2", {}, title), ...children);
}

/** Show sections in the panel. */
export function fillPanel(...sections: HTMLElement[]): void {
  const panel = the("panel");
  panel.replaceChildren(...sections);
  panel.hidden = false;
}

export function row(...children: (Node | string)[]): HTMLElement {
  return make("div", { class: "row" }, ...children);
}

export function button(label: string, title: string, click: () => void): HTMLElement {
  // Words are their own name; signs have none.
  const name = /[\p{L}\d]/u.test(label) ? {} : { "aria-label": title };
  return make("button", { type: "button", title, click, ...name }, label);
}

/** A box to tick, and its label. */
export function box(
  id: string,
  label: string,
  isTicked: boolean,
  take: (isTicked: boolean) => void,
  kind = "",
): [HTMLElement, HTMLElement] {
  const change = (event: Event): void => take((event.target as HTMLInputElement).checked);
  const input = make("input", { type: "checkbox", id, change });
  input.checked = isTicked;
  return [input, make("label", { for: id, ...(kind && { class: kind }) }, label)];
}

/** A slider; `take` gets its value. */
export function range(
  id: string,
  [min, max, step]: [number, number, number],
  value: number,
  take: (value: number) => void,
): HTMLInputElement {
  const input = (event: Event): void => take(Number((event.target as HTMLInputElement).value));
  const made = make("input", { type: "range", id, min, max, step, input });
  made.value = String(value);
  return made;
}
