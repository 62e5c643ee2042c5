// The levels of an image: which of them show the same as the finest one, only coarser, and how much coarser.

import type * as zarr from "zarrita";
import type { Affine } from "./places";
import { Level } from "./raster";
import type { Turn } from "./turn";

const NEARLY = 0.02; // factors that differ by less are the same

type Found = zarr.Array<zarr.DataType>;

/** The levels that lie where the finest one does; others would show another place, or stretched pixels. */
export function levelsOf(arrays: Found[], placed: (Affine | undefined)[], turn: Turn): Level[] {
  const [finest] = arrays;
  if (!finest) return [];
  return arrays.flatMap((array, i) => {
    if (array.shape.length !== finest.shape.length) return [];
    const factors = factorsOf(array, finest, placed[i], placed[0]);
    return isInPlace(factors, placed[i], placed[0]) ? [new Level(array, factors, turn)] : [];
  });
}

/** Elements of the finest level along one of a level, by its transformations, if its shape does not deny them. */
function factorsOf(
  array: Found,
  finest: Found,
  own: Affine | undefined,
  first: Affine | undefined,
): number[] {
  return array.shape.map((length, axis) => {
    const full = finest.shape[axis] ?? 1;
    const fits = (factor: number): boolean => factor >= 1 && Math.abs(full / factor - length) <= 1;
    const told = Math.abs((own?.step[axis] ?? NaN) / (first?.step[axis] ?? NaN));
    if (fits(told)) return told;
    const whole = Math.round(full / length);
    return fits(whole) ? whole : full / length;
  });
}

/** Whether pixels are as high in those of the finest level as they are wide, and begin where those do. */
function isInPlace(factors: number[], own: Affine | undefined, first: Affine | undefined): boolean {
  const [down = 1, across = 1] = factors.slice(-2);
  if (Math.abs(down / across - 1) > NEARLY) return false;
  if (!own || !first) return true;
  return factors.every((factor, axis) => {
    const [start = 0, origin = 0, step = 1] = [own.start[axis], first.start[axis], first.step[axis]];
    // Half of the programs tell the middle of a coarse pixel, the others that of its first one.
    const off = (start - origin) / step - (factor - 1) / 4;
    return Math.abs(off) <= factor;
  });
}
