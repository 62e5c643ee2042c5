// What there is to plot at a path: an array of one dimension, or the columns of a table.

import {
  arraysOf,
  coordinatesIn,
  documentOf,
  dtypeOf,
  isPlottable,
  meaningOf,
  type ArrayDocument,
  type Document,
  type GroupDocument,
  type Meaning,
} from "./node";

export interface Column {
  name: string;
  path: string;
  meaning: Meaning;
}

/** What to plot: columns of one length, and the array that says where they are, if there is one. */
export interface Subject {
  scope: string;
  columns: Column[];
  length: number;
  along: string;
  coordinate: Column | undefined;
}

/** What to plot; undefined for what is neither an array of one dimension nor a table of such. */
export async function subjectOf(
  scope: string,
  path: string,
  document: Document,
): Promise<Subject | undefined> {
  return document.node_type === "array" ? ofArray(scope, path, document) : ofTable(scope, path, document);
}

async function ofArray(scope: string, path: string, array: ArrayDocument): Promise<Subject | undefined> {
  if (!isLine(array)) return undefined;
  const names = path.split("/");
  const [name, parent] = [names.at(-1) ?? "", names.slice(0, -1).join("/")];
  const [along] = array.dimension_names ?? [];
  const beside = along && along !== name ? await coordinateBeside(scope, parent, along, array) : undefined;
  return {
    scope,
    columns: [{ name, path, meaning: meaningOf(array) }],
    length: array.shape[0] ?? 0,
    along: along && along !== name ? along : "index",
    coordinate: beside,
  };
}

/** The array beside another that says where its elements are; undefined where there is none to be had. */
async function coordinateBeside(
  scope: string,
  parent: string,
  name: string,
  array: ArrayDocument,
): Promise<Column | undefined> {
  const group = await documentOf(scope, parent).catch(() => undefined);
  if (group?.node_type !== "group") return undefined;
  const found = arraysOf(group).find((member) => member[0] === name)?.[1];
  if (!found || !isLine(found) || found.shape[0] !== array.shape[0]) return undefined;
  return { name, path: parent ? `${parent}/${name}` : name, meaning: meaningOf(found) };
}

const isLine = (array: ArrayDocument): boolean => array.shape.length === 1 && isPlottable(dtypeOf(array));

/** The columns of a group all of whose data lie along one dimension. */
function ofTable(scope: string, path: string, group: GroupDocument): Subject | undefined {
  const coordinates = coordinatesIn(group);
  const arrays = arraysOf(group);
  const data = arrays.filter(([name]) => !coordinates.has(name));
  const [first] = data;
  const { shape = [], dimension_names: names } = first?.[1] ?? {};
  const [length, along = "row"] = [shape[0], names?.[0] ?? undefined];
  const isTable = data.every(
    ([, { shape: other, dimension_names: others }]) =>
      other.length === 1 && other[0] === length && (others?.[0] ?? undefined) === (names?.[0] ?? undefined),
  );
  const lines = data.filter(([, array]) => isLine(array));
  if (!length || !isTable || !lines.length) return undefined;
  const index = arrays.find(([name, array]) => name === along && coordinates.has(name) && isLine(array));
  const column = ([name, array]: [string, ArrayDocument]): Column => ({
    name,
    path: path ? `${path}/${name}` : name,
    meaning: meaningOf(array),
  });
  return {
    scope,
    columns: lines.map(column),
    length,
    along,
    coordinate: index?.[1].shape[0] === length ? column(index) : undefined,
  };
}
