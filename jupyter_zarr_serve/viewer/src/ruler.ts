// Rulers along two edges of the picture: where its pixels are, in coordinates, by round numbers.

import { make, told } from "./dom";
import type { Frame } from "./frame";
import type { Axis } from "./pyramid";
import { round } from "./scale";

export const THICK = 22; // pixels of the screen
const APART = { across: 84, down: 64 }; // at least, between labels
const LONG = 5; // of the line at a label
const FONT = '11px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';

interface Tick {
  /** Along the axis, in elements, the middle of the first being 0. */
  at: number;
  label: string;
}

/** Round places of an axis between two elements, at least so many elements apart. */
export function ticksOf(axis: Axis, [first, last]: [number, number], apart: number): Tick[] {
  const { line, short, length } = axis;
  if (!line) {
    const step = Math.max(1, above(apart));
    const ticks: Tick[] = [];
    for (let at = Math.ceil(Math.max(first, 0) / step) * step; at <= Math.min(last, length - 1); at += step)
      ticks.push({ at, label: short(at) });
    return ticks;
  }
  const step = above(apart * Math.abs(line.step));
  const ends = [first, last].map((at) => line.start + at * line.step);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const ticks: Tick[] = [];
  const [from, to] = [Math.ceil(Math.min(...ends) / step), Math.floor(Math.max(...ends) / step)];
  for (let i = from; i <= to; i++) {
    const value = i * step;
    const label = told(Number(value.toFixed(Math.min(digits, 15))), 9);
    ticks.push({ at: (value - line.start) / line.step, label });
  }
  return ticks;
}

/** A round number that is not below another. */
function above(least: number): number {
  const below = round(least);
  return below >= least * 0.999 ? below : round(below * 2.5000001);
}

export class Rulers {
  private readonly across = make("canvas", { class: "ruler", "aria-hidden": "true" });
  private readonly down = make("canvas", { class: "ruler", "aria-hidden": "true" });

  constructor(
    private readonly stage: HTMLElement,
    private readonly frame: Frame,
    /** Of the rows, and of the columns. */
    private readonly axes: [Axis, Axis],
  ) {
    this.across.id = "ruler-across";
    this.down.id = "ruler-down";
    stage.append(this.across, this.down);
  }

  /** Follow the frame. */
  draw(): void {
    const { clientWidth, clientHeight } = this.stage;
    const [rows, columns] = this.axes;
    const [left, top, right, bottom] = this.frame.seen;
    const [wide, high] = this.frame.scale;
    const below = begun(this.across, clientWidth, THICK);
    for (const { at, label } of ticksOf(columns, [left - 0.5, right - 0.5], APART.across / wide)) {
      const [x] = this.frame.spot(at + 0.5, 0);
      below.fillRect(Math.round(x), 0, 1, LONG);
      centred(below, label, x, 15, [
        THICK,
        clientWidth - 4 - below.measureText(titleOf(columns)).width - 8,
      ]);
    }
    below.textAlign = "right";
    below.fillText(titleOf(columns), clientWidth - 4, 15);
    const beside = begun(this.down, THICK, clientHeight - THICK);
    beside.translate(0, clientHeight - THICK);
    beside.rotate(-Math.PI / 2);
    const length = clientHeight - THICK;
    for (const { at, label } of ticksOf(rows, [top - 0.5, bottom - 0.5], APART.down / high)) {
      const [, y] = this.frame.spot(0, at + 0.5);
      beside.fillRect(Math.round(length - y), THICK - LONG, 1, LONG);
      centred(beside, label, length - y, 13, [2, length - 8 - beside.measureText(titleOf(rows)).width - 8]);
    }
    beside.textAlign = "right";
    beside.fillText(titleOf(rows), length - 4, 13);
  }
}

const titleOf = ({ name, title }: Axis): string => title || name;

/** A canvas of a size, blank, and ready for texts in the page's colours. */
function begun(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio;
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const drawing = canvas.getContext("2d");
  if (!drawing) throw new Error("This browser draws on no canvas.");
  const css = getComputedStyle(document.documentElement);
  drawing.scale(ratio, ratio);
  drawing.fillStyle = css.getPropertyValue("--bar");
  drawing.fillRect(0, 0, width, height);
  drawing.fillStyle = css.getPropertyValue("--text");
  drawing.font = FONT;
  drawing.textAlign = "center";
  return drawing;
}

/** A label in the middle of a place, if it does not reach beyond two ends. */
function centred(
  drawing: CanvasRenderingContext2D,
  label: string,
  x: number,
  y: number,
  [least, most]: [number, number],
): void {
  const half = drawing.measureText(label).width / 2;
  if (x - half >= least && x + half <= most) drawing.fillText(label, x, y);
}
