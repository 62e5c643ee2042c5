// Lines as the server tells them: the least and the greatest value in each part of a range.

import { loadJson, quoted, Refused } from "./server";
import type { Meaning } from "./node";
import type { Column } from "./subject";
import type { Time } from "./times";

export interface Envelope {
  unit?: string;
  start: number;
  stop: number;
  step: number;
  min: (number | null)[];
  max: (number | null)[];
  nan_count: number;
  is_sampled?: boolean;
  time?: Time;
}

/** The envelope of a range of an array, in so many points at most, in what its numbers mean. */
export async function envelopeOf(
  scope: string,
  { path, meaning }: Column,
  [start, stop]: [number, number],
  points: number,
  signal: AbortSignal,
): Promise<Envelope> {
  const query = new URLSearchParams({
    form: "line",
    start: String(start),
    stop: String(stop),
    points: String(points),
  });
  const found = await loadJson<Envelope>(`${scope}api/preview/${quoted(path)}?${query}`, { signal });
  if (!found) throw new Refused(404, `there is nothing at ${path}`);
  return meant(found, meaning);
}

/** Numbers that are packed, as what they stand for; those that count times, with what they count. */
function meant(found: Envelope, { unit, factor, offset, time }: Meaning): Envelope {
  if (found.time) return found;
  const unpacked = (values: (number | null)[]): (number | null)[] =>
    factor === 1 && offset === 0
      ? values
      : values.map((value) => (value === null ? null : value * factor + offset));
  const [min, max] = [unpacked(found.min), unpacked(found.max)];
  const ends = factor < 0 ? { min: max, max: min } : { min, max };
  return { ...found, ...ends, ...(time ? { time } : unit ? { unit } : {}) };
}
