// What a path leads to: the parts of `zarr.json` that the page needs.

import { loadJson, quoted, Refused } from "./server";

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

/** Columns to plot: numeric arrays of one dimension that a group holds, by name. */
export function columnsOf(group: GroupDocument): [string, ArrayDocument][] {
  const members = Object.entries(group.consolidated_metadata?.metadata ?? {});
  return members.filter(
    (member): member is [string, ArrayDocument] =>
      !member[0].includes("/") &&
      member[1].node_type === "array" &&
      member[1].shape.length === 1 &&
      isPlottable(dtypeOf(member[1])),
  );
}

export const isPlottable = (dtype: string): boolean =>
  isNumeric(dtype) || dtype.startsWith("numpy.datetime64");
