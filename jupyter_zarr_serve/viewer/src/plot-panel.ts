// The controls beside lines.

import { make, the } from "./dom";
import type { Column } from "./subject";

interface Actions {
  logged: (isLog: boolean) => void;
  /** Other columns are to be shown. */
  changed: () => void;
  zoom: (factor: number) => void;
  pan: (share: number) => void;
  all: () => void;
}

/** Fill the panel; it changes the set of names that are shown. */
export function showPlotPanel(
  columns: Column[],
  isLog: boolean,
  shown: Set<string>,
  colour: (column: Column) => string,
  actions: Actions,
): void {
  const panel = the("panel");
  const choose = (name: string, isChosen: boolean): void => {
    if (isChosen) shown.add(name);
    else shown.delete(name);
    actions.changed();
  };
  const rows = columns.map((column, i) => {
    const take = (isChosen: boolean): void => choose(column.name, isChosen);
    const row = box(`column-${i}`, column.name, shown.has(column.name), take);
    const swatch = make("i", { class: "swatch" });
    swatch.style.background = colour(column);
    row.append(swatch);
    return row;
  });
  const buttons = [
    button("−", "Zoom out", () => actions.zoom(2)),
    button("+", "Zoom in", () => actions.zoom(0.5)),
    button("‹", "To the left", () => actions.pan(-0.5)),
    button("›", "To the right", () => actions.pan(0.5)),
    button("All", "Show all", () => actions.all()),
  ];
  panel.replaceChildren(
    section(columns.length > 1 ? "Columns" : "Values", ...rows),
    section(
      "View",
      make("div", { class: "row" }, ...buttons),
      box("log", "Logarithmic", isLog, actions.logged),
    ),
  );
  panel.hidden = false;
}

function section(title: string, ...children: Node[]): HTMLElement {
  return make("section", {}, make("h2", {}, title), ...children);
}

function button(label: string, title: string, click: () => void): HTMLElement {
  return make("button", { type: "button", title, "aria-label": title, click }, label);
}

function box(
  id: string,
  label: string,
  isChecked: boolean,
  take: (isChecked: boolean) => void,
): HTMLElement {
  const change = (event: Event): void => take((event.target as HTMLInputElement).checked);
  const input = make("input", { type: "checkbox", id, change });
  input.checked = isChecked;
  return make("div", { class: "row" }, input, make("label", { for: id, class: "grow" }, label));
}
