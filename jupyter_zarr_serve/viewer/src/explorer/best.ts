// What of a group is shown first: what its writer says, then data before coordinates, the largest before others.

import { dtypeOf, type ArrayDocument, type Document } from "../node";
import { isDrawable } from "./dtypes";
import type { GroupNode } from "../nodes";

const ASIDE = /(^|\/)(\w+_(errors|bnds|bounds)|errors|bounds)$/;
const DRAWN = 2 ** 60; // more than any number of elements
const DATA = 2 ** 61;

/** The path of what to show first, below the group; undefined where there is nothing, or h5web finds it by itself. */
export function bestOf(group: GroupNode): string | undefined {
  if (isFound(group)) return undefined;
  return plotOf(group) ?? largestOf(group);
}

/** Whether h5web follows attributes to a picture: its own, or those of the first group of NeXus in it. */
function isFound({ attributes, documents, items }: GroupNode): boolean {
  if ("default" in attributes || classOf(attributes) === "NXdata" || classOf(attributes) === "NXnote")
    return true;
  const groups = items.filter(({ kind }) => kind === "group").map(({ name }) => name);
  if (groups.some((name) => classOf(documents[name]?.attributes) === "NXdata")) return true;
  const entry = groups.find((name) => classOf(documents[name]?.attributes) === "NXentry");
  if (!entry) return false;
  const isPlot = ([path, { attributes: told }]: [string, Document]): boolean =>
    path.startsWith(`${entry}/`) &&
    !path.slice(entry.length + 1).includes("/") &&
    classOf(told) === "NXdata";
  return "default" in (documents[entry]?.attributes ?? {}) || Object.entries(documents).some(isPlot);
}

/** A plot of NeXus anywhere below: the one that is least deep. */
function plotOf({ documents }: GroupNode): string | undefined {
  const depth = (path: string): number => path.split("/").length;
  return Object.entries(documents)
    .filter(
      ([, { attributes }]) => classOf(attributes) === "NXdata" && attributes?.["signal"] !== undefined,
    )
    .map(([path]) => path)
    .sort((one, other) => depth(one) - depth(other))[0];
}

const classOf = (attributes: Record<string, unknown> = {}): unknown => attributes["NX_class"];

function largestOf(group: GroupNode): string | undefined {
  const told = group.items.flatMap((item): [string, number][] =>
    item.kind === "array" ? [[item.name, rankOf(group, item.name, item.shape, item.dtype)]] : [],
  );
  const [best] = (told.length ? told : nested(group)).sort(([, one], [, other]) => other - one);
  return best?.[0];
}

/** The arrays in groups of the group. */
const nested = (group: GroupNode): [string, number][] =>
  Object.entries(group.documents)
    .filter((member): member is [string, ArrayDocument] => member[1].node_type === "array")
    .map(([path, document]) => [path, rankOf(group, path, document.shape, dtypeOf(document))]);

function rankOf(group: GroupNode, path: string, shape: number[], dtype: string): number {
  const size = shape.reduce((product, length) => product * length, 1);
  const isCoordinate = group.coordinates.has(path) || ASIDE.test(path);
  const isDrawn = shape.length > 0 && size > 1 && isDrawable(dtype);
  return size === 0 ? 0 : (isDrawn ? DRAWN : 0) + (isCoordinate ? 0 : DATA) + Math.min(size, 2 ** 50);
}
