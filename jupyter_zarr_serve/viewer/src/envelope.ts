// Lines as the server tells them: the least and the greatest value in each part of a range.

import { loadJson, quoted, Refused } from "./server";

export interface Time {
  name: "datetime64" | "timedelta64";
  unit: string;
  scale_factor: number;
}

export interface Envelope {
  start: number;
  stop: number;
  step: number;
  min: (number | null)[];
  max: (number | null)[];
  nan_count: number;
  is_sampled?: boolean;
  time?: Time;
}

/** The envelope of a range of an array, in so many points at most. */
export async function envelopeOf(
  scope: string,
  path: string,
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
  return found;
}

const SECONDS: Record<string, number> = {
  W: 604800,
  D: 86400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
};

/** A number of the envelope as people read it: with a time where it counts one. */
export function words(value: number, time: Time | undefined, span = 0): string {
  if (!time) return String(Number(value.toPrecision(7)));
  const seconds = (SECONDS[time.unit] ?? NaN) * time.scale_factor;
  if (Number.isNaN(seconds)) return `${value} ${time.unit}`;
  if (time.name === "timedelta64") return `${Number((value * seconds).toPrecision(7))} s`;
  const date = new Date(value * seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(value);
  const text = date.toISOString();
  // Years need no seconds, and a second no year.
  if (span * seconds > 4 * SECONDS.D!) return text.slice(0, 10);
  return span ? text.slice(11, 19) : text.replace("T", " ").replace(/\.?0*Z$/, "");
}
