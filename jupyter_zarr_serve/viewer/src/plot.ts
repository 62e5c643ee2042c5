// One-dimensional arrays as lines: what lies between the least and the greatest value of each part.

import uPlot from "uplot";
import { the, told } from "./dom";
import { envelopeOf, words, type Envelope } from "./envelope";
import { isAbort } from "./raster";
import { fail } from "./notices";
import { showPlotPanel } from "./plot-panel";
import type { Column, Subject } from "./subject";

interface Line {
  column: Column;
  envelope: Envelope;
}

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
  private plot: uPlot | undefined;
  private asking = new AbortController();
  private timer = 0;

  constructor(private readonly subject: Subject) {
    this.range = [0, subject.length];
    this.shown = new Set(subject.columns.slice(0, 1).map(({ name }) => name));
    this.recall();
  }

  async show(): Promise<void> {
    this.panel();
    await this.ask();
    const stage = the("stage");
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(stage);
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    document.addEventListener("keydown", (event) => this.press(event));
    const redraw = new MutationObserver(() => this.plot?.redraw(false));
    redraw.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    the("facts").textContent =
      `${this.subject.columns.length > 1 ? "rows" : "elements"}: ${this.subject.length}`;
  }

  /** Ask for the present range, and draw the answer. */
  private async ask(): Promise<void> {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const { scope, columns, coordinate } = this.subject;
    const points = Math.min(MOST_POINTS, Math.max(200, Math.round(this.size().width)));
    const wanted = columns.filter(({ name }) => this.shown.has(name));
    const get = (path: string): Promise<Envelope> => envelopeOf(scope, path, this.range, points, signal);
    try {
      const [along, ...envelopes] = await Promise.all([
        coordinate && get(coordinate.path),
        ...wanted.map(({ path }) => get(path)),
      ]);
      this.coordinate = along;
      this.lines = wanted.map((column, i) => ({ column, envelope: envelopes[i] as Envelope }));
      this.draw();
      this.remember();
      document.documentElement.dataset["drawn"] = "fine";
    } catch (error) {
      if (!isAbort(error)) fail(error, () => void this.ask());
    }
  }

  private draw(): void {
    const [first] = this.lines;
    this.plot?.destroy();
    this.plot = undefined;
    if (!first) return;
    const { start, step, min } = first.envelope;
    const places = min.map((_, i) => start + i * step + (step - 1) / 2);
    const values = this.lines.flatMap(({ envelope }) => [this.bent(envelope.max), this.bent(envelope.min)]);
    this.plot = new uPlot(this.options(), [places, ...values] as uPlot.AlignedData, the("stage"));
  }

  /** Without what has no logarithm. */
  private bent(values: (number | null)[]): (number | null)[] {
    return this.isLog ? values.map((value) => (value !== null && value > 0 ? value : null)) : values;
  }

  private options(): uPlot.Options {
    const css = (name: string) => (): string =>
      getComputedStyle(document.documentElement).getPropertyValue(name);
    const look = {
      stroke: css("--faint"),
      grid: { stroke: css("--line"), width: 1 },
      ticks: { stroke: css("--line") },
    };
    const series = this.lines.flatMap(({ column }) => {
      const stroke = this.colour(column);
      const common = { stroke, width: 1, points: { show: this.isFine() } };
      return [
        { ...common, label: column.name },
        { ...common, label: `${column.name} (least)` },
      ];
    });
    const bands = this.lines.map(
      ({ column }, i): uPlot.Band => ({
        series: [2 * i + 1, 2 * i + 2],
        fill: `${this.colour(column)}40`,
      }),
    );
    const time = this.lines[0]?.envelope.time;
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { drag: { x: true, y: false }, y: false, points: { size: 7 } },
      scales: { x: { time: false }, y: { distr: this.isLog ? 3 : 1 } },
      axes: [
        { ...look, values: (_, places) => places.map((place) => this.where(place, this.span())), size: 40 },
        {
          ...look,
          size: 78,
          values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : words(tick, time, 1))),
        },
      ],
      series: [{}, ...series],
      bands,
      hooks: {
        setCursor: [(plot) => this.tell(plot.cursor.idx)],
        setSelect: [(plot) => this.select(plot)],
      },
    };
  }

  private size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = the("stage");
    return { width: clientWidth, height: clientHeight };
  }

  private isFine(): boolean {
    return (this.lines[0]?.envelope.min.length ?? 0) < this.size().width / 8;
  }

  private colour({ name }: Column): string {
    const index = this.subject.columns.findIndex((column) => column.name === name);
    return COLOURS[index % COLOURS.length] ?? "#888888";
  }

  /** A place along the axis: its coordinate, or its number. */
  private where(place: number, span = 0): string {
    const along = this.coordinate;
    if (!along) return told(Math.round(place * 2) / 2);
    const index = Math.min(
      Math.max(Math.round((place - along.start) / along.step), 0),
      along.min.length - 1,
    );
    const value = along.min[index];
    return value === null || value === undefined ? "" : words(value, along.time, span);
  }

  /** How far the coordinate goes. */
  private span(): number {
    const [first, last] = [this.coordinate?.min[0] ?? 0, this.coordinate?.min.at(-1) ?? 0];
    return Math.abs(last - first) || 1;
  }

  private tell(index: number | null | undefined): void {
    const { along } = this.subject;
    if (index === null || index === undefined) {
      the("readout").textContent = "";
      return;
    }
    const [first] = this.lines;
    const { start = 0, step = 1, stop = 0 } = first?.envelope ?? {};
    const from = start + index * step;
    const to = Math.min(from + step, stop) - 1;
    const place = `${along} ${this.coordinate ? `${this.where(from)} (${from}${to > from ? `–${to}` : ""})` : to > from ? `${from}–${to}` : from}`;
    const values = this.lines.map(
      ({ column, envelope }) => `${column.name} = ${this.value(envelope, index)}`,
    );
    the("readout").textContent = [place, ...values].join("   ");
  }

  private value({ min, max, time }: Envelope, index: number): string {
    const [low, high] = [min[index], max[index]];
    if (low === null || low === undefined || high === null || high === undefined) return "NaN";
    return low === high ? words(low, time) : `${words(low, time)} … ${words(high, time)}`;
  }

  private select(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 2) return;
    const places = [left, left + width].map((pixel) => plot.posToVal(pixel, "x"));
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.go(places[0] ?? 0, places[1] ?? 0);
  }

  /** Show another range, once it stands still. */
  private go(start: number, stop: number): void {
    const { length } = this.subject;
    const span = Math.min(Math.max(Math.ceil(stop - start), LEAST_SPAN), length);
    const first = Math.round(Math.min(Math.max(start, 0), length - span));
    this.range = [first, first + span];
    this.plot?.setScale("x", { min: first, max: Math.max(first + span - 1, first + 1) });
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
    const { left, width } = this.plot?.over.getBoundingClientRect() ?? the("stage").getBoundingClientRect();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.pan((event.deltaX || event.deltaY) / width);
    } else {
      this.zoom(1.002 ** event.deltaY, Math.min(Math.max((event.clientX - left) / width, 0), 1));
    }
  }

  private press(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select")) return;
    const act = {
      ArrowLeft: () => this.pan(-0.2),
      ArrowRight: () => this.pan(0.2),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      "0": () => this.go(0, this.subject.length),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
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
