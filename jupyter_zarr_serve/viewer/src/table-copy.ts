// A selection as text that spreadsheets understand: values between tabs, rows between lines.

import { say } from "./notices";
import { isMissing } from "./table-cells";
import type { Query } from "./table-query";
import { BLOCK, MOST_ROWS, rowsOf, type Cell, type Table, type TableColumn } from "./table-source";

const MOST_CELLS = 200_000;
const CUT = /^.{119}…$/s; // a text that the server has shortened

/** Two corners of what is selected. */
export interface Selected {
  r1: number;
  r2: number;
  c1: number;
  c2: number;
}

/** Copy the cells of a selection, with the names of the columns above or without. */
export async function copySelected(
  table: Table,
  query: Query,
  selected: Selected | null | undefined,
  hasHeads: boolean,
): Promise<void> {
  if (!selected) throw new Error("Nothing is selected: click a cell, or move to one by the keys.");
  const { r1, r2, c1, c2 } = selected;
  const rows: [number, number] = [Math.min(r1, r2), Math.max(r1, r2)];
  const columns: [number, number] = [Math.min(c1, c2), Math.max(c1, c2)];
  const [tall, wide] = [rows, columns].map(([first, last]) => last - first + 1) as [number, number];
  if (tall * wide > MOST_CELLS)
    throw new Error(
      `${tall} rows of ${wide} columns are too many to copy: select at most ${MOST_CELLS} cells.`,
    );
  const chosen = table.columns.slice(columns[0], columns[1] + 1);
  const cells = await cellsOf(table, query, rows, chosen);
  const texts = cells.map((row) => row.map((cell, i) => quotedCell(cell, chosen[i] as TableColumn)));
  const lines = hasHeads ? [chosen.map(({ label }) => quoted(label)), ...texts] : texts;
  await navigator.clipboard.writeText(lines.map((line) => line.join("\t")).join("\n"));
  const cut = cells.flat().filter((cell) => cell !== null && CUT.test(cell)).length;
  const note = cut ? `; ${cut} of them are cut after 120 characters` : "";
  say(`Copied: ${tall} × ${wide} values${note}.`, cut ? 6 : 2.5);
}

/** The cells of some rows and columns, asked for in as large pieces as the server tells at once. */
async function cellsOf(
  table: Table,
  query: Query,
  [first, last]: [number, number],
  columns: TableColumn[],
): Promise<Cell[][]> {
  const found: Cell[][] = [];
  for (let row = first; row <= last; row += MOST_ROWS) {
    const limit = Math.min(MOST_ROWS, last - row + 1);
    const pieces: Cell[][][] = [];
    for (let left = 0; left < columns.length; left += BLOCK) {
      const names = columns.slice(left, left + BLOCK).map(({ name }) => name);
      pieces.push((await rowsOf(table, query, { offset: row, limit, columns: names })).rows);
    }
    if (pieces.some((piece) => piece.length < limit)) throw new Error("The table has become shorter.");
    for (let i = 0; i < limit; i++) found.push(pieces.flatMap((piece) => piece[i] ?? []));
  }
  return found;
}

/** What is missing is empty. */
const quotedCell = (cell: Cell, column: TableColumn): string =>
  cell === null || isMissing(cell, column) ? "" : quoted(cell);

/** As spreadsheets write what has tabs and lines in it. */
const quoted = (text: string): string =>
  /[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
