// Where the elements along an axis are: by OME-Zarr's transformations, or by the coordinate that the server tells of.

import { told } from "./dom";
import { timeOf, words } from "./times";
import { symbolOf } from "./units";

export interface Transformation {
  type: string;
  scale?: unknown;
  translation?: unknown;
}

/** Along each axis: the place of an element is `start + index * step`. */
export interface Affine {
  step: number[];
  start: number[];
}

/** What the server tells of the coordinate of an axis; see `Scale` in `views/ome/metadata.py`. */
interface Coordinate {
  dimension?: unknown;
  units?: unknown;
  calendar?: unknown;
  start?: unknown;
  step?: unknown;
  values?: unknown;
}

/** An axis as far as it is known where its elements are. */
export interface Places {
  /** How far apart they are; 1 where that is unknown, or not the same everywhere. */
  step: number;
  unit: string;
  /** Where an element is, as people read it; "" where unknown. */
  text: (index: number) => string;
  /** The same beside an axis: without its name and unit; the index where it is unknown. */
  short: (index: number) => string;
  /** What the short ones are of: the name of a coordinate, and its unit. */
  title: string;
  /** Where numbers along the axis are: those of the index `i` are at `start + i * step`. */
  line: { start: number; step: number } | undefined;
  /** Whether later elements lie further on; false where that is unknown. */
  isRising: boolean;
}

const UNKNOWN: Places = {
  step: 1,
  unit: "",
  text: () => "",
  short: String,
  title: "",
  line: undefined,
  isRising: false,
};
const DIGITS = 7; // beside an axis

/** Lists of transformations one after the other; undefined where one of them is of an unknown kind. */
export function composed(lists: (Transformation[] | undefined)[], count: number): Affine | undefined {
  const found: Affine = { step: Array<number>(count).fill(1), start: Array<number>(count).fill(0) };
  const all = lists.flatMap((list) => list ?? []);
  for (const { type, scale, translation } of all) {
    const numbers = type === "scale" ? scale : type === "translation" ? translation : undefined;
    if (type === "identity") continue;
    if (!areNumbers(numbers) || numbers.length !== count) return undefined;
    numbers.forEach((number, axis) => {
      if (type === "scale") found.step[axis]! *= number;
      found.start[axis] = type === "scale" ? found.start[axis]! * number : found.start[axis]! + number;
    });
  }
  return all.length && found.step.every((step) => step !== 0) ? found : undefined;
}

const areNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((number) => typeof number === "number" && Number.isFinite(number));

/** Where the elements of an axis are; `measure` writes a length in a unit. */
export function placesOf(
  axis: number,
  affine: Affine | undefined,
  unit: string,
  coordinate: unknown,
  measure: (value: number, unit: string) => string,
): Places {
  const known = ofCoordinate(coordinate as Coordinate | undefined, unit);
  if (known) return known;
  const [step = 1, start = 0] = [affine?.step[axis], affine?.start[axis]];
  // A size of 1 without a unit is what writes one who knows none.
  if (!affine || (!unit && step === 1 && start === 0)) return { ...UNKNOWN, unit };
  return {
    ...UNKNOWN,
    step: Math.abs(step),
    unit,
    text: (index) => measure(rounded(start + index * step, step), unit),
    short: (index) => told(rounded(start + index * step, step), DIGITS),
    title: symbolOf(unit),
    line: { start, step },
    isRising: step > 0,
  };
}

/** Places by a coordinate; `spelled` is its unit as OME-Zarr spells it, which can be compared with others. */
function ofCoordinate(coordinate: Coordinate | undefined, spelled: string): Places | undefined {
  const { dimension, units, calendar, start, step, values } = coordinate ?? {};
  if (typeof dimension !== "string") return undefined;
  const [unit, time] = [typeof units === "string" ? units : "", timeOf(units, calendar)];
  const isOfDates = /\bsince\b/.test(unit);
  const write = (value: number): string => {
    const text = time ? words(value, time) : `${told(value, 9)} ${unit}`.trim();
    const note = isOfDates && !time && typeof calendar === "string" ? ` (${calendar})` : "";
    return `${dimension} ${text}${note}`;
  };
  const short = (value: number): string => (time ? words(value, time) : told(value, DIGITS));
  const title = [dimension, unit && !time && `[${unit}]`].filter(Boolean).join(" ");
  if (typeof start === "number" && typeof step === "number" && step !== 0) {
    const at = (index: number): number => rounded(start + index * step, step);
    return {
      step: Math.abs(step),
      unit: isOfDates ? (unit.split(/\s/)[0] ?? "") : spelled || unit,
      text: (index) => write(at(index)),
      short: (index) => short(at(index)),
      title,
      line: time ? undefined : { start, step },
      isRising: step > 0,
    };
  }
  if (!areNumbers(values)) return undefined;
  const of = (index: number, tell: (value: number) => string): string =>
    values[index] === undefined ? "" : tell(values[index]);
  return {
    ...UNKNOWN,
    text: (index) => of(index, write),
    short: (index) => of(index, short),
    title,
    isRising: (values.at(-1) ?? 0) > (values[0] ?? 0),
  };
}

/** Without the digits that only come of adding up. */
function rounded(value: number, step: number): number {
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(step))) - 6);
  const found = Math.round(value / unit) * unit;
  return Number.isFinite(found) ? Number(found.toPrecision(12)) : value;
}
