// How a plane is turned before it is looked at: rows and columns exchanged, and mirrored.

import type { Axis } from "./pyramid";
import type { Rectangle } from "./raster";

export interface Turn {
  /** Whether rows are columns; this comes first. */
  isTransposed: boolean;
  /** Whether what is shown is mirrored from top to bottom, and from left to right. */
  isMirrored: [boolean, boolean];
}

export const UNTURNED: Turn = { isTransposed: false, isMirrored: [false, false] };

const NORTH = /^(degrees?_?n(orth)?|lat(itude)?|northing)$/i;

/** How a plane is shown at first: north is up. The rows of images without coordinates go down. */
export function upright(rows: Axis | undefined): Turn {
  if (!rows?.isRising) return UNTURNED;
  const isNorth = [rows.unit, rows.name, ...rows.title.split(/[\s[\]]+/)].some((word) => NORTH.test(word));
  return { ...UNTURNED, isMirrored: [isNorth, false] };
}

/** A turn as it is in an address: letters. */
export const turnWritten = ({ isTransposed, isMirrored: [down, across] }: Turn): string =>
  `${isTransposed ? "t" : ""}${down ? "y" : ""}${across ? "x" : ""}`;

export const turnRead = (text: string): Turn => ({
  isTransposed: text.includes("t"),
  isMirrored: [text.includes("y"), text.includes("x")],
});

/** The axes of a turned plane: the places of its elements go along. */
export function turnedAxes(axes: Axis[], { isTransposed, isMirrored }: Turn): Axis[] {
  const [rows, columns] = axes.slice(-2);
  if (!rows || !columns) return axes;
  const plane = isTransposed ? [columns, rows] : [rows, columns];
  return [...axes.slice(0, -2), ...plane.map((axis, i) => (isMirrored[i] ? mirrored(axis) : axis))];
}

function mirrored(axis: Axis): Axis {
  const last = axis.length - 1;
  const { line } = axis;
  return {
    ...axis,
    text: (index) => axis.text(last - index),
    short: (index) => axis.short(last - index),
    index: (index) => last - index,
    isRising: !axis.isRising,
    line: line && { start: line.start + last * line.step, step: -line.step },
  };
}

/** Where a rectangle of what is shown, which has a height and a width, is in the array. */
export function sourceOf(shown: Rectangle, [high, wide]: [number, number], turn: Turn): Rectangle {
  const { isTransposed, isMirrored } = turn;
  const { width, height } = shown;
  const left = isMirrored[1] ? wide - shown.left - width : shown.left;
  const top = isMirrored[0] ? high - shown.top - height : shown.top;
  return isTransposed
    ? { left: top, top: left, width: height, height: width }
    : { left, top, width, height };
}

/** Values of a rectangle of the array, in the order in which they are shown. */
export function turned<T extends { [index: number]: number; length: number }>(
  values: T,
  { width, height }: Rectangle,
  { isTransposed, isMirrored: [isUp, isBack] }: Turn,
): T {
  if (!isTransposed && !isUp && !isBack) return values;
  const out = new (values.constructor as new (length: number) => T)(values.length);
  for (let y = 0, to = 0; y < height; y++) {
    const row = isUp ? height - 1 - y : y;
    for (let x = 0; x < width; x++, to++) {
      const column = isBack ? width - 1 - x : x;
      out[to] = values[isTransposed ? column * height + row : row * width + column]!;
    }
  }
  return out;
}
