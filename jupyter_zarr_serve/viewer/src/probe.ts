// A line or a region that is drawn on the picture, and what the values are like there.

import { button, row, section } from "./controls";
import { make, told } from "./dom";
import type { Frame } from "./frame";
import { measuredIn, statisticsOf, type Measured, type Place, type Shape } from "./measure";
import { fail } from "./notices";
import type { Axis, Pyramid } from "./pyramid";

/** A plane and a channel to measure in. */
export interface Measurable {
  label: string;
  at: number[];
}

export class Probe {
  /** The part of the panel. */
  readonly section: HTMLElement;
  private readonly glass = make("canvas", { id: "glass", "aria-hidden": "true", hidden: true });
  private readonly result = make("div", { class: "measured", role: "status" });
  private readonly buttons: Record<Shape["kind"], HTMLElement>;
  private shape: Shape | undefined;
  private turn = 0;

  constructor(
    private readonly stage: HTMLElement,
    private readonly frame: Frame,
    private readonly pyramid: Pyramid,
    private readonly shown: () => Measurable[],
  ) {
    this.buttons = {
      line: button("Line", "Values along a line", () => this.toggle("line")),
      region: button("Region", "Statistics of a region", () => this.toggle("region")),
    };
    this.section = section("Measure", row(this.buttons.line, this.buttons.region), this.result);
    this.section.id = "measure";
    stage.append(this.glass);
    this.glass.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** Begin with all that is to be seen, or leave off. */
  private toggle(kind: Shape["kind"]): void {
    const [left, top, right, bottom] = this.frame.seen;
    const middle = (top + bottom) / 2;
    if (this.shape?.kind === kind) this.shape = undefined;
    else if (kind === "region") this.shape = { kind, from: [left, top], to: [right, bottom] };
    else this.shape = { kind, from: [left, middle], to: [right, middle] };
    for (const [name, made] of Object.entries(this.buttons))
      made.setAttribute("aria-pressed", String(this.shape?.kind === name));
    this.glass.hidden = !this.shape;
    this.result.replaceChildren();
    this.draw();
    void this.measure();
  }

  /** Follow the picture: where it lies, or what it shows. */
  draw(): void {
    const { glass, shape, frame } = this;
    if (!shape) return;
    Object.assign(glass, { width: this.stage.clientWidth, height: this.stage.clientHeight });
    const drawing = glass.getContext("2d");
    if (!drawing) return;
    const [[x0, y0], [x1, y1]] = [frame.spot(...shape.from), frame.spot(...shape.to)];
    for (const [width, colour] of [
      [3, "#000000"],
      [1, "#ffffff"],
    ] as const) {
      Object.assign(drawing, { lineWidth: width, strokeStyle: colour });
      drawing.beginPath();
      if (shape.kind === "region") drawing.rect(x0, y0, x1 - x0, y1 - y0);
      else {
        drawing.moveTo(x0, y0);
        drawing.lineTo(x1, y1);
      }
      drawing.stroke();
    }
  }

  private drag(event: PointerEvent): void {
    const { shape, glass } = this;
    if (!shape) return;
    event.preventDefault();
    event.stopPropagation(); // the picture below would move
    const within = ([x, y]: Place): Place => {
      const [height, width] = this.frame.size;
      return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
    };
    const place = ({ clientX, clientY }: PointerEvent): Place => within(this.frame.place(clientX, clientY));
    const from = place(event);
    const move = (moved: PointerEvent): void => {
      this.shape = { kind: shape.kind, from, to: place(moved) };
      this.draw();
    };
    glass.setPointerCapture(event.pointerId);
    glass.addEventListener("pointermove", move);
    const end = (last: PointerEvent): void => {
      glass.removeEventListener("pointermove", move);
      move(last);
      void this.measure();
    };
    glass.addEventListener("pointerup", end, { once: true });
  }

  /** Read the values, and tell what they are like. */
  async measure(): Promise<void> {
    const { shape, pyramid } = this;
    if (!shape) return;
    const turn = ++this.turn;
    try {
      const shown = this.shown();
      const found = await Promise.all(shown.map(({ at }) => measuredIn(pyramid, at, shape)));
      const parts = shape.kind === "region" ? found.map((one) => table(one, pyramid)) : [];
      const lines = shape.kind === "line" ? [await chart(found, pyramid, shape)] : [];
      if (turn !== this.turn) return;
      const labelled = parts.map((part, i) => make("div", {}, shown[i]?.label ?? "", part));
      this.result.replaceChildren(make("div", {}, sizeOf(shape, pyramid)), ...labelled, ...lines);
      if (found[0]?.level) this.result.append(make("small", {}, `of level ${found[0].level}`));
    } catch (error) {
      if (turn === this.turn) fail(error, () => void this.measure());
    }
  }
}

function table({ values }: Measured, { meaning: { unit } }: Pyramid): HTMLElement {
  const { count, missing, min, max, mean, deviation } = statisticsOf(values);
  const of = (value: number): string => `${told(value, 7)} ${unit}`.trim();
  const facts = {
    values: String(count),
    ...(missing && { missing: String(missing) }),
    least: of(min),
    greatest: of(max),
    mean: of(mean),
    "std. deviation": of(deviation),
  };
  return make(
    "dl",
    {},
    ...Object.entries(facts).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
  );
}

/** How long a line or how large a region is, by its sides. */
function sizeOf({ kind, from, to }: Shape, { axes }: Pyramid): string {
  const sides = [0, 1].map((i) => Math.abs((to[i] ?? 0) - (from[i] ?? 0)));
  if (kind === "line") return lengthOf(sides as Place, axes);
  return `${sides.map((side) => Math.round(side)).join(" × ")} px`;
}

/** The steps and the unit of both axes of the plane; steps of pixels where units differ. */
function steps(axes: Axis[]): { x: number; y: number; unit: string } {
  const [down, across] = axes.slice(-2);
  const isSame = down?.unit && down.unit === across?.unit && down.line && across?.line;
  if (!isSame) return { x: 1, y: 1, unit: "px" };
  return { x: across.step, y: down.step, unit: down.unit };
}

function lengthOf([dx, dy]: Place, axes: Axis[]): string {
  const { x, y, unit } = steps(axes);
  return `${told(Math.hypot(dx * x, dy * y), 5)} ${unit}`;
}

async function chart(found: Measured[], { axes }: Pyramid, { from, to }: Shape): Promise<HTMLElement> {
  const { default: uPlot } = await import("uplot");
  const { x, y, unit } = steps(axes);
  const whole = Math.hypot((to[0] - from[0]) * x, (to[1] - from[1]) * y);
  const count = found[0]?.values.length ?? 0;
  const places = Array.from({ length: count }, (_, i) => (whole * i) / Math.max(1, count - 1));
  const css = getComputedStyle(document.documentElement);
  const look = {
    stroke: css.getPropertyValue("--faint"),
    grid: { stroke: css.getPropertyValue("--line") },
  };
  const place = make("div", { class: "profile" });
  new uPlot(
    {
      width: 244,
      height: 160,
      legend: { show: false },
      cursor: { y: false },
      scales: { x: { time: false } },
      axes: [
        { ...look, size: 38, label: unit, labelSize: 16 },
        { ...look, size: 56, values: (_, ticks) => ticks.map((tick) => told(tick, 4)) },
      ],
      series: [{}, ...found.map((_, i) => ({ stroke: COLOURS[i % COLOURS.length] ?? "#888888" }))],
    },
    [places, ...found.map(({ values }) => Array.from(values, (v) => (Number.isFinite(v) ? v : null)))],
    place,
  );
  return place;
}

const COLOURS = ["#1f77b4", "#e8710a", "#2ca02c", "#d62728"];
