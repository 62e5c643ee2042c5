// The members of a group, to choose from: first the data, then what says where they lie, then what has members itself.

import { section } from "./controls";
import { make } from "./dom";
import {
  coordinatesIn,
  dtypeOf,
  isNumeric,
  membersOf,
  type ArrayDocument,
  type Document,
  type GroupDocument,
} from "./node";
import { loadJson, quoted } from "./server";

const MOST = 1000;
const MOST_AXES = 5; // of an image

export const below = (path: string, name: string): string => (path ? `${path}/${name}` : name);

/** The first member that is data, no coordinate, and can be drawn. */
export function chosenOf(group: GroupDocument): [string, ArrayDocument] | undefined {
  const coordinates = coordinatesIn(group);
  return membersOf(group).find(
    (member): member is [string, ArrayDocument] => !coordinates.has(member[0]) && isDrawable(member[1]),
  );
}

function isDrawable(document: Document): boolean {
  if (document.node_type !== "array") return false;
  const { shape } = document;
  const isOfShape = shape.length >= 1 && shape.length <= MOST_AXES && !shape.includes(0);
  return isOfShape && isNumeric(dtypeOf(document));
}

interface Entry {
  name: string;
  note: string;
  rank: number;
}

/** What to choose from, in a section; `current` is drawn. Undefined where there is nothing. */
export async function memberSection(
  scope: string,
  path: string,
  group: GroupDocument,
  current = "",
): Promise<HTMLElement | undefined> {
  const told = entriesOf(group);
  const entries = told.length ? told : await listed(scope, path);
  const links = entries.map(({ name, note }) => {
    const href = `${scope}view?path=${encodeURIComponent(below(path, name))}`;
    const isCurrent = name === current && { "aria-current": "true" };
    return make("li", {}, make("a", { href, ...(isCurrent || {}) }, name), " ", make("small", {}, note));
  });
  if (!links.length) return undefined;
  const made = section("Members", make("ul", {}, ...links));
  made.id = "members";
  return made;
}

function entriesOf(group: GroupDocument): Entry[] {
  const coordinates = coordinatesIn(group);
  const entries = membersOf(group).map(([name, document]): Entry => {
    if (document.node_type === "group") return { name, note: "group", rank: 2 };
    const isCoordinate = coordinates.has(name);
    const note = isCoordinate ? `coordinate, ${shapeOf(document)}` : shapeOf(document);
    return { name, note, rank: isCoordinate ? 1 : 0 };
  });
  return entries.sort((one, other) => one.rank - other.rank);
}

function shapeOf({ shape, dimension_names: names }: ArrayDocument): string {
  const axes = shape.map((length, axis) => {
    const name = names?.[axis];
    return name && !name.startsWith("phony_dim_") ? `${name} ${length}` : String(length);
  });
  return axes.join(" × ") || "a single value";
}

/** The members that the server lists of a group whose document does not tell of them, such as a folder. */
async function listed(scope: string, path: string): Promise<Entry[]> {
  const url = `${scope}api/node/${quoted(path)}?limit=${MOST}`;
  const found = await loadJson<{ members?: { items: { name: string; kind: string }[] } }>(url);
  return (found?.members?.items ?? []).map(({ name, kind }) => ({
    name,
    note: kind === "array" ? "" : kind,
    rank: 0,
  }));
}
