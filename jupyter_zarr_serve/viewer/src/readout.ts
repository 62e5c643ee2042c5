// The value under the pointer, exact, from the finest level that has been read.

import { the, told } from "./dom";
import type { Pyramid } from "./pyramid";
import { length } from "./scale";

export interface Looked {
  label: string;
  at: number[];
}

/** Write what is at a place of the image. */
export function showValue(pyramid: Pyramid, looked: Looked[], place: [number, number] | undefined): void {
  the("readout").textContent = place ? textAt(pyramid, looked, place) : "";
}

function textAt(pyramid: Pyramid, looked: Looked[], [x, y]: [number, number]): string {
  const [first] = pyramid.levels;
  if (!first || x < 0 || y < 0 || x >= first.width || y >= first.height) return "";
  const [down, right] = pyramid.axes.slice(-2);
  const spot = [down, right].map((axis, i) => {
    const index = Math.floor(i ? x : y);
    const where = axis?.unit ? ` (${length((i ? x : y) * axis.step, axis.unit)})` : "";
    return `${axis?.name ?? ""} ${index}${where}`;
  });
  const values = looked.map(({ label, at }) => {
    const found = valueAt(pyramid, at, x, y);
    return found ? `${label ? `${label} ` : ""}${found}` : "";
  });
  return [...spot, ...values.filter(Boolean)].join("   ");
}

function valueAt({ levels, dtype }: Pyramid, at: number[], x: number, y: number): string | undefined {
  for (const [i, level] of levels.entries()) {
    const value = level.value(at, Math.floor(y / level.factor), Math.floor(x / level.factor));
    if (value === undefined) continue;
    const words = dtype === "bool" ? (value ? "true" : "false") : told(value, dtype === "float64" ? 15 : 7);
    return i ? `= ${words} (level ${i})` : `= ${words}`;
  }
  return undefined;
}
