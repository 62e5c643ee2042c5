// A plot of columns above the rows: which columns, as points or lines, what is drawn of them, and what is not.

import type uPlot from "uplot";
import { button } from "./controls";
import { hand, make } from "./dom";
import { fail } from "./notices";
import { isAbort } from "./raster";
import { hasPlaces } from "./table-axis";
import { COLOURS, tableChart } from "./table-chart";
import { pointsOf, wordsFor, type Plotted, type Points } from "./table-points";
import type { Condition, Query } from "./table-query";
import type { Table, TableColumn } from "./table-source";

const MOST_AXES = 8;
const ROW = "\n"; // no column has this name among the options, as lines do not go into them

interface Actions {
  query: () => Query;
  /** Another plot is shown, or none. */
  changed: (shown: Plotted | undefined) => void;
}

export class TablePlot {
  private readonly bar = make("div", { class: "table-bar", role: "toolbar", "aria-label": "Plot" });
  private readonly stage = make("div", { class: "table-chart" });
  private readonly place = make("div", { class: "table-plot-place", role: "status" });
  private points: Points | undefined;
  private chart: uPlot | undefined;
  private within: [number, number] | undefined;
  private asking = new AbortController();

  constructor(
    private readonly element: HTMLElement,
    private readonly table: Table,
    private shown: Plotted,
    private readonly actions: Actions,
  ) {
    element.append(this.bar, this.stage, this.place);
    element.hidden = false;
    new ResizeObserver(() => this.fit()).observe(this.stage);
    const redraw = new MutationObserver(() => this.chart?.redraw(false));
    redraw.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.show(shown);
  }

  /** Plot other columns, or others as well. */
  show(shown: Plotted): void {
    this.element.hidden = false;
    this.shown = shown;
    this.within = undefined;
    this.actions.changed(shown);
    this.controls();
    void this.ask();
  }

  add(column: TableColumn): void {
    const { ys } = this.shown;
    if (!ys.includes(column)) this.show({ ...this.shown, ys: [...ys, column].slice(-MOST_AXES) });
    else if (this.element.hidden) this.show(this.shown);
  }

  /** Other rows are chosen. */
  follow(): void {
    if (this.element.hidden) return;
    this.within = undefined;
    void this.ask();
  }

  close(): void {
    this.asking.abort();
    this.element.hidden = true;
    this.actions.changed(undefined);
  }

  /** Ask for what is to be drawn, and draw it. */
  private async ask(): Promise<void> {
    this.asking.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.place.textContent = "Reading…";
    delete this.stage.dataset["points"];
    try {
      const query = this.actions.query();
      const points = await pointsOf(this.table, this.shown, query, this.bounds(), asking.signal);
      if (asking !== this.asking) return;
      this.points = points;
      this.draw();
    } catch (error) {
      if (isAbort(error)) return;
      this.place.textContent = "";
      fail(error, () => void this.ask());
    }
  }

  /** What the server is told of the part that is seen. */
  private bounds(): Condition[] | [number, number] | undefined {
    if (!this.within || !this.points) return undefined;
    const { x } = this.points;
    return x.column ? x.between(...this.within) : this.within;
  }

  private draw(): void {
    this.chart?.destroy();
    const { points } = this;
    if (!points) return;
    this.chart = tableChart(this.stage, points, this.shown, this.within, {
      pointed: (index, series) => this.pointed(index, series),
      chosen: (from, to) => this.zoom([from, to]),
    });
    this.pointed(undefined, 0);
    this.stage.dataset["points"] = String(points.rows.length);
  }

  private zoom(within: [number, number] | undefined): void {
    this.within = within;
    if (this.points?.isReduced || !within) void this.ask();
    else this.draw();
  }

  private pointed(index: number | undefined, series: number): void {
    const { points, shown } = this;
    if (!points) return;
    if (index === undefined) {
      this.place.textContent = wordsFor(points, shown);
      return;
    }
    const axes = shown.isJoined ? [points.x, ...points.ys] : [points.x, points.ys[series]];
    const values = axes.flatMap((axis) =>
      axis?.column ? [`${axis.label} = ${axis.exactly(axis.told.values[index] ?? null)}`] : [],
    );
    this.place.textContent = [`row ${points.rows[index]}`, ...values].join("   ·   ");
  }

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (width && height) this.chart?.setSize({ width, height });
  }

  private controls(): void {
    const { shown, table } = this;
    const columns = table.columns.filter(hasPlaces);
    const named = (name: string): TableColumn | undefined => columns.find((column) => column.name === name);
    const along = make(
      "select",
      { id: "plot-x", "aria-label": "Along", change: () => this.show({ ...shown, x: named(along.value) }) },
      make("option", { value: ROW }, "row"),
      ...columns.map(({ name, label }) => make("option", { value: name }, label)),
    );
    along.value = shown.x?.name ?? ROW;
    const added = (): void => {
      const column = named(adding.value);
      if (column) this.add(column);
    };
    const others = columns.filter((column) => !shown.ys.includes(column));
    const adding = make(
      "select",
      { id: "plot-y", "aria-label": "Add a column", change: added },
      make("option", { value: ROW }, "Add a column…"),
      ...others.map(({ name, label }) => make("option", { value: name }, label)),
    );
    adding.disabled = shown.ys.length >= MOST_AXES || !others.length;
    const kind = (label: string, title: string, isJoined: boolean): HTMLElement => {
      const made = button(label, title, () => this.show({ ...shown, isJoined }));
      made.setAttribute("aria-pressed", String(shown.isJoined === isJoined));
      return made;
    };
    this.bar.replaceChildren(
      ...shown.ys.map((column, at) => this.chip(column, at)),
      adding,
      make("label", { for: "plot-x" }, "along"),
      along,
      kind("Points", "One point for each row", false),
      kind("Lines", "Lines that join the rows in the order of the values along the axis", true),
      this.scale("Log x", "x"),
      this.scale("Log y", "y"),
      button("All", "Show all again", () => this.zoom(undefined)),
      button("PNG", "Save the plot as a picture", () => this.save()),
      button("×", "Close the plot", () => this.close()),
    );
  }

  /** A switch of logarithms; times and texts have none. */
  private scale(label: string, axis: "x" | "y"): HTMLElement {
    const { shown } = this;
    const change = (): void => {
      this.shown = { ...shown, isLog: { ...shown.isLog, [axis]: !shown.isLog[axis] } };
      this.actions.changed(this.shown);
      this.controls();
      void this.ask(); // other rows make the picture
    };
    const made = button(label, "A logarithmic axis", change);
    made.setAttribute("aria-pressed", String(shown.isLog[axis]));
    return made;
  }

  private chip(column: TableColumn, at: number): HTMLElement {
    const { ys } = this.shown;
    const rest = ys.filter((other) => other !== column);
    const leave = (): void => (rest.length ? this.show({ ...this.shown, ys: rest }) : this.close());
    const made = button(`${column.label} ×`, `Do without ${column.label}`, leave);
    made.classList.add("chip");
    made.style.borderColor = COLOURS[at % COLOURS.length] ?? "";
    return made;
  }

  private save(): void {
    const canvas = this.stage.querySelector("canvas");
    const drawing = make("canvas", { width: canvas?.width ?? 0, height: canvas?.height ?? 0 });
    const context = drawing.getContext("2d");
    if (!canvas || !context) return;
    context.fillStyle = getComputedStyle(this.element).backgroundColor;
    context.fillRect(0, 0, drawing.width, drawing.height);
    context.drawImage(canvas, 0, 0);
    const name = `${this.table.path.split("/").at(-1) || "table"}.png`;
    drawing.toBlob((body) => body && hand(body, name), "image/png");
  }
}
