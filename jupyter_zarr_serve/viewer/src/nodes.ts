// Arrays and groups with their attributes: by `api/node`, and those of a group's members by its Zarr document.

import {
  below,
  describe,
  dimensionName,
  nameOf,
  parentOf,
  type Description,
  type Item,
  type ToldArray,
} from "./description";
import { coordinatesIn, documentOf, type Document, type GroupDocument } from "./node";

const MOST_MEMBERS = 1000;

/** An array as far as it is known without its values. */
export interface ArrayNode extends ToldArray {
  name: string;
  /** Where its values are. */
  path: string;
  attributes: Record<string, unknown>;
}

/** A group, and its members as far as they are told. */
export interface GroupNode {
  kind: "group";
  called: string;
  name: string;
  path: string;
  attributes: Record<string, unknown>;
  items: Item[];
  total: number;
  /** The attributes of members, by their name; of members of members by their path below the group. */
  documents: Record<string, Document>;
  /** The members that only say where others lie. */
  coordinates: Set<string>;
}

/** What was asked before, and is asked once. */
export class Nodes {
  private readonly known = new Map<string, Promise<ArrayNode | GroupNode>>();
  /** Those of all that is below groups, by their paths there. */
  private readonly documents = new Map<string, Record<string, Document>>();
  private readonly own = new Map<string, Document>();

  constructor(readonly scope: string) {}

  get(path: string): Promise<ArrayNode | GroupNode> {
    let found = this.known.get(path);
    if (!found) {
      found = this.load(path);
      this.known.set(path, found);
      found.catch(() => this.known.delete(path));
    }
    return found;
  }

  /** Take the document of a path, which is then not asked for. */
  tell(path: string, document: Document): void {
    this.own.set(path, document);
    this.keep(path, document);
  }

  /** Ask anew, as others may be there. */
  forget(): void {
    this.known.clear();
    this.own.clear();
    this.documents.clear();
  }

  /** The group at a path; undefined where there is none, or it cannot be had. */
  async group(path: string): Promise<GroupNode | undefined> {
    const found = await this.get(path).catch(() => undefined);
    return found?.kind === "group" ? found : undefined;
  }

  /** The arrays along the dimensions of another that have their names: beside it, or in the groups around it. */
  async coordinatesOf(array: ArrayNode): Promise<(ArrayNode | undefined)[]> {
    const names = array.shape.map((_, axis) => dimensionName(array.dimension_names, axis));
    const found: (ArrayNode | undefined)[] = array.shape.map(() => undefined);
    const isLeft = (axis: number): boolean => !found[axis] && Boolean(names[axis]);
    let path = array.path;
    // NetCDF's dimensions hold in the groups below, too.
    while (path && array.shape.some((_, axis) => isLeft(axis))) {
      path = parentOf(path);
      const group = await this.group(path);
      if (!group || group.called === "folder") break;
      array.shape.forEach((length, axis) => {
        const member = isLeft(axis) ? memberOf(group, names[axis] ?? "") : undefined;
        const isAlong = member?.path !== array.path && member?.shape.length === 1;
        if (isAlong && member.shape[0] === length) found[axis] = member;
      });
    }
    return found;
  }

  /** The document of a path as a group around it tells it, which is known already; undefined where none does. */
  private told(path: string): Document | undefined {
    for (let above = path; above; ) {
      above = parentOf(above);
      const documents = this.documents.get(above);
      const name = above ? path.slice(above.length + 1) : path;
      const found = documents?.[name];
      if (found?.node_type === "array") return found;
      if (documents && found)
        return { ...found, consolidated_metadata: { metadata: within(documents, name) } };
    }
    return undefined;
  }

  private keep(path: string, document: Document): void {
    const metadata = document.node_type === "group" && document.consolidated_metadata?.metadata;
    if (metadata) this.documents.set(path, metadata);
  }

  private async load(path: string): Promise<ArrayNode | GroupNode> {
    const [told, document] = await Promise.all([
      describe(this.scope, path, { limit: MOST_MEMBERS }),
      this.own.get(path) ?? this.told(path) ?? documentOf(this.scope, path).catch(() => undefined),
    ]);
    const attributes = attributesOf(told, document);
    if (told.kind === "array") return { ...told, name: nameOf(path), path, attributes };
    const group = document?.node_type === "group" ? document : undefined;
    if (group) this.keep(path, group);
    return {
      kind: "group",
      called: told.called,
      name: nameOf(path),
      path,
      attributes,
      items: told.members.items,
      total: told.members.total,
      documents: group?.consolidated_metadata?.metadata ?? {},
      coordinates: group ? coordinatesIn(group as GroupDocument) : new Set(),
    };
  }
}

/** Those of the members of a member, by their paths below it. */
const within = (documents: Record<string, Document>, name: string): Record<string, Document> =>
  Object.fromEntries(
    Object.entries(documents).flatMap(([path, document]) =>
      path.startsWith(`${name}/`) ? [[path.slice(name.length + 1), document] as const] : [],
    ),
  );

/** All attributes: what is told of them is sometimes only a part, which the document's own completes. */
const attributesOf = (told: Description, document: Document | undefined): Record<string, unknown> =>
  told.attributes_cut ? { ...told.attributes, ...document?.attributes } : told.attributes;

/** A member of a group that is an array, or undefined. */
export function memberOf(group: GroupNode, name: string): ArrayNode | undefined {
  const item = group.items.find((item) => item.name === name);
  if (item?.kind !== "array") return undefined;
  const attributes = group.documents[name]?.attributes ?? {};
  return { ...item, path: below(group.path, name), attributes };
}
