// A table of any length: the rows in sight are asked for, and drawn by Lumino's grid.

import { BasicSelectionModel, type DataGrid } from "@lumino/datagrid";
import { MessageLoop } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { make } from "./dom";
import { fail } from "./notices";
import { kindOf, shown } from "./table-cells";
import { copySelected } from "./table-copy";
import { followFingers, Grid, Keys, Mouse } from "./table-grid";
import { HEAD, HEAD_WITH_STATS, rangeOf, renderersNow, ROW, styleNow, widthOf } from "./table-look";
import { ColumnMenu } from "./table-menu";
import { Mirror } from "./table-mirror";
import { TableModel } from "./table-model";
import { Pages } from "./table-pages";
import { optionsOf, queryRead, queryWritten, type Query } from "./table-query";
import {
  BLOCK,
  namesIn,
  openTable,
  PAGE,
  rowsOf,
  type Rows,
  type Table,
  type TableColumn,
} from "./table-source";
import { ColumnStats, type Stats } from "./table-stats";
import { Toolbar } from "./table-toolbar";

const NARROWEST = 70; // pixels of a column
const WIDEST = 360;
const SMALLER = 0.88; // the text of a head, beside that of cells

/** Show the rows of a path in an element; who awaits it sees the first of them. */
export async function showTable(element: HTMLElement, scope: string, path: string): Promise<void> {
  const query = queryRead(location.hash);
  const [table, first] = await openTable(scope, path, query);
  new TableView(element, table, query, first);
  document.documentElement.dataset["drawn"] = "fine";
}

class TableView {
  private readonly grid: Grid;
  private readonly model: TableModel;
  private readonly pages: Pages;
  private readonly stats: ColumnStats;
  private readonly mirror: Mirror;
  private readonly menu: ColumnMenu;
  private readonly bar: Toolbar;
  private readonly place = make("div", { class: "table-place" });
  private asking = new AbortController();
  private hasStats = false;

  constructor(
    element: HTMLElement,
    private readonly table: Table,
    private query: Query,
    first: Rows,
  ) {
    this.pages = new Pages({
      read: (offset, block, signal) =>
        rowsOf(table, this.query, { offset, limit: PAGE, columns: namesIn(table, block) }, signal),
      inSight: () => this.grid.sight,
      arrived: (rows, block) => this.arrived(rows, block),
      failed: (error) => fail(error, () => this.pages.again()),
    });
    this.pages.keep(first);
    this.stats = new ColumnStats(table.scope, (column, stats) => this.told(column, stats));
    this.model = new TableModel(table, this.pages);
    this.grid = new Grid({ defaultSizes: sizesOf(table), style: styleNow() });
    const ask = (wanted: Query): void => void this.ask(wanted);
    this.menu = new ColumnMenu(table, this.stats, () => this.query, ask);
    this.bar = new Toolbar(
      {
        menu: () => this.openMenu(Math.max(0, this.grid.selectionModel?.cursorColumn ?? 0)),
        stats: (isShown) => this.showStats(isShown),
        copy: () => this.copy(false),
        ask,
        cancel: () => this.asking.abort(),
      },
      (name) => table.columns.find((column) => column.name === name)?.label ?? name,
    );
    const host = make("div", { class: "table-grid" });
    element.append(make("div", { class: "table" }, this.bar.element, host, this.menu.element, this.place));
    this.fill(host);
    this.mirror = new Mirror(this.grid, table, this.pages, `Rows of ${table.path}`);
    this.grow(first, 0);
    this.bar.show(query);
    this.pointed();
  }

  /** Put the grid into its place, and listen to it. */
  private fill(host: HTMLElement): void {
    const { grid } = this;
    grid.dataModel = this.model;
    grid.selectionModel = new BasicSelectionModel({ dataModel: this.model });
    this.dress();
    const wishes = {
      copy: (hasHeads: boolean) => this.copy(hasHeads),
      menu: (column: number) => this.openMenu(column),
      find: () => this.bar.focus(),
    };
    grid.keyHandler = new Keys(wishes);
    grid.mouseHandler = new Mouse(wishes);
    grid.painted = () => this.painted();
    grid.selectionModel.changed.connect(() => this.pointed());
    Widget.attach(grid, host);
    followFingers(grid);
    const fit = (): void => MessageLoop.postMessage(grid, Widget.ResizeMessage.UnknownSize);
    new ResizeObserver(fit).observe(host);
    const dress = new MutationObserver(() => this.dress());
    dress.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** Take the colours of the page. */
  private dress(): void {
    this.grid.style = styleNow();
    this.grid.cellRenderers = renderersNow(this.table.columns, this.stats, ({ name }) => {
      const { sort, where } = this.query;
      const order = sort?.column === name ? (sort.isFalling ? "▼ " : "▲ ") : "";
      return `${where.some(({ column }) => column === name) ? "≈ " : ""}${order}`;
    });
  }

  /** Show other rows, or another order, once the server has them; until then, or if it fails, all stays. */
  private async ask(query: Query): Promise<void> {
    this.asking.abort();
    const asking = new AbortController();
    this.asking = asking;
    const verb = query.sort && query.sort !== this.query.sort ? "Sorting" : "Looking through";
    this.bar.show(this.query, optionsOf(query).length ? `${verb} ${counted(this.table.of)} rows…` : "");
    try {
      const columns = namesIn(this.table, 0);
      const first = await rowsOf(this.table, query, { offset: 0, limit: PAGE, columns }, asking.signal);
      this.query = query;
      this.renew(first);
      const hash = queryWritten(query);
      history.replaceState(null, "", `${location.pathname}${location.search}${hash && `#${hash}`}`);
    } catch (error) {
      if (asking === this.asking && !asking.signal.aborted) fail(error, () => void this.ask(query));
    }
    if (asking === this.asking) this.bar.show(this.query);
  }

  /** There are other rows now, of which the first have come. */
  private renew(first: Rows): void {
    Object.assign(this.table, { total: first.total, of: first.of });
    this.pages.clear();
    this.pages.keep(first);
    this.model.reset();
    this.grid.selectionModel?.clear();
    this.grid.scrollTo(this.grid.scrollX, 0);
    this.grow(first, 0);
    this.dress();
    this.pointed();
  }

  private arrived(rows: Rows, block: number): void {
    if (rows.total !== this.table.total) return void this.ask(this.query);
    this.grow(rows, block);
    this.model.show(rows, block);
  }

  /** Make columns as wide as their widest value, up to a bound; they never become narrower. */
  private grow({ rows }: Rows, block: number): void {
    const { columns } = this.table;
    for (const [i, column] of columns.slice(block * BLOCK, (block + 1) * BLOCK).entries()) {
      let widest = "";
      for (const row of rows) {
        const { text } = shown(row[i], column);
        if (text.length > widest.length) widest = text;
      }
      const head = Math.max(widthOf(column.label, true), widthOf(kindOf(column)));
      this.widen(block * BLOCK + i, Math.max(widthOf(widest), head, NARROWEST));
    }
  }

  private widen(index: number, wanted: number): void {
    const width = Math.min(wanted, WIDEST);
    if (width > this.grid.columnSize("body", index)) this.grid.resizeColumn("body", index, width);
  }

  /** Show the statistics of a column, and make room for them. */
  private told(column: TableColumn, stats: Stats | Error): void {
    if (!(stats instanceof Error))
      this.widen(this.table.columns.indexOf(column), widthOf(rangeOf(stats)) * SMALLER);
    this.model.showHeads();
  }

  private painted(): void {
    this.mirror?.follow();
    if (!this.hasStats) return;
    const [first, last] = this.grid.sight?.columns ?? [0, -1];
    this.stats.want(this.table.columns.slice(first, last + 1));
  }

  private showStats(isShown: boolean): void {
    this.hasStats = isShown;
    this.grid.resizeRow("column-header", 0, isShown ? HEAD_WITH_STATS : HEAD);
    this.painted();
  }

  private openMenu(column: number): void {
    const { left } = this.grid.viewport.node.getBoundingClientRect();
    const x = this.grid.headerWidth + this.grid.columnOffset("body", column) - this.grid.scrollX;
    this.menu.open(column, left + x, () => this.grid.viewport.node.focus());
  }

  private copy(hasHeads: boolean): void {
    const selection = this.grid.selectionModel?.currentSelection();
    if (!selection)
      return fail(new Error("Nothing is selected: click a cell, or move to one by the keys."));
    const { r1, r2, c1, c2 } = selection;
    const rows: [number, number] = [Math.min(r1, r2), Math.max(r1, r2)];
    const columns: [number, number] = [Math.min(c1, c2), Math.max(c1, c2)];
    copySelected(this.table, this.query, { rows, columns }, hasHeads).catch((error: unknown) =>
      fail(error),
    );
  }

  /** Say where the cursor is. */
  private pointed(): void {
    this.mirror?.follow();
    const { cursorRow: row = -1, cursorColumn = -1 } = this.grid.selectionModel ?? {};
    const { columns, total, of } = this.table;
    const column = columns[cursorColumn];
    const rows = total === of ? counted(of) : `${counted(total)} of ${counted(of)}`;
    const count = `${rows} rows × ${columns.length} columns`;
    const cell = column && row >= 0 ? shown(this.pages.cell(row, cursorColumn), column).text : "";
    this.place.textContent =
      column && row >= 0 ? `row ${row}, ${column.label}: ${cell}   ·   ${count}` : count;
  }
}

/** A number with spaces between thousands. */
const counted = (count: number): string => count.toLocaleString("en").replaceAll(",", " ");

const sizesOf = ({ of }: Table): DataGrid.DefaultSizes => ({
  rowHeight: ROW,
  columnWidth: NARROWEST,
  rowHeaderWidth: widthOf(String(of)),
  columnHeaderHeight: HEAD,
});
