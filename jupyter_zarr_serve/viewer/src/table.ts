// A table of any length: the rows in sight are asked for, and drawn by Lumino's grid.

import { BasicSelectionModel } from "@lumino/datagrid";
import { Widget } from "@lumino/widgets";
import { make } from "./dom";
import { fail } from "./notices";
import { tellSeen } from "./seen";
import { copySelected } from "./table-copy";
import { follower, resize } from "./table-following";
import { fitTo, followFingers, Grid, Keys, Mouse } from "./table-grid";
import { HEAD, HEAD_WITH_STATS, renderersNow, sizesOf, styleNow } from "./table-look";
import { ColumnMenu } from "./table-menu";
import { Mirror } from "./table-mirror";
import { TableModel } from "./table-model";
import { Pages } from "./table-pages";
import { counted, placeOf } from "./table-place";
import { Plotting } from "./table-plotting";
import { optionsOf, queryRead, queryWritten, toAddress, type Query } from "./table-query";
import { namesIn, openTable, PAGE, rowsOf, type Rows, type Table, type TableColumn } from "./table-source";
import { ColumnStats, type Stats } from "./table-stats";
import { Toolbar } from "./table-toolbar";
import { fitRows, fitStats, NARROWEST } from "./table-widths";
import type { Take } from "./takes";

/** Show the rows of a path in an element; who awaits it sees the first of them. */
export async function showTable(element: HTMLElement, scope: string, path: string): Promise<Take> {
  const query = queryRead(location.hash);
  const [table, first] = await openTable(scope, path, query);
  const view = new TableView(element, table, query, first);
  document.documentElement.dataset["drawn"] = "fine";
  return view.take;
}

class TableView {
  private readonly grid: Grid;
  private readonly model: TableModel;
  private readonly pages: Pages;
  private readonly stats: ColumnStats;
  private readonly mirror: Mirror;
  private readonly menu: ColumnMenu;
  private readonly bar: Toolbar;
  private readonly plotting: Plotting;
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
        rowsOf(table, this.query, { offset, limit: PAGE, columns: namesIn(table, block) }, { signal }),
      inSight: () => this.grid.sight,
      arrived: (rows, block) => this.arrived(rows, block),
      failed: (error) => fail(error, () => this.pages.again()),
    });
    this.pages.keep(first);
    this.stats = new ColumnStats(table.scope, (column, stats) => this.told(column, stats));
    this.model = new TableModel(table, this.pages);
    this.grid = new Grid({ defaultSizes: sizesOf(table.of, NARROWEST), style: styleNow() });
    const ask = (wanted: Query): void => void this.ask(wanted);
    this.plotting = new Plotting(
      table,
      () => this.query,
      () => this.remember(),
    );
    const plot = (column?: TableColumn): void => this.plotting.add(column);
    this.menu = new ColumnMenu(table, this.stats, { query: () => this.query, ask, plot });
    this.bar = new Toolbar(
      {
        menu: () => this.openMenu(Math.max(0, this.grid.selectionModel?.cursorColumn ?? 0)),
        stats: (isShown) => this.showStats(isShown),
        copy: () => this.copy(false),
        plot: () => plot(table.columns[this.grid.selectionModel?.cursorColumn ?? -1]),
        ask,
        cancel: () => this.asking.abort(),
      },
      (name) => table.columns.find((column) => column.name === name)?.label ?? name,
    );
    const host = make("div", { class: "table-grid" });
    element.append(
      make(
        "div",
        { class: "table" },
        this.bar.element,
        this.plotting.element,
        host,
        this.menu.element,
        this.place,
      ),
    );
    this.fill(host);
    this.mirror = new Mirror(this.grid, table, this.pages, `Rows of ${table.path}`);
    fitRows(this.grid, this.table, first, 0);
    this.bar.show(query);
    this.pointed();
    this.plotting.recall(location.hash);
    tellSeen(() => ({ path: table.path, isTable: true, options: optionsOf(this.query) }));
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
    fitTo(grid, host);
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
      const wanted = { offset: 0, limit: PAGE, columns: namesIn(this.table, 0) };
      const first = await rowsOf(this.table, query, wanted, this.bar.asking(asking.signal));
      this.query = query;
      this.renew(first);
      this.remember();
      this.plotting.follow();
    } catch (error) {
      if (asking === this.asking && !asking.signal.aborted) fail(error, () => void this.ask(query));
    }
    if (asking === this.asking) this.bar.show(this.query);
  }

  /** Say in the address what is shown. */
  private remember(): void {
    toAddress(queryWritten(this.query), this.plotting.written());
  }

  /** There are other rows now, of which the first have come. */
  private renew(first: Rows): void {
    Object.assign(this.table, { total: first.total, of: first.of });
    this.pages.clear();
    this.pages.keep(first);
    this.model.reset();
    this.grid.selectionModel?.clear();
    this.grid.scrollTo(this.grid.scrollX, 0);
    fitRows(this.grid, this.table, first, 0);
    this.dress();
    this.pointed();
  }

  private arrived(rows: Rows, block: number): void {
    if (rows.total !== this.table.total) resize(this.table, this.model, this.grid, rows);
    fitRows(this.grid, this.table, rows, block);
    this.model.show(rows, block);
  }

  /** What takes changes of the data. */
  get take(): Take {
    const { table, pages, model, grid, stats } = this;
    const taken = (): void => {
      this.painted();
      this.pointed();
      this.plotting.follow();
    };
    return follower({ table, pages, model, grid, stats, query: () => this.query, taken });
  }

  /** Show the statistics of a column, and make room for them. */
  private told(column: TableColumn, stats: Stats | Error): void {
    fitStats(this.grid, this.table, column, stats);
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
    copySelected(this.table, this.query, selection, hasHeads).catch((error: unknown) => fail(error));
  }

  /** Say where the cursor is. */
  private pointed(): void {
    this.mirror?.follow();
    const { cursorRow: row = -1, cursorColumn = -1 } = this.grid.selectionModel ?? {};
    this.place.textContent = placeOf(this.table, row, cursorColumn, () =>
      this.pages.cell(row, cursorColumn),
    );
  }
}
