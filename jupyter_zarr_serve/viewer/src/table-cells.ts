// What a cell says: numbers as they are, times as dates, what is missing as such.

import { words } from "./times";
import type { Cell, TableColumn } from "./table-source";

export interface Shown {
  text: string;
  /** Whether there is no value, or one that is not a number. */
  isFaint: boolean;
}

const MISSING = "missing";
const DIGITS = 12; // of what is packed, after it was multiplied

/** Whether values are read from their ends on, as numbers are. */
export const isRight = ({ dtype, meaning }: TableColumn): boolean =>
  /^(u?int|float|complex|timedelta)/.test(dtype) && !meaning?.time;

export const isMissing = (cell: Cell, { missing }: TableColumn): boolean =>
  cell === null || cell === "NaT" || cell === missing;

/** A cell as people read it; undefined, where it is still on its way, is nothing. */
export function shown(cell: Cell | undefined, column: TableColumn): Shown {
  if (cell === undefined) return { text: "", isFaint: true };
  if (cell === null || isMissing(cell, column)) return { text: MISSING, isFaint: true };
  if (cell === "nan" && /^(float|complex)/.test(column.dtype)) return { text: "NaN", isFaint: true };
  return { text: meant(cell, column), isFaint: false };
}

function meant(cell: string, { dtype, meaning }: TableColumn): string {
  if (dtype.startsWith("datetime64")) return dateOf(cell);
  if (!meaning || !/^(u?int|float)/.test(dtype)) return cell;
  const { factor, offset, time } = meaning;
  if (time) return words(Number(cell), time);
  if (factor === 1 && offset === 0) return cell;
  return String(Number((Number(cell) * factor + offset).toPrecision(DIGITS)));
}

/** "2020-01-01T06:00:00.000000000" without what says nothing. */
const dateOf = (text: string): string =>
  text
    .replace("T", " ")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");

/** What stands below a column's name. */
export function kindOf({ dtype, meaning }: TableColumn): string {
  if (meaning?.time) return `${dtype}, time`;
  return meaning?.unit ? `${dtype}, ${meaning.unit}` : dtype;
}
