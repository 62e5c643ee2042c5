// The table as the grid knows it: cells, names of columns, numbers of rows.

import { DataModel } from "@lumino/datagrid";
import type { Pages } from "./table-pages";
import { BLOCK, type Cell, type Rows, type Table } from "./table-source";

export class TableModel extends DataModel {
  constructor(
    private readonly table: Table,
    private readonly pages: Pages,
  ) {
    super();
  }

  override rowCount(region: DataModel.RowRegion): number {
    return region === "body" ? this.table.total : 1;
  }

  override columnCount(region: DataModel.ColumnRegion): number {
    return region === "body" ? this.table.columns.length : 1;
  }

  override data(region: DataModel.CellRegion, row: number, column: number): Cell | undefined | number {
    if (region === "body") return this.pages.cell(row, column);
    if (region === "column-header") return this.table.columns[column]?.label;
    return region === "row-header" ? row : "";
  }

  /** Rows have come, with the columns of a block. */
  show({ offset, rows, columns }: Rows, block: number): void {
    if (!rows.length) return;
    this.emitChanged({
      type: "cells-changed",
      region: "body",
      row: offset,
      column: block * BLOCK,
      rowSpan: rows.length,
      columnSpan: columns.length,
    });
  }

  /** The heads say something else. */
  showHeads(): void {
    this.emitChanged({
      type: "cells-changed",
      region: "column-header",
      row: 0,
      column: 0,
      rowSpan: 1,
      columnSpan: this.table.columns.length,
    });
  }

  /** There are more rows at the end, or fewer. */
  resize(before: number, now: number): void {
    if (now > before)
      this.emitChanged({ type: "rows-inserted", region: "body", index: before, span: now - before });
    if (now < before)
      this.emitChanged({ type: "rows-removed", region: "body", index: now, span: before - now });
  }

  /** There are other rows now. */
  reset(): void {
    this.emitChanged({ type: "model-reset" });
  }
}
