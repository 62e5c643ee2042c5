// What the values of a column are like: asked for when a head is to show it, once for each column.

import { load, quoted } from "./server";
import { quotedName } from "./table-query";
import type { TableColumn } from "./table-source";
import { words, type Time } from "./times";

export interface Stats {
  /** Exact, as texts; undefined where there is no value. */
  min: string | undefined;
  max: string | undefined;
  counts: number[];
  /** Of values that are no numbers. */
  missing: number;
  infinite: number;
  /** Of the values that were looked at. */
  count: number;
  isSampled: boolean;
}

interface Told {
  min: number | string | null;
  max: number | string | null;
  nan_count: number;
  infinite_count: number;
  count: number;
  histogram: { counts: number[] };
  is_sampled: boolean;
  time?: Time;
  text?: string[];
}

/** Whether the server can tell them. */
export const hasStats = ({ dtype, path, field }: TableColumn): boolean =>
  (path ?? field) !== undefined && /^(bool|u?int|float|complex|datetime|timedelta)/.test(dtype);

/** The statistics of a column that is an array of its own, or a field of one. */
export async function statsOf(scope: string, column: TableColumn, signal: AbortSignal): Promise<Stats> {
  const { path, field, name } = column;
  const part = field === undefined ? "" : `&columns=${encodeURIComponent(quotedName(name))}`;
  const body = await load(`${scope}api/preview/${quoted(path ?? field ?? "")}?form=stats${part}`, {
    signal,
  });
  // Whole numbers beyond 2^53 would be rounded as numbers.
  const text = new TextDecoder().decode(body).replace(/"(min|max)": ?(-?\d{16,})(?=[,}])/g, '"$1": "$2"');
  const told = JSON.parse(text) as Told;
  const [min, max] = [told.min, told.max].map((value, end) => endOf(value, told.text?.[end], column));
  return {
    min,
    max,
    counts: told.histogram.counts,
    missing: told.nan_count,
    infinite: told.infinite_count,
    count: told.count,
    isSampled: told.is_sampled,
  };
}

function endOf(
  value: number | string | null,
  text: string | undefined,
  { meaning }: TableColumn,
): string | undefined {
  if (value === null) return undefined;
  if (text !== undefined) return text.replace("T", " ").replace(/\.0+$/, "");
  if (!meaning) return String(value);
  const { factor, offset, time } = meaning;
  if (time) return words(Number(value), time);
  return factor === 1 && offset === 0 ? String(value) : String(Number(value) * factor + offset);
}

/** Statistics by column, as they are asked for. */
export class ColumnStats {
  private readonly known = new Map<string, Stats | Error>();
  private readonly asked = new Map<string, AbortController>();
  private stale = new Set<string>();

  constructor(
    private readonly scope: string,
    private readonly arrived: (column: TableColumn, stats: Stats | Error) => void,
  ) {}

  get(column: TableColumn): Stats | Error | undefined {
    return this.known.get(column.name);
  }

  /** Ask anew when they are wanted; until then the old ones are shown. */
  forget(): void {
    this.stale = new Set(this.known.keys());
  }

  /** Ask for those of some columns that are not there; take back what was asked for others. */
  want(columns: TableColumn[]): void {
    const names = new Set(columns.map(({ name }) => name));
    for (const [name, asking] of this.asked) {
      if (names.has(name)) continue;
      asking.abort();
      this.asked.delete(name);
    }
    for (const column of columns) {
      const isKnown = this.known.has(column.name) && !this.stale.has(column.name);
      if (hasStats(column) && !isKnown && !this.asked.has(column.name)) void this.ask(column);
    }
  }

  private async ask(column: TableColumn): Promise<void> {
    const asking = new AbortController();
    this.asked.set(column.name, asking);
    const found = await statsOf(this.scope, column, asking.signal).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    if (asking.signal.aborted) return;
    this.asked.delete(column.name);
    this.known.set(column.name, found);
    this.stale.delete(column.name);
    this.arrived(column, found);
  }
}
