// Rulers along two edges of the picture: where its pixels are, in coordinates, by round numbers.

import { make, told } from "./dom";
import type { Frame } from "./frame";
import type { Axis } from "./pyramid";
import { round } from "./scale";

export const THICK = 22; // pixels of the screen
const APART = { across: 84, down: 64 }; // at least, between labels
export const LONG = 5; // of the line at a label
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

/** What stands along an edge, in pixels of the screen from its beginning. */
interface Marks {
  ticks: { at: number }[];
  /** What is said, without the labels that would reach beyond the edge, or into the title at its end. */
  labels: { at: number; label: string; align: "center" | "right" }[];
}

/** The marks below what is to be seen, from the left; and those beside it, from below. */
export function marksOf(
  frame: Frame,
  axes: Axis[],
  [width, height]: [number, number],
): Record<"across" | "down", Marks> {
  const [rows, columns] = axes.slice(-2) as [Axis, Axis];
  const [left, top, right, bottom] = frame.seen;
  const [wide, high] = frame.scale;
  const long = height - THICK;
  const across = ticksOf(columns, [left - 0.5, right - 0.5], APART.across / wide);
  const down = ticksOf(rows, [top - 0.5, bottom - 0.5], APART.down / high);
  const x = (at: number): number => frame.spot(at + 0.5, 0)[0];
  const y = (at: number): number => long - frame.spot(0, at + 0.5)[1];
  return {
    across: along(
      across.map(({ at, label }) => ({ at: x(at), label })),
      columns,
      [THICK, width],
    ),
    down: along(
      down.map(({ at, label }) => ({ at: y(at), label })),
      rows,
      [2, long],
    ),
  };
}

function along(ticks: Tick[], axis: Axis, [least, end]: [number, number]): Marks {
  const title = axis.title || axis.name;
  const most = end - 4 - widthOf(title) - 8;
  const labels = ticks.filter(({ at, label }) => {
    const half = widthOf(label) / 2;
    return at - half >= least && at + half <= most;
  });
  return {
    ticks: ticks.map(({ at }) => ({ at: Math.round(at) })),
    labels: [
      ...labels.map(({ at, label }) => ({ at, label, align: "center" as const })),
      { at: end - 4, label: title, align: "right" },
    ],
  };
}

const measuring = document.createElement("canvas").getContext("2d");

function widthOf(text: string): number {
  if (!measuring) throw new Error("This browser draws on no canvas.");
  measuring.font = FONT;
  return measuring.measureText(text).width;
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
    const { clientWidth: width, clientHeight: height } = this.stage;
    const { across, down } = marksOf(this.frame, this.axes, [width, height]);
    const below = begun(this.across, width, THICK);
    for (const { at } of across.ticks) below.fillRect(at, 0, 1, LONG);
    write(below, across, 15);
    const beside = begun(this.down, THICK, height - THICK);
    beside.translate(0, height - THICK);
    beside.rotate(-Math.PI / 2);
    for (const { at } of down.ticks) beside.fillRect(at, THICK - LONG, 1, LONG);
    write(beside, down, 13);
  }
}

function write(drawing: CanvasRenderingContext2D, { labels }: Marks, y: number): void {
  for (const { at, label, align } of labels) {
    drawing.textAlign = align;
    drawing.fillText(label, at, y);
  }
}

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
  return drawing;
}
