// Columns against one of them, drawn by uPlot: points or lines, each column along an axis of its own.

import uPlot from "uplot";
import { gridLook } from "./chart";
import type { PlotAxis } from "./table-axis";
import type { Plotted, Points } from "./table-points";

export const COLOURS = [
  "#1f77b4",
  "#e8710a",
  "#2ca02c",
  "#d62728",
  "#9467bd",
  "#8c564b",
  "#e377c2",
  "#17becf",
];

const LOGARITHMIC = 3; // what uPlot calls so
const SIZE = 5; // pixels of a point
const LETTER = 7; // pixels
const MOST_LETTERS = 20; // those of an integer of 64 bits
const NEAR = 24; // pixels within which a point is meant

interface Listeners {
  /** The pointer is at a row of the points, or at none. */
  pointed: (index: number | undefined, series: number) => void;
  /** A part of the first axis has been marked. */
  chosen: (from: number, to: number) => void;
}

/** Draw points into an element. */
export function tableChart(
  element: HTMLElement,
  { x, ys }: Points,
  { isJoined, isLog }: Pick<Plotted, "isJoined" | "isLog">,
  range: [number, number] | undefined,
  listeners: Listeners,
): uPlot {
  const drawn = [x, ...ys].map((axis, at) => placesOf(axis, at ? isLog.y : isLog.x));
  const keys = keysOf(ys);
  const scales: uPlot.Scales = { x: scaleOf(x, isLog.x, range) };
  keys.forEach((key, at) => (scales[key] ??= scaleOf(ys[at] as PlotAxis, isLog.y)));
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { drag: { x: true, y: false }, y: !isJoined, points: { show: isJoined } },
    scales,
    axes: [axisOf(x, "x", 2), ...ys.flatMap((axis, at) => sideOf(axis, at, keys))],
    series: [{}, ...ys.map((axis, at) => seriesOf(axis, at, keys[at] as string, isJoined))],
    hooks: {
      setCursor: [(plot) => point(plot, isJoined, listeners)],
      setSelect: [(plot) => choose(plot, listeners)],
    },
  };
  return new uPlot(options, drawn as uPlot.AlignedData, element);
}

/** Columns of one unit share an axis, so that they can be compared. */
const keysOf = (ys: PlotAxis[]): string[] =>
  ys.map(({ unit, kind }, at) => {
    const first = unit && kind === "number" ? ys.findIndex((other) => other.unit === unit) : at;
    return `y${first}`;
  });

/** Where values are drawn; what has no logarithm is not. */
function placesOf(axis: PlotAxis, isLog: boolean): (number | null)[] {
  const drawn = axis.told.values.map((place) => axis.drawn(place));
  return isLog && axis.kind === "number"
    ? drawn.map((value) => (value && value > 0 ? value : null))
    : drawn;
}

function scaleOf(axis: PlotAxis, isWanted: boolean, fixed?: [number, number]): uPlot.Scale {
  const isLog = isWanted && axis.kind === "number";
  const range = rangeOf(axis, isLog, fixed);
  return { time: axis.kind === "time", range, ...(isLog && { distr: LOGARITHMIC }) };
}

function rangeOf(axis: PlotAxis, isLog: boolean, fixed?: [number, number]): uPlot.Scale.Range {
  if (fixed && !(isLog && fixed[0] <= 0)) return () => fixed;
  const last = (axis.told.texts?.length ?? 1) - 0.5;
  if (axis.kind === "category") return () => [-0.5, last];
  return (_, least, greatest) => {
    if (least === null || greatest === null) return isLog ? [1, 10] : [0, 1];
    const share = (greatest / least) ** 0.03 || 1;
    if (isLog) return share > 1 ? [least / share, greatest * share] : [least / 2, greatest * 2];
    const room = (greatest - least) * 0.03 || Math.abs(least) * 0.01 || 1;
    return [least - room, greatest + room];
  };
}

function seriesOf({ label }: PlotAxis, at: number, scale: string, isJoined: boolean): uPlot.Series {
  const stroke = COLOURS[at % COLOURS.length] as string;
  if (isJoined) return { label, scale, stroke, width: 1.5 };
  return {
    label,
    scale,
    stroke,
    paths: () => null,
    points: { show: true, size: SIZE, width: 0, fill: `${stroke}a0` },
  };
}

/** The axis of a column at the left or the right, unless another column's is it as well. */
function sideOf(axis: PlotAxis, at: number, keys: string[]): uPlot.Axis[] {
  const key = keys[at] as string;
  const first = keys.indexOf(key);
  if (first !== at) return [];
  const place = [...new Set(keys)].indexOf(key);
  const made = axisOf(axis, key, place % 2 ? 1 : 3);
  const isAlone = keys.length === 1;
  return [
    {
      ...made,
      ...(isAlone ? {} : { stroke: COLOURS[at % COLOURS.length] as string }),
      grid: { ...made.grid, show: place === 0 },
    },
  ];
}

function axisOf(axis: PlotAxis, scale: string, side: 0 | 1 | 2 | 3): uPlot.Axis {
  const look = gridLook();
  const short = (text: string): string =>
    text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
  const words = (_: uPlot, ticks: (number | null)[]): string[] =>
    ticks.map((tick) => (tick === null ? "" : short(axis.tick(tick))));
  const count = axis.told.texts?.length ?? 0;
  const wide = (_: uPlot, values: string[] | null): number =>
    side === 2
      ? axis.kind === "time"
        ? 48
        : 34
      : 18 +
        LETTER *
          Math.max(
            2,
            ...(values ?? []).flatMap((text) =>
              String(text)
                .split("\n")
                .map((line) => line.length),
            ),
          );
  return {
    ...look,
    scale,
    side,
    label: axis.label,
    labelSize: 20,
    size: wide,
    ...(axis.kind === "time" ? {} : { values: words }),
    ...(axis.kind === "category"
      ? { splits: () => Array.from({ length: count }, (_, place) => place) }
      : {}),
  };
}

/** Tell which row the pointer is at: of lines the nearest along the axis, of points the nearest of all. */
function point(plot: uPlot, isJoined: boolean, { pointed }: Listeners): void {
  const { left = -1, top = -1, idx } = plot.cursor;
  if (left < 0) return pointed(undefined, 0);
  if (isJoined) return pointed(idx ?? undefined, 0);
  const [xs, ...all] = plot.data;
  let [nearest, series, best] = [-1, 0, NEAR ** 2];
  all.forEach((ys, at) => {
    const scale = plot.series[at + 1]?.scale ?? "";
    for (let i = 0; i < xs.length; i++) {
      const y = ys[i];
      if (y === null || y === undefined) continue;
      const distance =
        (plot.valToPos(xs[i] as number, "x") - left) ** 2 + (plot.valToPos(y, scale) - top) ** 2;
      if (distance < best) [nearest, series, best] = [i, at, distance];
    }
  });
  pointed(nearest < 0 ? undefined : nearest, series);
}

function choose(plot: uPlot, { chosen }: Listeners): void {
  const { left, width } = plot.select;
  if (width < 2) return;
  const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  chosen(from, to);
}
