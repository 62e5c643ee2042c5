// What lists of numbers along axes mean. h5web hands them to its charts as it got them, without their names; and what it
// writes beside the sliders of the other axes are names alone.

const DAY = 86_400;
const UNITS = [DAY, 3600, 60]; // seconds
const LEAST = 4; // units that are to be seen, or a smaller one is taken

const units = new WeakMap<object, number>();
const named = new Map<string, ArrayLike<number>>();
const listeners = new Set<() => void>();
let version = 0;

/** Times as numbers to draw along: in a unit of which there are some, so that ticks are at whole days or hours. */
export function alongTimes(seconds: ArrayLike<number>): Float64Array {
  let [least, greatest] = [Infinity, -Infinity];
  for (let at = 0; at < seconds.length; at++) {
    const value = seconds[at] as number;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const unit = UNITS.find((unit) => greatest - least >= LEAST * unit) ?? 1;
  const found = Float64Array.from(seconds, (value) => value / unit);
  units.set(found, unit);
  return found;
}

/** The seconds in a unit of a list of times; undefined for a list of anything else. */
export const unitOf = (values: object | undefined): number | undefined => values && units.get(values);

/** Remember what lies along an axis with a title. */
export function name(title: string, values: ArrayLike<number>): void {
  named.set(title, values);
  version++;
  for (const listener of listeners) listener();
}

export const axisOf = (title: string): ArrayLike<number> | undefined => named.get(title);

export function follow(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const versionOf = (): number => version;
