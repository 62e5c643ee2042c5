// The rows of a table as points: asked for where the data are, which tell only those that make the picture.

import { hasLogarithm, PlotAxis, type ToldAxis } from "./table-axis";
import { counted } from "./table-place";
import { optionsOf, quotedName, type Condition, type Query } from "./table-query";
import type { Table, TableColumn } from "./table-source";
import { loadJson, quoted, Refused } from "./server";

const MOST = 40_000; // points that a browser draws in a moment, and finer than its pixels

/** What is plotted, and how. */
export interface Plotted {
  /** undefined for the number of the row. */
  x: TableColumn | undefined;
  ys: TableColumn[];
  isJoined: boolean;
  /** Whether the axes of numbers are logarithmic: that along which the columns lie, and theirs. */
  isLog: { x: boolean; y: boolean };
}

export interface Points {
  x: PlotAxis;
  ys: PlotAxis[];
  /** The numbers of the rows that are drawn. */
  rows: number[];
  /** How many rows are chosen. */
  total: number;
  isReduced: boolean;
}

interface Told {
  axes: ToldAxis[];
  rows: number[];
  total: number;
  is_reduced: boolean;
}

/** Where rows lie along columns; `within` are conditions or, of the number of the row, its bounds. */
export async function pointsOf(
  { scope, path }: Table,
  { x, ys, isJoined, isLog }: Plotted,
  query: Query,
  within: Condition[] | [number, number] | undefined,
  signal: AbortSignal,
): Promise<Points> {
  const conditions = within?.filter((part): part is Condition => typeof part === "object") ?? [];
  const [start, stop] = within?.filter((part): part is number => typeof part === "number") ?? [];
  const wanted = { ...query, sort: undefined, where: [...query.where, ...conditions] };
  const hasLog = [x, ...ys].map((column, at) => (at ? isLog.y : isLog.x) && hasLogarithm(column));
  const log = hasLog.flatMap((isIt, at) => (isIt ? [at] : [])).join(",");
  const options = new URLSearchParams([
    ["form", "points"],
    ["columns", ys.map(({ name }) => quotedName(name)).join(",")],
    ["points", String(MOST)],
    ...(x ? [["x", quotedName(x.name)]] : []),
    ...(isJoined ? [["joined", "1"]] : []),
    ...(log ? [["log", log]] : []),
    ...(start === undefined ? [] : [["start", String(Math.max(0, Math.ceil(start)))]]),
    ...(stop === undefined ? [] : [["stop", String(Math.max(0, Math.floor(stop) + 1))]]),
    ...optionsOf(wanted),
  ] as [string, string][]);
  const found = await loadJson<Told>(`${scope}api/preview/${quoted(path)}?${options}`, { signal });
  if (!found) throw new Refused(404, `there is nothing at ${path || "the root"}`);
  const [first, ...others] = found.axes.map(
    (axis, at) => new PlotAxis(axis, at ? ys[at - 1] : x, hasLog[at] ?? false),
  );
  return {
    x: first as PlotAxis,
    ys: others,
    rows: found.rows,
    total: found.total,
    isReduced: found.is_reduced,
  };
}

/** How many places along an axis that is to be logarithmic have no logarithm. */
const withoutLog = (axis: PlotAxis): number =>
  axis.told.values.filter((place) => place !== null && (axis.drawn(place) ?? 1) <= 0).length;

/** What is drawn of how much, and what is not. */
export function wordsFor({ x, ys, rows, total, isReduced }: Points, { isJoined, isLog }: Plotted): string {
  const drawn = isReduced
    ? `${counted(rows.length)} of ${counted(total)} rows are drawn: ` +
      (isJoined ? "the least and the greatest in each part" : "the first in each place of the picture")
    : `${counted(rows.length)} rows`;
  const gone = [x, ...ys].flatMap(({ column, told: { missing, infinite } }) =>
    [
      [missing, "missing"],
      [infinite, "infinite"],
    ].flatMap(([number, word]) =>
      number ? [`${column?.label ?? "row"}: ${counted(Number(number))} ${word}`] : [],
    ),
  );
  const low = [...(isLog.x ? [x] : []), ...(isLog.y ? ys : [])].flatMap((axis) => {
    const count = (axis.told.low ?? 0) + (axis.kind === "number" ? withoutLog(axis) : 0);
    return count ? [`${axis.column?.label ?? "row"}: ${counted(count)} not above 0 are left out`] : [];
  });
  return [drawn, ...gone, ...low].join("   ·   ");
}
