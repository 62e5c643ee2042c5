// The scale bar: a round length on the screen, in the unit of the image.

import type { Axis } from "./pyramid";
import { make, the, told } from "./dom";
import { METRES } from "./units";

const LONGEST = 160; // pixels of the screen

const SHOWN: [string, number][] = [
  ["km", 1e3],
  ["m", 1],
  ["mm", 1e-3],
  ["µm", 1e-6],
  ["nm", 1e-9],
  ["pm", 1e-12],
];

/** A round number below. */
export function round(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return ([5, 2, 1].find((digit) => digit * power <= most) ?? 1) * power;
}

/** A length in the axis' unit, as people write it. */
export function length(value: number, unit: string): string {
  const metres = METRES[unit];
  if (metres === undefined) return `${told(value)} ${unit || "px"}`;
  const inMetres = value * metres;
  const far = Math.abs(inMetres || metres);
  const [symbol, size] = SHOWN.find(([, least]) => far >= least * 0.999) ?? ["pm", 1e-12];
  return `${told(inMetres / size, 4)} ${symbol}`;
}

const NEARLY = 1e-3; // what is square up to this is square
const MOST_UNEQUAL = 16; // sides of pixels; what differs more is hardly meant to be looked at so

/** The height of a pixel of the last two axes in its width; 1 where these cannot be compared. */
export function aspectOf(axes: Axis[]): number {
  const [down, across] = axes.slice(-2).map(({ step, unit }) => ({ step, unit: unit.replace(/_.*/, "") }));
  if (!down || !across) return 1;
  const sizes = [down, across].map(({ step, unit }) => step * (METRES[unit] ?? 1));
  const isAlike = down.unit === across.unit || (down.unit in METRES && across.unit in METRES);
  const aspect = Math.abs((sizes[0] ?? 1) / (sizes[1] ?? 1));
  const isNear = aspect < MOST_UNEQUAL && aspect > 1 / MOST_UNEQUAL;
  return isAlike && isNear && Math.abs(aspect - 1) > NEARLY ? aspect : 1;
}

export function showScale(axis: Axis, zoom: number): void {
  const place = the("scale");
  const unit = axis.unit ? axis.step : 1;
  const size = round((LONGEST / 2 ** zoom) * unit);
  const bar = make("i");
  bar.style.width = `${(size / unit) * 2 ** zoom}px`;
  place.replaceChildren(length(size, axis.unit), bar);
  place.hidden = false;
}
