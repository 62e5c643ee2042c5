// The menu of a column: what its values are like, and what can be done with it.

import { button, row } from "./controls";
import { make } from "./dom";
import { hasPlaces } from "./table-axis";
import { kindOf } from "./table-cells";
import { choosing } from "./table-choosing";
import type { Query } from "./table-query";
import type { Table, TableColumn } from "./table-source";
import { hasStats, statsOf, type ColumnStats, type Stats } from "./table-stats";

interface Actions {
  query: () => Query;
  /** Other rows are wanted, or another order. */
  ask: (query: Query) => void;
  plot: (column: TableColumn) => void;
}

export class ColumnMenu {
  readonly element = make("div", { class: "table-menu", role: "dialog", tabindex: -1, hidden: true });
  private asking = new AbortController();
  private closed = (): void => {};

  constructor(
    private readonly table: Table,
    private readonly stats: ColumnStats,
    private readonly actions: Actions,
  ) {
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.element.contains(target as Node)) this.close(false);
    });
  }

  /** Open it at a column, which begins at a place of the page; `closed` is called when it goes by the keys. */
  open(index: number, x: number, closed: () => void): void {
    const column = this.table.columns[index];
    if (!column) return;
    const { element } = this;
    this.closed = closed;
    element.setAttribute("aria-label", `Column ${column.label}`);
    const title = make("h2", {}, column.label);
    const shut = button("×", "Close", () => this.close());
    element.replaceChildren(
      make("div", { class: "row" }, title, shut),
      make("div", { class: "kind" }, kindOf(column)),
      ...choosing(column, this.actions.query(), (query) => {
        this.close();
        this.actions.ask(query);
      }),
      ...this.plotting(column),
      this.summary(column),
    );
    element.hidden = false;
    const around = element.parentElement?.getBoundingClientRect();
    const most = (around?.width ?? 0) - element.offsetWidth - 8;
    element.style.left = `${Math.max(8, Math.min(x - (around?.left ?? 0), most))}px`;
    element.focus();
  }

  close(isByKey = true): void {
    if (this.element.hidden) return;
    this.asking.abort();
    this.element.hidden = true;
    if (isByKey) this.closed();
  }

  /** What plots the column. */
  private plotting(column: TableColumn): HTMLElement[] {
    if (!hasPlaces(column)) return [];
    const click = (): void => {
      this.close();
      this.actions.plot(column);
    };
    return [row(button("Plot", "Plot the column, alone or with others, along any of them", click))];
  }

  /** The statistics, as soon as they are there. */
  private summary(column: TableColumn): HTMLElement {
    const place = make("div", { class: "table-summary", role: "status" });
    if (!hasStats(column)) {
      place.append("Only columns of numbers and times have statistics.");
      return place;
    }
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const known = this.stats.get(column);
    place.append("Reading…");
    const found =
      known && !(known instanceof Error)
        ? Promise.resolve(known)
        : statsOf(this.table.scope, column, signal);
    found.then(
      (stats) => place.replaceChildren(...told(stats)),
      (error: unknown) => {
        if (!signal.aborted)
          place.replaceChildren(make("div", { class: "failure" }, String((error as Error).message)));
      },
    );
    return place;
  }
}

function told(stats: Stats): HTMLElement[] {
  const { min, max, missing, infinite, count, isSampled, counts } = stats;
  const facts: [string, string][] = [
    ["least", min ?? "–"],
    ["greatest", max ?? "–"],
    ["missing", String(missing)],
    ...(infinite ? [["infinite", String(infinite)] as [string, string]] : []),
    ["values", String(count)],
  ];
  if (isSampled) facts.push(["read", "a sample of the rows"]);
  const terms = facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return [histogram(counts), make("dl", {}, ...terms)];
}

const WIDE = 256; // of the picture of a histogram
const TALL = 48;

/** How many values are in each part of the range, as bars. */
function histogram(counts: number[]): HTMLElement {
  const canvas = make("canvas", { width: WIDE, height: TALL, "aria-hidden": "true" });
  const most = Math.max(1, ...counts);
  const drawing = canvas.getContext("2d");
  if (drawing) drawing.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--brand");
  counts.forEach((count, i) => {
    const tall = (count / most) * TALL;
    const wide = WIDE / counts.length;
    if (count)
      drawing?.fillRect(i * wide, TALL - Math.max(1, tall), Math.max(1, wide - 1), Math.max(1, tall));
  });
  return canvas;
}
