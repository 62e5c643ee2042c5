// A table as the server tells of it: its columns, and its rows as texts.

import {
  arraysOf,
  documentOf,
  dtypeOf,
  meaningOf,
  type ArrayDocument,
  type Document,
  type Meaning,
} from "./node";
import { loadJson, quoted, Refused, type Init } from "./server";
import { optionsOf, quotedName, type Query } from "./table-query";

/** A value as text; null where it is missing. */
export type Cell = string | null;

export interface TableColumn {
  /** What the server calls it; "" for an array that has one column, and no name for it. */
  name: string;
  label: string;
  dtype: string;
  /** The path of the array that it is; undefined for a field of records or a column of a matrix. */
  path: string | undefined;
  /** The path of the array of records whose field it is. */
  field: string | undefined;
  /** What its numbers mean, where its array says so. */
  meaning: Meaning | undefined;
  /** What stands for missing texts, which have no value of their own; undefined where none is missing. */
  missing: string | undefined;
}

export interface Table {
  scope: string;
  path: string;
  columns: TableColumn[];
  /** How many rows are shown. */
  total: number;
  /** How many there are. */
  of: number;
}

/** Rows from `offset` on, each with a cell for each of `columns`. */
export interface Rows {
  columns: { name: string; dtype: string }[];
  total: number;
  of: number;
  offset: number;
  rows: Cell[][];
}

export const PAGE = 200; // rows that are asked for together
export const BLOCK = 64; // columns that are
export const MOST_ROWS = 1000; // that the server tells at once

const MISSING: Record<string, string> = { "empty string": "", "empty bytes": "b''" };

/** What rows are asked for. */
interface Asked {
  offset: number;
  limit: number;
  /** The first ones where none are named. */
  columns?: string[];
}

/** Some rows of a table. */
export async function rowsOf(
  { scope, path }: Pick<Table, "scope" | "path">,
  query: Query,
  { offset, limit, columns = [] }: Asked,
  init: Init = {},
): Promise<Rows> {
  const options = new URLSearchParams([
    ["form", "rows"],
    ["offset", String(offset)],
    ["limit", String(limit)],
    ...(columns.length ? [["columns", columns.map(quotedName).join(",")]] : []),
    ...optionsOf(query),
  ]);
  const url = `${scope}api/preview/${quoted(path)}?${options}`;
  const found = await loadJson<Rows>(url, init);
  if (!found) throw new Refused(404, `there is nothing at ${path || "the root"}`);
  return found;
}

const expected = new Map<string, Promise<[Table, Rows]>>();

/** Ask for what `openTable` will want, as soon as it is known that there may be a table. */
export function expectTable(scope: string, path: string, document: Document, query: Query): void {
  const found = opened(scope, path, query, document);
  expected.set(path, found);
  found.catch(() => {});
}

/** A table, and the first of the rows that a query chooses. */
export function openTable(scope: string, path: string, query: Query): Promise<[Table, Rows]> {
  const found = expected.get(path) ?? opened(scope, path, query);
  expected.delete(path);
  return found;
}

async function opened(scope: string, path: string, query: Query, known?: Document): Promise<[Table, Rows]> {
  const [first, document] = await Promise.all([
    rowsOf({ scope, path }, query, { offset: 0, limit: PAGE }),
    known ?? documentOf(scope, path).catch(() => undefined), // what only adds units
  ]);
  return [
    { scope, path, columns: columnsOf(path, first, document), total: first.total, of: first.of },
    first,
  ];
}

/** The names of the columns of a block; none where the server's first ones are those. */
export const namesIn = ({ columns }: Table, block: number): string[] =>
  columns.length <= BLOCK ? [] : columns.slice(block * BLOCK, (block + 1) * BLOCK).map(({ name }) => name);

/** All columns: those of the first rows, and the others of a group. */
function columnsOf(path: string, { columns }: Rows, document: Document | undefined): TableColumn[] {
  const arrays = new Map(document?.node_type === "group" ? arraysOf(document) : []);
  const known = new Set(columns.map(({ name }) => name));
  const others = [...arrays].filter(([name]) => !known.has(name));
  const all = [...columns, ...others.map(([name, array]) => ({ name, dtype: dtypeOf(array) }))];
  const own = document?.node_type === "array" ? document : undefined;
  const isOfRecords = own?.shape.length === 1;
  return all.map(({ name, dtype }) => ({
    ...columnOf(path, name, dtype, name ? arrays.get(name) : own),
    field: name && isOfRecords ? path : undefined,
  }));
}

function columnOf(
  path: string,
  name: string,
  dtype: string,
  array: ArrayDocument | undefined,
): Omit<TableColumn, "field"> {
  return {
    name,
    label: name || path.split("/").at(-1) || "value",
    dtype,
    path: array && [path, name].filter(Boolean).join("/"),
    meaning: array && meaningOf(array),
    missing: MISSING[String(array?.attributes?.["missing"])],
  };
}
