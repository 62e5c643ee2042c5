// Lumino's grid, which says when it has painted; and keys and clicks as people know them of tables.

import { BasicKeyHandler, BasicMouseHandler, DataGrid } from "@lumino/datagrid";
import { MessageLoop } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { isInMenu } from "./table-look";
import type { Sight } from "./table-pages";

export class Grid extends DataGrid {
  /** Called after anything was painted anew. */
  painted = (): void => {};

  protected override paintContent(rx: number, ry: number, rw: number, rh: number): void {
    super.paintContent(rx, ry, rw, rh);
    this.painted();
  }

  /** What is on the screen; undefined where there is no cell. */
  get sight(): Sight | undefined {
    const { firstRow = -1, lastRow = -1, firstColumn = -1, lastColumn = -1 } = this.currentViewport ?? {};
    const [rows, columns] = [this.rowCount("body"), this.columnCount("body")];
    if (firstRow < 0 || firstColumn < 0 || !rows || !columns) return undefined;
    return {
      rows: [firstRow, lastRow < 0 ? rows - 1 : lastRow],
      columns: [firstColumn, lastColumn < 0 ? columns - 1 : lastColumn],
    };
  }

  /** Go to a cell; with `isExtended` the selection reaches to it. */
  go(row: number, column: number, isExtended = false): void {
    const model = this.selectionModel;
    if (!model) return;
    const [r2, c2] = [within(row, this.rowCount("body")), within(column, this.columnCount("body"))];
    const isFrom = isExtended && model.cursorRow >= 0;
    const [r1, c1] = isFrom ? [model.cursorRow, model.cursorColumn] : [r2, c2];
    model.select({ r1, c1, r2, c2, cursorRow: r1, cursorColumn: c1, clear: "all" });
    this.scrollToCell(r2, c2);
  }
}

const within = (index: number, count: number): number => Math.min(Math.max(index, 0), count - 1);

interface Wishes {
  copy: (hasHeads: boolean) => void;
  menu: (column: number) => void;
  find: () => void;
}

/** Lumino's keys, and those that are missing there; Tab leaves the grid. */
export class Keys extends BasicKeyHandler {
  constructor(private readonly wishes: Wishes) {
    super();
  }

  override onKeyDown(grid: DataGrid, event: KeyboardEvent): void {
    if (event.key === "Tab") return;
    const taken = this.act(grid as Grid, event);
    if (!taken) return super.onKeyDown(grid, event);
    event.preventDefault();
    event.stopPropagation();
  }

  /** Whether the key is one of ours. */
  private act(grid: Grid, { key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
    const model = grid.selectionModel;
    const reached = shiftKey ? model?.currentSelection() : undefined;
    const [row, column] = [reached?.r2 ?? model?.cursorRow ?? 0, reached?.c2 ?? model?.cursorColumn ?? 0];
    const isFar = ctrlKey || metaKey;
    if (key === "Home") grid.go(isFar ? 0 : row, 0, shiftKey);
    else if (key === "End") grid.go(isFar ? Infinity : row, Infinity, shiftKey);
    else if (isFar && key.toLowerCase() === "c") this.wishes.copy(shiftKey);
    else if (isFar && key.toLowerCase() === "a") selectAll(grid);
    else if (isFar && key.toLowerCase() === "f") this.wishes.find();
    else if (altKey && key === "ArrowDown") this.wishes.menu(Math.max(column, 0));
    else return false;
    return true;
  }
}

/** Keep it as large as its place. */
export function fitTo(grid: DataGrid, host: HTMLElement): void {
  const fit = (): void => MessageLoop.postMessage(grid, Widget.ResizeMessage.UnknownSize);
  new ResizeObserver(fit).observe(host);
}

/** Scroll by a finger, which Lumino does not know. */
export function followFingers(grid: DataGrid): void {
  const { node } = grid.viewport;
  let last: [number, number] | undefined;
  const isTouch = ({ pointerType }: PointerEvent): boolean => pointerType === "touch";
  node.addEventListener("pointerdown", (event) => {
    last = isTouch(event) ? [event.clientX, event.clientY] : undefined;
  });
  node.addEventListener("pointermove", (event) => {
    if (!last || !isTouch(event)) return;
    grid.scrollBy(last[0] - event.clientX, last[1] - event.clientY);
    last = [event.clientX, event.clientY];
  });
}

function selectAll(grid: DataGrid): void {
  const model = grid.selectionModel;
  if (!model) return;
  const [cursorRow, cursorColumn] = [Math.max(model.cursorRow, 0), Math.max(model.cursorColumn, 0)];
  model.select({ r1: 0, c1: 0, r2: Infinity, c2: Infinity, cursorRow, cursorColumn, clear: "all" });
}

/** Lumino's mouse; the mark in a head opens its menu. */
export class Mouse extends BasicMouseHandler {
  constructor(private readonly wishes: Pick<Wishes, "menu">) {
    super();
  }

  override onMouseDown(grid: DataGrid, event: MouseEvent): void {
    const hit = grid.hitTest(event.clientX, event.clientY);
    const isMenu = hit.region === "column-header" && isInMenu(hit.width - hit.x) && hit.width - hit.x > 5;
    if (!isMenu) return super.onMouseDown(grid, event);
    this.wishes.menu(hit.column);
    event.preventDefault();
  }
}
