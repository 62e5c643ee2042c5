// What lists of numbers along axes mean. h5web hands them to its charts as it got them, without their names; and what it
// writes beside the sliders of the other axes are names alone.

import type { AxisParams } from "@h5web/lib";
import type { Calendar } from "../calendars";
import { told } from "../dom";
import { dated } from "./dates";

export const DIGITS = 9; // of a float64, as people read it
const DAY = 86_400;
const UNITS = [DAY, 3600, 60]; // seconds
const LEAST = 4; // units that are to be seen, or a smaller one is taken

type Names = readonly (string | null | undefined)[];

/** What numbers along an axis of times count. */
export interface Counting {
  /** Seconds. */
  unit: number;
  calendar: Calendar | undefined;
}

const countings = new WeakMap<object, Counting>();
const named = new Map<string, ArrayLike<number>>();
const dimensions = new Map<string, Names>();
const listeners = new Set<() => void>();
let version = 0;

/** Times as numbers to draw along: in a unit of which there are some, so that ticks are at whole days or hours. */
export function alongTimes(seconds: ArrayLike<number>, calendar?: Calendar): Float64Array {
  let [least, greatest] = [Infinity, -Infinity];
  for (let at = 0; at < seconds.length; at++) {
    const value = seconds[at] as number;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const unit = UNITS.find((unit) => greatest - least >= LEAST * unit) ?? 1;
  const found = Float64Array.from(seconds, (value) => value / unit);
  countings.set(found, { unit, calendar });
  return found;
}

/** What a list of times counts; undefined for a list of anything else. */
export const countingOf = (values: object | undefined): Counting | undefined =>
  values && countings.get(values);

/** Remember what lies along an axis with a title. */
export function name(title: string, values: ArrayLike<number>): void {
  named.set(title, values);
  changed();
}

/** Remember the names of the dimensions of an array, which h5web knows by its shape alone. */
export function nameDimensions(shape: number[], names: Names): void {
  const before = dimensions.get(shape.join());
  dimensions.set(shape.join(), names);
  if (before?.join() !== names.join()) changed();
}

/** What a dimension of an array of some shape is called; undefined where it has no name. */
export const dimensionOf = (shape: number[], axis: number): string | undefined =>
  dimensions.get(shape.join())?.[axis] || undefined;

function changed(): void {
  version++;
  for (const listener of listeners) listener();
}

/** What is written of a place along an axis, given by its value or by its index. */
export function placed({ value }: AxisParams, at: number, isIndex = false): string {
  const place = isIndex && value ? (value[at] as number) : at;
  const counting = countingOf(value);
  return counting ? dated(place * counting.unit, counting.calendar) : told(place, DIGITS);
}

export const axisOf = (title: string): ArrayLike<number> | undefined => named.get(title);

export function follow(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const versionOf = (): number => version;
