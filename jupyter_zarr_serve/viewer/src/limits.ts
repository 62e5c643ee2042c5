// Which numbers become black and which white, where the image does not say: from its smallest level.

import type { Level } from "./raster";

const MOST = 1 << 20; // pixels that are looked at
const OUTSIDE = 0.002; // of the pixels may lie outside at each end

export interface Spread {
  limits: [number, number];
  domain: [number, number];
  /** How many values are in each equal part of the domain; undefined where they were not looked at. */
  counts?: number[];
}

const PARTS = 128; // of a histogram

/** The limits and the range of a plane of a level, out of at most so many pixels, evenly spaced. */
export async function spreadOf(level: Level, at: number[], most = MOST): Promise<Spread> {
  const pixels = await sampleOf(level, at);
  const step = Math.ceil(pixels.length / most) | 1; // of any column, as rows are mostly of an even length
  const some = step > 1 ? pixels.filter((_, i) => i % step === 0) : pixels;
  return spread(some.filter(Number.isFinite).sort(), /^u?int8$|bool/.test(level.array.dtype));
}

/** The values of a plane of a level, or of its middle rows if it is large. */
export async function sampleOf(level: Level, at: number[]): Promise<Float64Array> {
  const [width, height] = [
    level.width,
    Math.min(level.height, Math.max(1, Math.floor(MOST / level.width))),
  ];
  const top = Math.floor((level.height - height) / 2);
  return level.numbers(at, { left: 0, top, width, height });
}

function spread(sorted: Float64Array, isWhole: boolean): Spread {
  const [low = 0, high = 1] = [sorted[0], sorted.at(-1)];
  const domain: [number, number] = [low, high > low ? high : low + 1];
  const counts = countsIn(sorted, domain);
  if (isWhole) return { limits: domain, domain, counts };
  const aside = Math.floor(sorted.length * OUTSIDE);
  const [dark = low, bright = high] = [sorted[aside], sorted[sorted.length - 1 - aside]];
  return { limits: dark < bright ? [dark, bright] : domain, domain, counts };
}

/** How many of the values are in each equal part of a range. */
export function countsIn(values: Iterable<number>, [low, high]: [number, number]): number[] {
  const counts = Array<number>(PARTS).fill(0);
  for (const value of values) {
    const part = Math.floor(((value - low) / (high - low)) * PARTS);
    if (part >= 0 && value <= high) counts[Math.min(part, PARTS - 1)]! += 1;
  }
  return counts;
}
