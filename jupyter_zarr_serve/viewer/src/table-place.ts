// What stands below the rows: where the cursor is, and how many rows and columns there are.

import { shown } from "./table-cells";
import type { Cell, Table } from "./table-source";

/** A number with spaces between thousands. */
export const counted = (count: number): string => count.toLocaleString("en").replaceAll(",", " ");

/** The cursor's row and column, if it is at a cell, and what is in it. */
export function placeOf(
  { columns, total, of }: Table,
  row: number,
  index: number,
  cell: () => Cell | undefined,
): string {
  const column = columns[index];
  const rows = total === of ? counted(of) : `${counted(total)} of ${counted(of)}`;
  const count = `${rows} rows × ${columns.length} columns`;
  if (!column || row < 0) return count;
  return `row ${row}, ${column.label}: ${shown(cell(), column).text}   ·   ${count}`;
}
