// What a table has of its plot before there is one: its place, what the address says of it, and how its code is loaded.

import { make } from "./dom";
import { fail } from "./notices";
import type { TablePlot } from "./table-plot";
import type { Plotted } from "./table-points";
import type { Query } from "./table-query";
import type { Table, TableColumn } from "./table-source";

export class Plotting {
  readonly element = make("section", { class: "table-plot", "aria-label": "Plot", hidden: true });
  private plot: TablePlot | undefined;
  private shown: Plotted | undefined;

  constructor(
    private readonly table: Table,
    private readonly query: () => Query,
    /** The address is to say what is plotted. */
    private readonly changed: () => void,
  ) {}

  /** Plot a column, along with those that are plotted already. */
  add(column: TableColumn | undefined): void {
    const { columns } = this.table;
    const isNumber = ({ dtype }: TableColumn): boolean => /^(u?int|float|complex)/.test(dtype);
    const wanted = column ?? columns.find(isNumber) ?? columns[0];
    if (!wanted) return;
    if (this.plot) return this.plot.add(wanted);
    const along = columns.find((other) => other !== wanted && isTime(other));
    this.begin({ x: along, ys: [wanted], isJoined: false, isLog: { x: false, y: false } });
  }

  /** Other rows are chosen. */
  follow(): void {
    this.plot?.follow();
  }

  /** What to write behind the `#`. */
  written(): string {
    if (!this.shown) return "";
    const { x, ys, isJoined, isLog } = this.shown;
    const parts = new URLSearchParams(ys.map(({ name }) => ["y", name]));
    if (x) parts.set("x", x.name);
    if (isJoined) parts.set("joined", "1");
    const logs = Object.entries(isLog).flatMap(([axis, isIt]) => (isIt ? [axis] : []));
    if (logs.length) parts.set("log", logs.join(""));
    return parts.toString();
  }

  /** Plot what an address says, if it says it of columns that are there. */
  recall(hash: string): void {
    const parts = new URLSearchParams(hash.replace(/^#/, ""));
    const named = (name: string | null): TableColumn | undefined =>
      this.table.columns.find((column) => column.name === name);
    const ys = parts.getAll("y").flatMap((name) => named(name) ?? []);
    if (!ys.length) return;
    const logs = parts.get("log") ?? "";
    const isLog = { x: logs.includes("x"), y: logs.includes("y") };
    this.begin({ x: named(parts.get("x")), ys, isJoined: parts.get("joined") === "1", isLog });
  }

  private begin(shown: Plotted): void {
    import("./table-plot").then(
      ({ TablePlot }) => {
        this.plot ??= new TablePlot(this.element, this.table, shown, {
          query: this.query,
          changed: (now) => {
            this.shown = now;
            this.changed();
          },
        });
      },
      (error: unknown) => fail(error, () => this.begin(shown)),
    );
  }
}

const isTime = ({ dtype, meaning }: TableColumn): boolean =>
  /^(numpy\.)?datetime64/.test(dtype) || meaning?.time !== undefined;
