// What a path leads to: the parts of `zarr.json` that the page needs.

import { loadJson, quoted, Refused } from "./server";
import { timeOf, type Time } from "./times";

export interface ArrayDocument {
  node_type: "array";
  shape: number[];
  data_type: string | { name: string };
  codecs?: { name: string }[];
  dimension_names?: (string | null)[];
  attributes?: Record<string, unknown>;
}

export interface GroupDocument {
  node_type: "group";
  attributes?: { ome?: { multiscales?: unknown[] } } & Record<string, unknown>;
  consolidated_metadata?: { metadata: Record<string, Document> };
}

export type Document = ArrayDocument | GroupDocument;

/** The document of a node. */
export async function documentOf(scope: string, path: string): Promise<Document> {
  const url = `${scope}v3/${path ? `${quoted(path)}/` : ""}zarr.json`;
  const document = await loadJson<Document>(url);
  if (!document) throw new Refused(404, `there is nothing at ${path || "the root"}`);
  return document;
}

export const dtypeOf = (document: ArrayDocument): string =>
  typeof document.data_type === "string" ? document.data_type : document.data_type.name;

export const isNumeric = (dtype: string): boolean => /^(bool|u?int\d+|float\d+|complex\d+)$/.test(dtype);

/** The members of a group, with their documents, as far as the group tells of them; not those of its groups. */
export const membersOf = (group: GroupDocument): [string, Document][] =>
  Object.entries(group.consolidated_metadata?.metadata ?? {}).filter(([name]) => !name.includes("/"));

export const arraysOf = (group: GroupDocument): [string, ArrayDocument][] =>
  membersOf(group).filter((member): member is [string, ArrayDocument] => member[1].node_type === "array");

const NAMING = ["coordinates", "bounds", "climatology", "grid_mapping", "formula_terms"]; // of CF

/** The names of the arrays that only say where others lie, or in what order: coordinates, as CF and xarray tell them. */
export function coordinatesIn(group: GroupDocument): Set<string> {
  const arrays = arraysOf(group);
  const told = [group, ...arrays.map(([, array]) => array)].flatMap(({ attributes = {} }) =>
    NAMING.flatMap((key) => String(attributes[key] ?? "").split(/[\s:]+/)),
  );
  const dimensions = arrays.flatMap(([name, { shape, dimension_names: names }]) =>
    shape.length === 1 && names?.[0] === name ? [name] : [],
  );
  return new Set([...told.filter(Boolean), ...dimensions]);
}

/** What the numbers of an array mean. */
export interface Meaning {
  unit: string;
  factor: number;
  offset: number;
  time: Time | undefined;
}

/** As CF packs numbers: what is stored, times a factor, plus an offset. */
export function meaningOf({ attributes = {} }: ArrayDocument): Meaning {
  const { units, calendar, scale_factor, add_offset } = attributes;
  return {
    unit: typeof units === "string" && units !== "1" ? units : "",
    factor: typeof scale_factor === "number" ? scale_factor : 1,
    offset: typeof add_offset === "number" ? add_offset : 0,
    time: timeOf(units, calendar),
  };
}

export const isPlottable = (dtype: string): boolean =>
  isNumeric(dtype) || dtype.startsWith("numpy.datetime64");
