// The tree of the panel: what is known of it, which rows that makes, and what keys do. It knows nothing of Lab.

import type { Described, Link, Member } from "./told.ts";

/** A node of the tree before it is a row. */
export interface Item {
  readonly path: string;
  readonly name: string;
  readonly kind: "section" | "session" | "link" | "note" | Member["kind"];
  readonly member?: Member;
  /** What is said beside the name, or instead of members. */
  readonly detail?: string;
  /** The same where there is little room. */
  readonly brief?: string;
  /** What it leads to, where that is not what its own path names. */
  readonly target?: string;
  readonly link?: Link;
  /** Of a member that was not asked for yet: how many are before it. */
  readonly at?: number;
  readonly isOpenable: boolean;
  readonly isExpandable: boolean;
}

/** What is known of the members of an item. */
export interface Members {
  readonly items: readonly Item[];
  readonly total: number;
  readonly isLoading: boolean;
}

export interface Row extends Item {
  /** Names the row: its path may be in several sections. */
  readonly id: string;
  readonly level: number;
  readonly position: number;
  readonly count: number;
  readonly isExpanded: boolean;
  readonly isLoading: boolean;
}

/** The state of the tree, by the ids of rows. */
export interface State {
  readonly sections: readonly Item[];
  readonly members: ReadonlyMap<string, Members>;
  readonly expanded: ReadonlySet<string>;
  readonly search: string;
  /** What the server found among members that are not loaded, by the ids of their parents. */
  readonly found?: ReadonlyMap<string, readonly Item[]>;
}

/** The row of an item below another row; of a section below none. */
export function idOf(parent: string, { path, name }: Pick<Item, "path" | "name">): string {
  return `${parent}\n${path || name}`;
}

/** All rows that are to be seen, one below the other. */
export function rowsOf({ sections, members, expanded, search, found }: State): Row[] {
  const wanted = search.trim().toLowerCase();
  const rows: Row[] = [];
  const add = (items: readonly Item[], parent: string, level: number): boolean => {
    let hasAny = false;
    items.forEach((item, index) => {
      const id = idOf(parent, item);
      const known = members.get(id);
      const isExpanded = item.isExpandable && (expanded.has(id) || (wanted !== "" && known !== undefined));
      const at = rows.length;
      const isLoading = known?.isLoading ?? false;
      const place = { level, position: index + 1, count: items.length };
      rows.push({ ...item, ...place, id, isExpanded, isLoading });
      const below = withFound(known?.items ?? [], wanted ? found?.get(id) : undefined);
      const hasBelow = isExpanded && known ? add(below, id, level + 1) : false;
      const isFound = wanted === "" || hasBelow || item.name.toLowerCase().includes(wanted);
      if (isFound || level === 1) hasAny ||= isFound;
      else rows.length = at;
    });
    return hasAny;
  };
  add(sections, "", 1);
  return rows;
}

/** Loaded members, and those that were found besides. */
function withFound(items: readonly Item[], found: readonly Item[] = []): readonly Item[] {
  const loaded = new Set(items.map(({ path }) => path));
  return [...items, ...found.filter(({ path }) => !loaded.has(path))];
}

/** What a key does; nothing for keys that are none of the tree's. */
export interface Step {
  readonly active?: string;
  readonly expand?: string;
  readonly collapse?: string;
  readonly open?: string;
}

/** The keys of a tree, as the ARIA Authoring Practices have them. */
export function stepOf(
  key: string,
  rows: readonly Row[],
  active: string | undefined,
  page: number,
): Step | undefined {
  const at = Math.max(
    0,
    rows.findIndex(({ id }) => id === active),
  );
  const row = rows[at];
  if (!row) return undefined;
  const to = (index: number): Step => ({
    active: rows[Math.min(Math.max(index, 0), rows.length - 1)]?.id ?? row.id,
  });
  switch (key) {
    case "ArrowDown":
      return to(at + 1);
    case "ArrowUp":
      return to(at - 1);
    case "PageDown":
      return to(at + page);
    case "PageUp":
      return to(at - page);
    case "Home":
      return to(0);
    case "End":
      return to(rows.length - 1);
    case "ArrowRight":
      if (!row.isExpandable) return {};
      return row.isExpanded ? to(at + 1) : { expand: row.id };
    case "ArrowLeft": {
      if (row.isExpanded) return { collapse: row.id };
      const above = rows.slice(0, at).findLastIndex(({ level }) => level < row.level);
      return above < 0 ? {} : to(above);
    }
    case "Enter":
      if (row.isOpenable) return { open: row.id };
      return row.isExpanded ? { collapse: row.id } : { expand: row.id };
    case " ":
      return row.isExpanded ? { collapse: row.id } : row.isExpandable ? { expand: row.id } : {};
    default:
      return undefined;
  }
}

/**
 * A shape for people, with the names of its dimensions: `time 24 × y 512`.
 *
 * @param scalar - What an array without axes is called.
 */
export function shapeText({ shape, dimension_names: names }: Member, scalar: string): string {
  if (!shape) return "";
  if (!shape.length) return scalar;
  return shape.map((length, axis) => `${names?.[axis] ? `${names[axis]} ` : ""}${length}`).join(" × ");
}

const MOST_NAMED = 5;

/** What a group is called, and the names of its first members. */
export function groupText(called: string, members: Described["members"]): string {
  const named = (members?.items ?? []).slice(0, MOST_NAMED).map(({ name }) => name);
  const rest = (members?.total ?? 0) > named.length ? ["…"] : [];
  return [called, [...named, ...rest].join(", ")].filter(Boolean).join(": ");
}

/** Bytes for people. */
export function sizeText(bytes: number | null | undefined): string {
  if (bytes == null) return "";
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const power = Math.min(units.length - 1, bytes && Math.floor(Math.log2(bytes) / 10));
  const count = bytes / 1024 ** power;
  return `${power && count < 100 ? count.toFixed(1) : Math.round(count)} ${units[power]}`;
}
