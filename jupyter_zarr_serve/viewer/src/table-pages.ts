// Pages of rows: asked for when they come into sight, cancelled when they leave it, kept while there is room.

import { BLOCK, PAGE, type Cell, type Rows } from "./table-source";

const MOST_CELLS = 1 << 19; // that are kept
const PAUSE = 30; // milliseconds between looks at what is in sight, while somebody scrolls

/** The first and the last row on the screen, and the first and the last column. */
export interface Sight {
  rows: [number, number];
  columns: [number, number];
}

interface Actions {
  /** Rows from a place on, with the columns of a block. */
  read: (offset: number, block: number, signal: AbortSignal) => Promise<Rows>;
  /** Undefined while nothing is on the screen. */
  inSight: () => Sight | undefined;
  arrived: (rows: Rows, block: number) => void;
  failed: (error: unknown) => void;
}

interface Page {
  number: number;
  block: number;
}

const keyOf = ({ number, block }: Page): string => `${block}/${number}`;

export class Pages {
  private readonly known = new Map<string, Cell[][]>();
  private readonly asked = new Map<string, AbortController>();
  private readonly refused = new Set<string>();
  private timer = 0;

  constructor(private readonly actions: Actions) {}

  /** A cell; undefined while it is not there. */
  cell(row: number, column: number): Cell | undefined {
    const page = { number: Math.floor(row / PAGE), block: Math.floor(column / BLOCK) };
    const key = keyOf(page);
    const rows = this.known.get(key);
    if (!rows && !this.refused.has(key)) this.timer ||= window.setTimeout(() => this.look(), PAUSE);
    return rows?.[row - page.number * PAGE]?.[column - page.block * BLOCK];
  }

  /** Keep rows that are there. */
  keep(rows: Rows, block = 0): void {
    const key = keyOf({ number: Math.floor(rows.offset / PAGE), block });
    this.known.delete(key);
    this.known.set(key, rows.rows);
    const most = Math.max(8, MOST_CELLS / (PAGE * Math.max(1, rows.columns.length)));
    for (const [other] of this.known) {
      if (this.known.size <= most) break;
      this.known.delete(other);
    }
  }

  /** Forget all, as what the rows are has changed. */
  clear(): void {
    for (const asking of this.asked.values()) asking.abort();
    for (const pages of [this.asked, this.known, this.refused]) pages.clear();
  }

  /** Read what is in sight once more; the first rows where nothing is. */
  readSight(): Promise<[Rows, block: number][]> {
    const wanted = this.wanted();
    const { signal } = new AbortController();
    const read = async ({ number, block }: Page): Promise<[Rows, block: number]> => [
      await this.actions.read(number * PAGE, block, signal),
      block,
    ];
    return Promise.all((wanted.length ? wanted : [{ number: 0, block: 0 }]).map(read));
  }

  /** Ask again for what has failed. */
  again(): void {
    this.refused.clear();
    this.look();
  }

  /** Ask for what is in sight and not there; take back what was asked for and is no longer in sight. */
  private look(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    const wanted = this.wanted();
    const keys = new Set(wanted.map(keyOf));
    for (const [key, asking] of this.asked) {
      if (keys.has(key)) continue;
      asking.abort();
      this.asked.delete(key);
    }
    for (const page of wanted) {
      const key = keyOf(page);
      if (!this.known.has(key) && !this.asked.has(key) && !this.refused.has(key)) void this.ask(page, key);
    }
  }

  private wanted(): Page[] {
    const sight = this.actions.inSight();
    if (!sight) return [];
    const numbers = between(sight.rows, PAGE);
    return between(sight.columns, BLOCK).flatMap((block) => numbers.map((number) => ({ number, block })));
  }

  private async ask({ number, block }: Page, key: string): Promise<void> {
    const asking = new AbortController();
    this.asked.set(key, asking);
    try {
      const rows = await this.actions.read(number * PAGE, block, asking.signal);
      if (asking.signal.aborted) return;
      this.keep(rows, block);
      this.actions.arrived(rows, block);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.refused.add(key);
      this.actions.failed(error);
    } finally {
      if (this.asked.get(key) === asking) this.asked.delete(key);
    }
  }
}

/** The numbers of all pieces of a size that a range touches. */
function between([first, last]: [number, number], size: number): number[] {
  const [from, to] = [Math.floor(first / size), Math.floor(last / size)];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
