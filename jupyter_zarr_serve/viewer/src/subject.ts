// What there is to plot at a path: an array of one dimension, or the columns of a table.

import { columnsOf, documentOf, dtypeOf, isPlottable, type ArrayDocument, type Document } from "./node";

export interface Column {
  name: string;
  path: string;
}

/** What to plot: columns of one length, and the array that says where they are, if there is one. */
export interface Subject {
  scope: string;
  columns: Column[];
  length: number;
  along: string;
  coordinate: Column | undefined;
}

/** What to plot; undefined for what is neither an array of one dimension nor a group of such. */
export async function subjectOf(
  scope: string,
  path: string,
  document: Document,
): Promise<Subject | undefined> {
  return document.node_type === "array" ? ofArray(scope, path, document) : ofTable(scope, path, document);
}

async function ofArray(scope: string, path: string, array: ArrayDocument): Promise<Subject | undefined> {
  if (array.shape.length !== 1 || !isPlottable(dtypeOf(array))) return undefined;
  const names = path.split("/");
  const [name, parent] = [names.at(-1) ?? "", names.slice(0, -1).join("/")];
  const [along] = array.dimension_names ?? [];
  const isBeside = along && along !== name && (await hasCoordinate(scope, parent, along, array));
  return {
    scope,
    columns: [{ name, path }],
    length: array.shape[0] ?? 0,
    along: along ?? "index",
    coordinate: isBeside ? { name: along, path: `${parent}/${along}` } : undefined,
  };
}

/** Whether an array beside another says where its elements are. */
async function hasCoordinate(
  scope: string,
  parent: string,
  name: string,
  array: ArrayDocument,
): Promise<boolean> {
  const group = await documentOf(scope, parent);
  const found =
    group.node_type === "group" ? columnsOf(group).find(([column]) => column === name) : undefined;
  return found?.[1].shape[0] === array.shape[0];
}

function ofTable(scope: string, path: string, document: Document): Subject | undefined {
  if (document.node_type !== "group") return undefined;
  const columns = columnsOf(document);
  const [first] = columns;
  const length = first?.[1].shape[0];
  if (!first || !length) return undefined;
  const along = first[1].dimension_names?.[0] ?? "row";
  const named = (name: string): { name: string; path: string } => ({ name, path: `${path}/${name}` });
  const fitting = columns.filter(([, array]) => array.shape[0] === length);
  const index = fitting.find(([name]) => name === along);
  const isTelling = index && fitting.length > 1;
  return {
    scope,
    columns: fitting.filter((member) => !isTelling || member !== index).map(([name]) => named(name)),
    length,
    along,
    coordinate: isTelling ? named(index[0]) : undefined,
  };
}
