// One-dimensional arrays as lines: what lies between the least and the greatest value of each part.

import type uPlot from "uplot";
import { chartOf, sizeOf } from "./chart";
import { the } from "./dom";
import { envelopeOf, type Envelope } from "./envelope";
import { listenToKeys } from "./keys";
import { fail } from "./notices";
import { showPlotPanel } from "./plot-panel";
import { textAt, type Line } from "./plot-readout";
import { isAbort } from "./raster";
import type { Column, Subject } from "./subject";

const COLOURS = ["#1f77b4", "#e8710a", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#17becf"];
const MOST_POINTS = 4000;
const LEAST_SPAN = 8; // elements
const DELAY = 60; // milliseconds that a range must stand before the server is asked

export class Plot {
  private shown: Set<string>;
  private range: [number, number];
  private isLog = false;
  private lines: Line[] = [];
  private coordinate: Envelope | undefined;
  private chart: uPlot | undefined;
  private asking = new AbortController();
  private timer = 0;

  constructor(private subject: Subject) {
    this.range = [0, subject.length];
    this.shown = new Set(subject.columns.slice(0, 1).map(({ name }) => name));
    this.recall();
  }

  async show(): Promise<void> {
    this.panel();
    await this.ask();
    const stage = the("stage");
    new ResizeObserver(() => this.chart?.setSize(sizeOf())).observe(stage);
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    listenToKeys({
      ArrowLeft: () => this.pan(-0.2),
      ArrowRight: () => this.pan(0.2),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      "0": () => this.go(0, this.subject.length),
    });
    const redraw = new MutationObserver(() => this.chart?.redraw(false));
    redraw.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.tell();
  }

  /** Draw the data as they are now; false if they have other columns. Who looks at the end sees what is appended. */
  async take(subject: Subject): Promise<boolean> {
    const names = ({ columns }: Subject): string => JSON.stringify(columns.map(({ name }) => name));
    if (names(subject) !== names(this.subject)) return false;
    const [{ length }, [start, stop]] = [this.subject, this.range];
    this.subject = subject;
    if (stop >= length) this.range = [start === 0 ? 0 : start + subject.length - length, subject.length];
    this.range[0] = Math.max(0, Math.min(this.range[0], subject.length - LEAST_SPAN));
    this.range[1] = Math.min(this.range[1], subject.length);
    this.tell();
    await this.ask();
    return true;
  }

  private tell(): void {
    const { columns, length } = this.subject;
    the("facts").textContent = `${columns.length > 1 ? "rows" : "elements"}: ${length}`;
  }

  /** Ask for the present range, and draw the answer. */
  private async ask(): Promise<void> {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const { scope, columns, coordinate } = this.subject;
    const points = Math.min(MOST_POINTS, Math.max(200, Math.round(sizeOf().width)));
    const wanted = columns.filter(({ name }) => this.shown.has(name));
    const get = (column: Column): Promise<Envelope> =>
      envelopeOf(scope, column, this.range, points, signal);
    try {
      const [along, ...envelopes] = await Promise.all([
        coordinate && get(coordinate),
        ...wanted.map((column) => get(column)),
      ]);
      this.coordinate = along;
      this.lines = wanted.map((column, i) => ({
        name: column.name,
        colour: this.colour(column),
        envelope: envelopes[i] as Envelope,
      }));
      this.draw();
      this.remember();
      document.documentElement.dataset["drawn"] = "fine";
    } catch (error) {
      if (!isAbort(error)) fail(error, () => void this.ask());
    }
  }

  private draw(): void {
    this.chart?.destroy();
    this.chart = chartOf(this.lines, this.coordinate, this.isLog, {
      pointed: (index) => {
        const { along } = this.subject;
        the("readout").textContent =
          index === undefined ? "" : textAt(this.lines, along, this.coordinate, index);
      },
      chosen: (start, stop) => this.go(start, stop),
    });
  }

  private colour({ name }: Column): string {
    const index = this.subject.columns.findIndex((column) => column.name === name);
    return COLOURS[index % COLOURS.length] ?? "#888888";
  }

  /** Show another range, once it stands still. */
  private go(start: number, stop: number): void {
    const { length } = this.subject;
    const span = Math.min(Math.max(Math.ceil(stop - start), LEAST_SPAN), length);
    const first = Math.round(Math.min(Math.max(start, 0), length - span));
    this.range = [first, first + span];
    this.chart?.setScale("x", { min: first, max: Math.max(first + span - 1, first + 1) });
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), DELAY);
  }

  private zoom(factor: number, share = 0.5): void {
    const [start, stop] = this.range;
    const at = start + (stop - start) * share;
    this.go(at - (at - start) * factor, at + (stop - at) * factor);
  }

  private pan(share: number): void {
    const by = (this.range[1] - this.range[0]) * share;
    this.go(this.range[0] + by, this.range[1] + by);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { left, width } =
      this.chart?.over.getBoundingClientRect() ?? the("stage").getBoundingClientRect();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.pan((event.deltaX || event.deltaY) / width);
    } else {
      this.zoom(1.002 ** event.deltaY, Math.min(Math.max((event.clientX - left) / width, 0), 1));
    }
  }

  private panel(): void {
    showPlotPanel(this.subject.columns, this.isLog, this.shown, (column) => this.colour(column), {
      logged: (isLog) => {
        this.isLog = isLog;
        void this.ask();
      },
      changed: () => void this.ask(),
      zoom: (factor) => this.zoom(factor),
      pan: (share) => this.pan(share),
      all: () => this.go(0, this.subject.length),
    });
  }

  private remember(): void {
    const parts = new URLSearchParams({ start: String(this.range[0]), stop: String(this.range[1]) });
    for (const name of this.shown) parts.append("column", name);
    if (this.isLog) parts.set("log", "1");
    history.replaceState(null, "", `${location.pathname}${location.search}#${parts}`);
  }

  private recall(): void {
    const parts = new URLSearchParams(location.hash.slice(1));
    const [start, stop] = [Number(parts.get("start") ?? NaN), Number(parts.get("stop") ?? NaN)];
    if (start >= 0 && stop > start && stop <= this.subject.length)
      this.range = [Math.floor(start), Math.floor(stop)];
    const known = new Set(this.subject.columns.map(({ name }) => name));
    const columns = parts.getAll("column").filter((name) => known.has(name));
    if (columns.length) this.shown = new Set(columns);
    this.isLog = parts.get("log") === "1";
  }
}
