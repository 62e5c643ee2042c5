// What stands beside lines: the places along their axis, and the values under the pointer.

import { told } from "./dom";
import type { Envelope } from "./envelope";
import { words } from "./times";

/** A column, in what colour, and what is known of it. */
export interface Line {
  name: string;
  colour: string;
  envelope: Envelope;
}

/** A place along the axis: its coordinate, if there is one, or its number. */
export function where(coordinate: Envelope | undefined, place: number, span = 0): string {
  if (!coordinate) return told(Math.round(place * 2) / 2);
  const { start, step, min, max, time } = coordinate;
  const index = Math.min(Math.max(Math.round((place - start) / step), 0), min.length - 1);
  const value = isFalling(coordinate) ? max[index] : min[index];
  return value === null || value === undefined ? "" : words(value, time, span);
}

/** Whether a coordinate falls, so that the first of each part is its greatest. */
const isFalling = ({ min }: Envelope): boolean => (min.at(-1) ?? 0) < (min[0] ?? 0);

/** How far a coordinate goes. */
export function spanOf(coordinate: Envelope | undefined): number {
  const known = [...(coordinate?.min ?? []), ...(coordinate?.max ?? [])].filter((value) => value !== null);
  return known.reduce((most, value) => Math.max(most, Math.abs(value - (known[0] ?? 0))), 0) || 1;
}

/** The values of all lines at an index. */
export function textAt(
  lines: Line[],
  along: string,
  coordinate: Envelope | undefined,
  index: number,
): string {
  const { start = 0, step = 1, stop = 0 } = lines[0]?.envelope ?? {};
  const from = start + index * step;
  const to = Math.min(from + step, stop) - 1;
  const numbers = to > from ? `${from}–${to}` : `${from}`;
  const values = lines.map(({ name, envelope }) => `${name} = ${valueAt(envelope, index)}`);
  return [placeAt(along, coordinate, from, numbers), ...values].join("   ");
}

function placeAt(along: string, coordinate: Envelope | undefined, from: number, numbers: string): string {
  if (!coordinate) return ["index", "row"].includes(along) ? `${along} ${numbers}` : `${along}[${numbers}]`;
  return `${along} ${where(coordinate, from)}${coordinate.unit ? ` ${coordinate.unit}` : ""} (${numbers})`;
}

function valueAt({ min, max, time, unit }: Envelope, index: number): string {
  const [low, high] = [min[index], max[index]];
  if (low === null || low === undefined || high === null || high === undefined) return "NaN";
  const text = low === high ? words(low, time) : `${words(low, time)} … ${words(high, time)}`;
  return unit ? `${text} ${unit}` : text;
}
