// The values of an image in a region or along a line, from the finest level whose part is small enough to read.

import type { Pyramid } from "./pyramid";
import type { Level, Rectangle } from "./raster";

const MOST = 1 << 22; // pixels that are read

/** A place of the image: x and y, in pixels of the finest level. */
export type Place = [number, number];

export interface Shape {
  kind: "line" | "region";
  from: Place;
  to: Place;
}

export interface Statistics {
  count: number;
  missing: number;
  min: number;
  max: number;
  mean: number;
  /** The standard deviation of the values, as of all there are. */
  deviation: number;
}

export interface Measured {
  /** The values, row by row, or from one end of the line to the other. */
  values: Float64Array;
  /** Of the level that they are of. */
  level: number;
  /** Pixels of the finest level across one of it. */
  factor: number;
}

/** The values in a shape, in a plane and channel. */
export async function measuredIn(pyramid: Pyramid, at: number[], shape: Shape): Promise<Measured> {
  const number = pyramid.levels.findIndex((level) => {
    const { width, height } = around(shape, level);
    return width * height <= MOST;
  });
  const index = number < 0 ? pyramid.levels.length - 1 : number;
  const level = pyramid.levels[index];
  if (!level) throw new Error("the image has no level");
  const { width, height, ...corner } = around(shape, level);
  const wanted = { ...corner, width, height: Math.min(height, Math.max(1, Math.floor(MOST / width))) };
  const all = await level.numbers(at, wanted);
  const values = shape.kind === "region" ? all : along(shape, level, wanted, all);
  const { factor, offset } = pyramid.meaning;
  return { values: values.map((value) => value * factor + offset), level: index, factor: level.factor };
}

/** The pixels of a level that a shape lies in. */
function around({ from, to }: Shape, level: Level): Rectangle {
  const side = (axis: 0 | 1, length: number): [number, number] => {
    const ends = [from[axis], to[axis]].map((place) => place / level.factor);
    const first = Math.min(Math.max(0, Math.floor(Math.min(...ends))), length - 1);
    return [first, Math.min(length, Math.max(first + 1, Math.ceil(Math.max(...ends)))) - first];
  };
  const [[left, width], [top, height]] = [side(0, level.width), side(1, level.height)];
  return { left, top, width, height };
}

/** The values along a line, one for each pixel of its length. */
function along({ from, to }: Shape, level: Level, read: Rectangle, all: Float64Array): Float64Array {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const count = Math.max(2, Math.ceil(Math.hypot(dx, dy) / level.factor) + 1);
  return Float64Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    const spot = (start: number, way: number, first: number, length: number): number =>
      Math.min(Math.max(Math.floor((start + way * share) / level.factor) - first, 0), length - 1);
    const column = spot(from[0], dx, read.left, read.width);
    return all[spot(from[1], dy, read.top, read.height) * read.width + column] ?? NaN;
  });
}

/** What values are like; NaN for what there are no numbers of. */
export function statisticsOf(values: Float64Array): Statistics {
  let [count, min, max, mean, squares] = [0, Infinity, -Infinity, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count += 1;
    min = Math.min(min, value);
    max = Math.max(max, value);
    const before = value - mean; // Welford's way, which loses no digits of large values
    mean += before / count;
    squares += before * (value - mean);
  }
  const known = count ? { min, max, mean } : { min: NaN, max: NaN, mean: NaN };
  return { count, missing: values.length - count, ...known, deviation: Math.sqrt(squares / count) };
}
