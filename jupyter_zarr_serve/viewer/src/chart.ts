// The drawing of lines by uPlot: for each a band between its least and its greatest values.

import uPlot from "uplot";
import { the } from "./dom";
import type { Envelope } from "./envelope";
import { spanOf, where, type Line } from "./plot-readout";
import { words } from "./times";

const LEAST_ROOM = 50; // pixels
const LETTER = 7;
const APART = 16;

interface Listeners {
  /** The pointer is at an index, or nowhere. */
  pointed: (index: number | undefined) => void;
  /** A range of places has been drawn. */
  chosen: (start: number, stop: number) => void;
}

/** Draw lines of one range; undefined where there are none. */
export function chartOf(
  lines: Line[],
  coordinate: Envelope | undefined,
  isLog: boolean,
  listeners: Listeners,
): uPlot | undefined {
  const [first] = lines;
  if (!first) return undefined;
  const { start, step, min } = first.envelope;
  const places = min.map((_, i) => start + i * step + (step - 1) / 2);
  const values = lines.flatMap(({ envelope }) => [bent(envelope.max, isLog), bent(envelope.min, isLog)]);
  const options: uPlot.Options = {
    ...sizeOf(),
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, y: false, points: { size: 7 } },
    scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 } },
    axes: axesOf(first, coordinate),
    series: [{}, ...lines.flatMap(seriesOf)],
    bands: lines.map(({ colour }, i) => ({ series: [2 * i + 1, 2 * i + 2], fill: `${colour}40` })),
    hooks: {
      setCursor: [({ cursor }) => listeners.pointed(cursor.idx ?? undefined)],
      setSelect: [(plot) => choose(plot, listeners)],
    },
  };
  return new uPlot(options, [places, ...values] as uPlot.AlignedData, the("stage"));
}

export function sizeOf(): { width: number; height: number } {
  const { clientWidth, clientHeight } = the("stage");
  return { width: clientWidth, height: clientHeight };
}

/** Without what has no logarithm. */
function bent(values: (number | null)[], isLog: boolean): (number | null)[] {
  return isLog ? values.map((value) => (value !== null && value > 0 ? value : null)) : values;
}

function seriesOf({ name, colour, envelope }: Line): uPlot.Series[] {
  const isFine = envelope.min.length < sizeOf().width / 8;
  const common = { stroke: colour, width: 1, points: { show: isFine } };
  return [
    { ...common, label: name },
    { ...common, label: `${name} (least)` },
  ];
}

function axesOf({ envelope: { time } }: Line, coordinate: Envelope | undefined): uPlot.Axis[] {
  const look = gridLook();
  const span = spanOf(coordinate);
  const written = (place: number): string => where(coordinate, place, span);
  return [
    {
      ...look,
      size: 40,
      space: (_, __, first, last) => roomOf([first, (first + last) / 2, last].map(written)),
      values: (_, places) => places.map(written),
    },
    {
      ...look,
      size: 78,
      values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : words(tick, time, 1))),
    },
  ];
}

/** Pixels from one tick to the next, so that texts such as those stand apart. */
const roomOf = (texts: string[]): number =>
  Math.max(LEAST_ROOM, LETTER * Math.max(...texts.map(({ length }) => length)) + APART);

/** The colours of an axis, which are those of the page whenever it is drawn. */
export function gridLook(): Required<Pick<uPlot.Axis, "stroke" | "grid" | "ticks">> {
  const css = (name: string) => (): string =>
    getComputedStyle(document.documentElement).getPropertyValue(name);
  return {
    stroke: css("--faint"),
    grid: { stroke: css("--line"), width: 1 },
    ticks: { stroke: css("--line") },
  };
}

function choose(plot: uPlot, { chosen }: Listeners): void {
  const { left, width } = plot.select;
  if (width < 2) return;
  const [start = 0, stop = 0] = [left, left + width].map((pixel) => plot.posToVal(pixel, "x"));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  chosen(start, stop);
}
