// What the server tells of a node by `api/node`: its kind, its shape or its members, its attributes.

import { loadJson, quoted, Refused } from "./server";

export interface ToldArray {
  kind: "array";
  shape: number[];
  /** As NumPy calls it; "string" and "bytes" are of any length. */
  dtype: string;
  chunk_shape: number[];
  dimension_names: (string | null)[] | null;
}

interface ToldGroup {
  kind: "group";
  /** What people call it, such as "folder", "table", "dataset", "image", "HDF5 file" or "group". */
  called: string;
}

/** A member of a group. */
export type Item = { name: string } & (ToldArray | ToldGroup | { kind: "unavailable"; message: string });

interface Known {
  path: string;
  attributes: Record<string, unknown>;
  attributes_cut?: boolean;
  previews: Record<string, unknown>;
}

export interface Members {
  total: number;
  offset: number;
  items: Item[];
}

export type ArrayDescription = ToldArray & Known;
export type GroupDescription = ToldGroup & Known & { members: Members };
export type Description = ArrayDescription | GroupDescription;

/** Which members of a group to tell of. */
export interface Which {
  offset?: number;
  limit?: number;
  search?: string;
}

/** The description of a node. */
export async function describe(
  scope: string,
  path: string,
  which: Which = {},
  init: RequestInit = {},
): Promise<Description> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(which)) query.set(key, String(value));
  const told = await loadJson<Description>(`${scope}api/node/${quoted(path)}?${query}`, init);
  if (!told) throw new Refused(404, `there is nothing at ${path || "the root"}`);
  return told;
}

/** What a dimension is called; undefined where it has no name of its own, as HDF5's libraries make up some. */
export function dimensionName(
  names: ToldArray["dimension_names"] | undefined,
  axis: number,
): string | undefined {
  const name = names?.[axis];
  return name && !name.startsWith("phony_dim_") ? name : undefined;
}

/** The path of what a path lies in; "" for the root itself, too. */
export const parentOf = (path: string): string => path.split("/").slice(0, -1).join("/");

/** The last name of a path. */
export const nameOf = (path: string): string => path.split("/").at(-1) ?? "";

/** The path of a member. */
export const below = (path: string, name: string): string => (path ? `${path}/${name}` : name);
