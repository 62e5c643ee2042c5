// What the server tells, as items of the tree.

import { nameOf } from "./places.ts";
import type { TranslationBundle } from "@jupyterlab/translation";
import { untilText, usedText } from "./life.ts";
import { LIMIT, type Link, type Member } from "./told.ts";
import { type Item, type Members, shapeText, sizeText } from "./tree.ts";

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
const MOST = 20_000; // members of a node that have a row
const LINE = 32; // letters of a line that a narrow panel has room for

type Trans = Pick<TranslationBundle, "__">;

/** The members that were not asked for yet: from which one on, of how many in all. */
interface Rest {
  readonly from: number;
  readonly total: number;
}

/** The members of a node, and a row for each that was not asked for yet, as far as a tree can hold. */
export function membersOf(path: string, members: readonly Member[], rest: Rest, trans: Trans): Members {
  const items = members.map((member) => itemOf(path, member, trans.__("scalar")));
  const end = Math.min(rest.total, MOST);
  for (let at = rest.from; at < end; at++) items.push({ ...note(`${path}/${MORE}/${at}`, "…"), at });
  if (rest.total > end) items.push(note(`${path}/${MORE}`, trans.__("%1 more…", rest.total - end)));
  return { items, total: items.length, isLoading: false };
}

/** Members of a node that the server found, and no others. */
export function foundOf(path: string, members: readonly Member[], trans: Trans): Item[] {
  return membersOf(path, members, { from: 0, total: 0 }, trans).items.slice();
}

/** The first member of the page that has an item in it; undefined where the item stands for none to be asked for. */
export function pageOfItem({ at }: Pick<Item, "at">): number | undefined {
  return at === undefined ? undefined : at - (at % LIMIT);
}

/** Items with those of a page in their places. */
export function withPage(items: readonly Item[], page: number, found: readonly Item[]): Item[] {
  const first = items.findIndex((item) => pageOfItem(item) === page);
  const others = items.filter((item) => pageOfItem(item) !== page);
  return first < 0 ? [...items] : [...others.slice(0, first), ...found, ...others.slice(first)];
}

function itemOf(path: string, member: Member, scalar: string): Item {
  const isGroup = member.kind === "group" || member.kind === "unknown";
  const facts = (one: Member): string =>
    [shapeText(one, scalar), one.dtype ?? ""].filter(Boolean).join("  ");
  return {
    path: path ? `${path}/${member.name}` : member.name,
    name: member.name,
    kind: member.kind,
    member,
    detail: member.message ?? [facts(member), sizeText(member.nbytes)].filter(Boolean).join("  "),
    brief: member.message ?? facts({ ...member, dimension_names: null }),
    isOpenable: member.kind !== "unavailable",
    isExpandable: isGroup,
  };
}

/** A line that is no data. */
export function note(path: string, text: string): Item {
  return { path, name: text, kind: "note", isOpenable: false, isExpandable: false };
}

/** Lines in the place of members; a long text becomes several. */
export function noted(path: string, ...texts: readonly string[]): Members {
  const items = texts.flatMap(lines).map((text, index) => note(`${path}/@${index}`, text));
  return { items, total: items.length, isLoading: false };
}

export function sessionItem({ path, name, isNotebook, kernel }: Session): Item {
  const place = isNotebook ? `notebooks/${path}` : `kernels/${kernel}`;
  return { path: place, name, kind: "session", isOpenable: true, isExpandable: true };
}

export function linkItem(link: Link, trans: Trans): Item {
  const until = untilText(link.expires, trans);
  return {
    path: `${LINKS}/${link.id}`,
    name: link.path,
    kind: "link",
    detail: [link.note, until, usedText(link, trans)].filter(Boolean).join("  "),
    brief: link.note || until,
    target: link.path,
    link,
    isOpenable: true,
    isExpandable: false,
  };
}

/** A text in lines of few letters; nothing is cut within a word. */
export function lines(text: string): string[] {
  const found: string[] = [];
  for (const word of text.split(" ")) {
    const last = found.at(-1);
    if (last !== undefined && last.length + word.length < LINE) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
}

/** Whether the tree below `zarr/` has a node at a path. */
export function isNode(path: string): boolean {
  return path !== "" && !path.startsWith("@") && nameOf(path)[0] !== "@";
}
