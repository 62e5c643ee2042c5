// How the grid looks: JupyterLab's colours, light or dark, by the variables of the page's style.

import {
  CellRenderer,
  RendererMap,
  TextRenderer,
  type DataGrid,
  type GraphicsContext,
} from "@lumino/datagrid";
import { isRight, kindOf, shown } from "./table-cells";
import type { Cell, TableColumn } from "./table-source";
import type { ColumnStats, Stats } from "./table-stats";

export const ROW = 22;
export const HEAD = 40;
export const HEAD_WITH_STATS = 92;
const PADDING = 8;
const FAMILY = 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';
export const FONT = `12.5px ${FAMILY}`;
const BOLD = `600 12.5px ${FAMILY}`;
const SMALL = `11px ${FAMILY}`;
const MENU = 22; // pixels at the right end of a head that open its menu
const LINE = 14; // between lines of a head

/** Marks in a head: the order of the rows, and whether some are left out. */
export type Marks = (column: TableColumn) => string;

const css = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function styleNow(): DataGrid.Style {
  const brand = css("--brand");
  return {
    voidColor: css("--stage"),
    backgroundColor: css("--back"),
    gridLineColor: css("--line"),
    headerBackgroundColor: css("--bar"),
    headerGridLineColor: css("--line"),
    selectionFillColor: `${brand}30`,
    selectionBorderColor: brand,
    cursorFillColor: `${brand}18`,
    cursorBorderColor: brand,
    headerSelectionFillColor: `${brand}30`,
    headerSelectionBorderColor: brand,
    scrollShadow: {
      size: 6,
      color1: "rgb(0 0 0 / 20%)",
      color2: "rgb(0 0 0 / 8%)",
      color3: "rgb(0 0 0 / 0%)",
    },
  };
}

export function renderersNow(columns: TableColumn[], stats: ColumnStats, marks: Marks): RendererMap {
  const [text, faint] = [css("--text"), css("--faint")];
  const at = ({ column }: CellRenderer.CellConfig): TableColumn => columns[column] as TableColumn;
  const cell = (config: CellRenderer.CellConfig): { text: string; isFaint: boolean } =>
    shown(config.value as Cell | undefined, at(config));
  const body = new TextRenderer({
    font: (config) => (cell(config).isFaint ? `italic ${FONT}` : FONT),
    textColor: (config) => (cell(config).isFaint ? faint : text),
    horizontalAlignment: (config) => (isRight(at(config)) ? "right" : "left"),
    elideDirection: "right", // a number of which one does not see that digits are missing is another number
    format: (config) => cell(config).text.replace(/[\t\r\n]+/g, " ⏎ "),
  });
  const rows = new TextRenderer({ font: SMALL, textColor: faint, horizontalAlignment: "right" });
  const heads = new HeadRenderer(columns, stats, marks, { text, faint, brand: css("--brand") });
  return new RendererMap({ body, "row-header": rows, "column-header": heads, "corner-header": rows });
}

interface Colours {
  text: string;
  faint: string;
  brand: string;
}

/** A head: the name of a column, its type and unit, and its statistics if they are asked for. */
class HeadRenderer extends CellRenderer {
  constructor(
    private readonly columns: TableColumn[],
    private readonly stats: ColumnStats,
    private readonly marks: Marks,
    private readonly colours: Colours,
  ) {
    super();
  }

  override paint(gc: GraphicsContext, config: CellRenderer.CellConfig): void {
    const column = this.columns[config.column];
    if (!column) return;
    const { x, y, width, height } = config;
    const { text, faint } = this.colours;
    gc.textBaseline = "alphabetic";
    const room = width - 2 * PADDING - MENU / 2;
    line(gc, column.label, [x + PADDING, y + 16], room, BOLD, text);
    line(gc, kindOf(column), [x + PADDING, y + 16 + LINE], room, SMALL, faint);
    gc.textAlign = "right";
    gc.font = SMALL;
    gc.fillStyle = faint;
    gc.fillText(`${this.marks(column)}⋮`, x + width - PADDING, y + 16);
    gc.textAlign = "left";
    if (height > HEAD) this.summary(gc, column, config);
  }

  /** A histogram, and what lies at its ends. */
  private summary(gc: GraphicsContext, column: TableColumn, config: CellRenderer.CellConfig): void {
    const { x, y, width, height } = config;
    const [left, top, bottom] = [x + PADDING, y + HEAD, y + height - LINE - 6];
    const room = width - 2 * PADDING;
    const found = this.stats.get(column);
    if (!found) return;
    const isFailed = found instanceof Error;
    const words = isFailed ? "no statistics" : rangeOf(found);
    line(gc, words, [left, y + height - 8], room, SMALL, this.colours.faint);
    if (isFailed || !found.counts.length) return;
    const most = Math.max(...found.counts);
    const edge = (i: number): number => Math.round(left + (i * room) / found.counts.length);
    gc.fillStyle = this.colours.brand;
    found.counts.forEach((count, i) => {
      const tall = count && Math.max(1, Math.round(((bottom - top) * count) / most));
      if (tall) gc.fillRect(edge(i), bottom - tall, Math.max(1, edge(i + 1) - edge(i)), tall);
    });
  }
}

/** What the values lie between. */
export const rangeOf = ({ min = "–", max = "–" }: Stats): string => `${min} … ${max}`;

/** A text, shortened to the room that it has. */
function line(
  gc: GraphicsContext,
  text: string,
  [x, y]: [number, number],
  room: number,
  font: string,
  colour: string,
): void {
  gc.font = font;
  gc.fillStyle = colour;
  let shortened = text;
  while (shortened.length > 1 && gc.measureText(shortened).width > room)
    shortened = `${shortened.slice(0, -2)}…`;
  gc.fillText(shortened, x, y);
}

const measuring = document.createElement("canvas").getContext("2d");

/** How wide a text is in a cell, or in a head. */
export function widthOf(text: string, isHead = false): number {
  if (!measuring) return 0;
  measuring.font = isHead ? BOLD : FONT;
  return Math.ceil(measuring.measureText(text).width) + 2 * PADDING + (isHead ? MENU : 2);
}

/** Whether a place in a head, from its right end, is that of its menu. */
export const isInMenu = (fromRight: number): boolean => fromRight <= MENU;

/** The sizes that rows and columns have at first. */
export const sizesOf = (rows: number, columnWidth: number): DataGrid.DefaultSizes => ({
  rowHeight: ROW,
  columnWidth,
  rowHeaderWidth: widthOf(String(rows)),
  columnHeaderHeight: HEAD,
});

/** The widths that columns need for their heads and for what is in some rows. */
export const widthsOf = (rows: Cell[][], columns: TableColumn[]): number[] =>
  columns.map((column, i) => {
    let widest = "";
    for (const row of rows) {
      const { text } = shown(row[i], column);
      if (text.length > widest.length) widest = text;
    }
    return Math.max(widthOf(widest), widthOf(column.label, true), widthOf(kindOf(column)));
  });
