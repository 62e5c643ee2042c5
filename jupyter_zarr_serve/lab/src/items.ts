// What the server tells, as items of the tree.

import { nameOf } from "./places.ts";
import type { Link, Member } from "./told.ts";
import { type Item, type Members, shapeText } from "./tree.ts";

/** A kernel that somebody works with. */
export interface Session {
  readonly path: string;
  readonly name: string;
  readonly isNotebook: boolean;
  readonly kernel: string;
}

/** The paths of sections that are no nodes themselves. */
export const NOTEBOOK = "@notebook";
export const RUNNING = "@running";
export const MOUNTS = "@mounts";
export const LINKS = "@links";
const MORE = "@more";

/** The members of a node, and a row for those that were not asked for yet. */
export function membersOf(path: string, members: readonly Member[], total: number, more: string): Members {
  const items = members.map((member) => itemOf(path, member));
  if (total > items.length) items.push(note(`${path}/${MORE}`, more));
  return { items, total, isLoading: false };
}

/** Whether an item stands for members that were not asked for yet. */
export function isMore({ path }: Item): boolean {
  return nameOf(path) === MORE;
}

function itemOf(path: string, member: Member): Item {
  const isGroup = member.kind === "group" || member.kind === "unknown";
  const facts = (one: Member): string => [shapeText(one), one.dtype ?? ""].filter(Boolean).join("  ");
  return {
    path: path ? `${path}/${member.name}` : member.name,
    name: member.name,
    kind: member.kind,
    member,
    detail: member.message ?? facts(member),
    brief: member.message ?? facts({ ...member, dimension_names: null }),
    isOpenable: member.kind !== "unavailable",
    isExpandable: isGroup,
  };
}

/** A line that is no data. */
export function note(path: string, text: string): Item {
  return { path, name: text, kind: "note", isOpenable: false, isExpandable: false };
}

/** A line in the place of members. */
export function noted(path: string, ...texts: readonly string[]): Members {
  const items = texts.map((text, index) => note(`${path}/@${index}`, text));
  return { items, total: items.length, isLoading: false };
}

export function sessionItem({ path, name, isNotebook, kernel }: Session): Item {
  const place = isNotebook ? `notebooks/${path}` : `kernels/${kernel}`;
  return { path: place, name, kind: "session", isOpenable: true, isExpandable: true };
}

export function linkItem(link: Link, until: string): Item {
  const detail = [link.note, until].filter(Boolean).join("  ");
  const path = `${LINKS}/${link.id}`;
  return { path, name: link.path, kind: "link", detail, isOpenable: false, isExpandable: false };
}

/** Whether the tree below `zarr/` has a node at a path. */
export function isNode(path: string): boolean {
  return path !== "" && !path.startsWith("@") && nameOf(path)[0] !== "@";
}
