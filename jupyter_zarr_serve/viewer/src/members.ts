// The members of a group, to choose from: first the data, then what says where they lie, then what has members itself.

import { section } from "./controls";
import { noteOf } from "./branch";
import { below, describe, dimensionName } from "./description";
import { make } from "./dom";
import { coordinatesIn, membersOf, type ArrayDocument, type GroupDocument } from "./node";

const MOST = 1000;

interface Entry {
  name: string;
  note: string;
  rank: number;
}

/** What to choose from, in a section. Undefined where there is nothing. */
export async function memberSection(
  scope: string,
  path: string,
  group: GroupDocument,
): Promise<HTMLElement | undefined> {
  const told = entriesOf(group);
  const entries = told.length ? told : await listed(scope, path);
  const links = entries.map(({ name, note }) => {
    const href = `${scope}view?path=${encodeURIComponent(below(path, name))}`;
    return make("li", {}, make("a", { href }, name), " ", make("small", {}, note));
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
    const name = dimensionName(names, axis);
    return name ? `${name} ${length}` : String(length);
  });
  return axes.join(" × ") || "a single value";
}

/** The members that the server lists of a group whose document does not tell of them, such as a folder. */
async function listed(scope: string, path: string): Promise<Entry[]> {
  const told = await describe(scope, path, { limit: MOST });
  const items = told.kind === "group" ? told.members.items : [];
  return items.map((item) => ({ name: item.name, note: noteOf(item), rank: 0 }));
}
