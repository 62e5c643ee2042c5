// What stands beside lines: the places along their axis, and the values under the pointer.

import { told } from "./dom";
import { words, type Envelope } from "./envelope";

/** A column, in what colour, and what is known of it. */
export interface Line {
  name: string;
  colour: string;
  envelope: Envelope;
}

/** A place along the axis: its coordinate, if there is one, or its number. */
export function where(coordinate: Envelope | undefined, place: number, span = 0): string {
  if (!coordinate) return told(Math.round(place * 2) / 2);
  const { start, step, min, time } = coordinate;
  const index = Math.min(Math.max(Math.round((place - start) / step), 0), min.length - 1);
  const value = min[index];
  return value === null || value === undefined ? "" : words(value, time, span);
}

/** How far a coordinate goes. */
export function spanOf(coordinate: Envelope | undefined): number {
  const [first, last] = [coordinate?.min[0] ?? 0, coordinate?.min.at(-1) ?? 0];
  return Math.abs(last - first) || 1;
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
  const place = coordinate ? `${where(coordinate, from)} (${numbers})` : numbers;
  const values = lines.map(({ name, envelope }) => `${name} = ${valueAt(envelope, index)}`);
  return [`${along} ${place}`, ...values].join("   ");
}

function valueAt({ min, max, time }: Envelope, index: number): string {
  const [low, high] = [min[index], max[index]];
  if (low === null || low === undefined || high === null || high === undefined) return "NaN";
  return low === high ? words(low, time) : `${words(low, time)} … ${words(high, time)}`;
}
