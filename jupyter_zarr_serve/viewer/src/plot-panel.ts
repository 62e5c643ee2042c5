// The controls beside lines.

import { box, button, fillPanel, row, section } from "./controls";
import { make } from "./dom";
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
  const choose = (name: string, isChosen: boolean): void => {
    if (isChosen) shown.add(name);
    else shown.delete(name);
    actions.changed();
  };
  const rows = columns.map((column, i) => {
    const take = (isChosen: boolean): void => choose(column.name, isChosen);
    const swatch = make("i", { class: "swatch" });
    swatch.style.background = colour(column);
    return row(...box(`column-${i}`, column.name, shown.has(column.name), take, "grow"), swatch);
  });
  const buttons = [
    button("−", "Zoom out", () => actions.zoom(2)),
    button("+", "Zoom in", () => actions.zoom(0.5)),
    button("‹", "To the left", () => actions.pan(-0.5)),
    button("›", "To the right", () => actions.pan(0.5)),
    button("All", "Show all", () => actions.all()),
  ];
  fillPanel(
    section(columns.length > 1 ? "Columns" : "Values", ...rows),
    section("View", row(...buttons), row(...box("log", "Logarithmic", isLog, actions.logged, "grow"))),
  );
}
