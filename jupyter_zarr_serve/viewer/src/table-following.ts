// A table that follows its data: what is in sight is read again, and rows come and go where they are.

import type { Grid } from "./table-grid";
import { widthOf } from "./table-look";
import type { TableModel } from "./table-model";
import type { Pages } from "./table-pages";
import type { Query } from "./table-query";
import { openTable, type Rows, type Table } from "./table-source";
import type { ColumnStats } from "./table-stats";
import { fitRows } from "./table-widths";
import type { Take } from "./takes";

interface Followed {
  table: Table;
  pages: Pages;
  model: TableModel;
  grid: Grid;
  stats: ColumnStats;
  query: () => Query;
  /** What is in sight is there, and shown. */
  taken: () => void;
}

/** Reads again what is in sight, and shows it at once; opens the page anew where there are other columns. */
export function follower({ table, pages, model, grid, stats, query, taken }: Followed): Take {
  return async ({ kind }) => {
    if (kind !== "data") {
      const [now] = await openTable(table.scope, table.path, query());
      if (JSON.stringify(now.columns) !== JSON.stringify(table.columns)) return location.reload();
    }
    const found = await pages.readSight();
    pages.clear();
    for (const [rows, block] of found) pages.keep(rows, block);
    const [first] = found;
    if (first) resize(table, model, grid, first[0]);
    for (const [rows, block] of found) {
      fitRows(grid, table, rows, block);
      model.show(rows, block);
    }
    stats.forget();
    taken();
  };
}

/** Take the number of rows that there are now; whoever looks at some of them goes on doing so. */
export function resize(table: Table, model: TableModel, grid: Grid, { total, of }: Rows): void {
  const before = table.total;
  Object.assign(table, { total, of });
  model.resize(before, total);
  const wide = widthOf(String(of));
  if (wide > grid.columnSize("row-header", 0)) grid.resizeColumn("row-header", 0, wide);
}
