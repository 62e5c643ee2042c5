// What is on the screen, as a table that screen readers and programs can read: the grid itself is a picture.

import { make } from "./dom";
import { kindOf, shown } from "./table-cells";
import type { Grid } from "./table-grid";
import type { Pages } from "./table-pages";
import type { Table } from "./table-source";

const PAUSE = 80; // milliseconds that a picture must stand
const CURRENT = "table-current";

export class Mirror {
  private readonly body = make("div", { class: "table-mirror", role: "presentation" });
  private timer = 0;

  constructor(
    private readonly grid: Grid,
    private readonly table: Table,
    private readonly pages: Pages,
    name: string,
  ) {
    const { node } = grid.viewport;
    node.tabIndex = 0;
    for (const canvas of node.querySelectorAll("canvas")) canvas.setAttribute("aria-hidden", "true");
    const told = {
      role: "grid",
      "aria-label": name,
      "aria-readonly": "true",
      "aria-multiselectable": "true",
    };
    for (const [attribute, value] of Object.entries(told)) node.setAttribute(attribute, value);
    node.append(this.body);
  }

  /** Follow the grid, once it stands still. */
  follow(): void {
    this.timer ||= window.setTimeout(() => this.write(), PAUSE);
  }

  private write(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    const { grid, table } = this;
    const { node } = grid.viewport;
    node.setAttribute("aria-rowcount", String(table.total + 1));
    node.setAttribute("aria-colcount", String(table.columns.length + 1));
    const [columns, rows] = [inRange(grid.sight?.columns), inRange(grid.sight?.rows)];
    const { cursorRow = -1, cursorColumn = -1 } = grid.selectionModel ?? {};
    // The cell with the cursor is there also while it is out of sight.
    if (cursorRow >= 0 && !rows.includes(cursorRow)) rows.push(cursorRow);
    if (cursorColumn >= 0 && !columns.includes(cursorColumn)) columns.push(cursorColumn);
    this.body.replaceChildren(this.heads(columns), ...rows.map((row) => this.row(row, columns)));
    if (document.getElementById(CURRENT)) node.setAttribute("aria-activedescendant", CURRENT);
    else node.removeAttribute("aria-activedescendant");
  }

  private heads(columns: number[]): HTMLElement {
    const heads = columns.flatMap((index) => {
      const column = this.table.columns[index];
      if (!column) return [];
      const told = { role: "columnheader", "aria-colindex": index + 2 };
      return [make("span", told, `${column.label} (${kindOf(column)})`)];
    });
    const corner = make("span", { role: "columnheader", "aria-colindex": 1 }, "row");
    return make("div", { role: "row", "aria-rowindex": 1 }, corner, ...heads);
  }

  private row(row: number, columns: number[]): HTMLElement {
    const { selectionModel: model } = this.grid;
    const cells = columns.flatMap((index) => {
      const column = this.table.columns[index];
      if (!column) return [];
      const isCurrent = model?.cursorRow === row && model.cursorColumn === index;
      const told = {
        role: "gridcell",
        "aria-colindex": index + 2,
        "aria-selected": String(model?.isCellSelected(row, index) ?? false),
        ...(isCurrent && { id: CURRENT }),
      };
      const cell = this.pages.cell(row, index);
      return [make("span", told, cell === undefined ? "on its way" : shown(cell, column).text)];
    });
    const head = make("span", { role: "rowheader", "aria-colindex": 1 }, String(row));
    return make("div", { role: "row", "aria-rowindex": row + 2 }, head, ...cells);
  }
}

const inRange = (range: [number, number] | undefined): number[] =>
  range ? Array.from({ length: range[1] - range[0] + 1 }, (_, i) => range[0] + i) : [];
