// How wide the columns of a table are: as their widest value, up to a bound; they never become narrower.

import type { Grid } from "./table-grid";
import { rangeOf, widthOf, widthsOf } from "./table-look";
import { BLOCK, type Rows, type Table, type TableColumn } from "./table-source";
import type { Stats } from "./table-stats";

export const NARROWEST = 70; // pixels of a column
const WIDEST = 360;
const SMALLER = 0.88; // the text of a head, beside that of cells

/** Make room for rows of a block of columns. */
export function fitRows(grid: Grid, { columns }: Table, { rows }: Rows, block: number): void {
  const shown = columns.slice(block * BLOCK, (block + 1) * BLOCK);
  widthsOf(rows, shown).forEach((width, i) => widen(grid, block * BLOCK + i, Math.max(width, NARROWEST)));
}

/** Make room for the statistics of a column. */
export function fitStats(grid: Grid, { columns }: Table, column: TableColumn, stats: Stats | Error): void {
  if (!(stats instanceof Error)) widen(grid, columns.indexOf(column), widthOf(rangeOf(stats)) * SMALLER);
}

function widen(grid: Grid, index: number, wanted: number): void {
  const width = Math.min(wanted, WIDEST);
  if (width > grid.columnSize("body", index)) grid.resizeColumn("body", index, width);
}
