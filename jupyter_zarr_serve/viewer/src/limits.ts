// Which numbers become black and which white, where the image does not say: from its smallest level.

import type { Level } from "./raster";

const MOST = 1 << 20; // pixels that are looked at
const OUTSIDE = 0.002; // of the pixels may lie outside at each end

export interface Spread {
  limits: [number, number];
  domain: [number, number];
}

/** The limits and the range of a plane of a level. */
export async function spreadOf(level: Level, at: number[]): Promise<Spread> {
  const [width, height] = [
    level.width,
    Math.min(level.height, Math.max(1, Math.floor(MOST / level.width))),
  ];
  const top = Math.floor((level.height - height) / 2);
  const pixels = await level.numbers(at, { left: 0, top, width, height });
  return spread(pixels.filter(Number.isFinite).sort(), /^u?int8$|bool/.test(level.array.dtype));
}

function spread(sorted: Float64Array, isWhole: boolean): Spread {
  const [low = 0, high = 1] = [sorted[0], sorted.at(-1)];
  const domain: [number, number] = [low, high > low ? high : low + 1];
  if (isWhole) return { limits: domain, domain };
  const aside = Math.floor(sorted.length * OUTSIDE);
  const [dark = low, bright = high] = [sorted[aside], sorted[sorted.length - 1 - aside]];
  return { limits: dark < bright ? [dark, bright] : domain, domain };
}
