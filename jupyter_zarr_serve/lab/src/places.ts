// Where things are: paths in the served tree, their addresses below `zarr/`, and paths of Jupyter's files.

import { formatOf } from "./formats.ts";

/** The part of the tree that holds the folder that Jupyter serves. */
export const FILES = "files";

/** A path as it stands in an address. */
export function quoted(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The page of a node, below `zarr/`. */
export function pageOf(path: string): string {
  return path ? `v3/${quoted(path)}` : "";
}

/** The page that draws a node, below `zarr/`. */
export function viewerOf(path: string): string {
  return `view?path=${quoted(path)}`;
}

/** The page that shows a node best, below `zarr/`: data are drawn, and what only leads to data is listed. */
export function bestOf(path: string): string {
  return isData(path) ? viewerOf(path) : pageOf(path);
}

function isData(path: string): boolean {
  const [top, ...names] = path.split("/");
  if (top === "kernels") return names.length > 1;
  const whole = names.findIndex(isWhole);
  // A notebook is a list of variables, a file is data itself.
  return whole >= 0 && (whole < names.length - 1 || formatOf(names[whole] ?? "") !== undefined);
}

/** The store of a node in a version of Zarr, below `zarr/`. */
export function storeOf(path: string, version: 2 | 3): string {
  return `v${version}/${quoted(path)}`;
}

/** The page on which links to a node are made, below `zarr/`. */
export function sharingOf(path: string): string {
  return `shares?path=${quoted(path)}`;
}

/**
 * The path in the tree of one of Jupyter's files; undefined where it is on a drive that the server does not serve.
 *
 * Collaborative drives show the same files under a name of their own, such as `RTC:run.h5`.
 */
export function pathOfFile(file: string): string | undefined {
  const [, drive = "", local = ""] = /^(?:([^:/]*):)?(.*)$/.exec(file) ?? [];
  if (drive && drive !== "RTC") return undefined;
  return [FILES, ...local.split("/").filter(Boolean)].join("/");
}

/** Jupyter's name of a file of the tree; undefined for anything else. */
export function fileOf(path: string): string | undefined {
  return path.startsWith(`${FILES}/`) ? path.slice(FILES.length + 1) : undefined;
}

/** The path below the served folder of one of Jupyter's files; undefined where it is not served. */
export function localOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : fileOf(pathOfFile(file) ?? "");
}

/** What people call a node. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What a tab is called: a node within a file or a notebook says of which. */
export function titleOf(path: string): string {
  const names = path.split("/");
  const name = names.pop() ?? "";
  const whole = names.findLast(isWhole);
  return whole === undefined ? name : `${name} – ${whole}`;
}

/** Jupyter's name of the file or the notebook that a node is in, or of the folder that it is; undefined for others. */
export function wholeFile(path: string): string | undefined {
  const [top = "", ...names] = path.split("/");
  if (top !== FILES && top !== "notebooks") return undefined;
  const end = names.findIndex(isWhole);
  if (end < 0 && top !== FILES) return undefined;
  return names.slice(0, end < 0 ? undefined : end + 1).join("/");
}

function isWhole(name: string): boolean {
  return name.endsWith(".ipynb") || formatOf(name) !== undefined;
}

/** A path after what it is in, or it itself, was given another name. */
export function movedPath(path: string, before: string, after: string): string {
  return path === before || path.startsWith(`${before}/`) ? after + path.slice(before.length) : path;
}

/** The address of a page after the same, below `zarr/`, at the same view. */
export function movedPage(at: string, before: string, after: string): string {
  // Pages write a path in an option with all signs quoted, too.
  for (const write of [quoted, encodeURIComponent]) {
    const [page, ...rest] = at.split(write(before));
    if (page !== undefined && rest.length && /(?:^v[23]\/|[?&]path=)$/.test(page))
      return page + write(after) + rest.join(write(before));
  }
  return at;
}

/** The line that opens a node in a cell. */
export function lineFor(path: string): string {
  const file = fileOf(path);
  const name = file ?? path.replace(/^notebooks\//, "");
  return `import jupyter_zarr_serve as jz\n\njz.open(${JSON.stringify(name)})`;
}

/** Where a page is, below `zarr/`; undefined for pages of others. */
export function below(address: string, root: string): string | undefined {
  const [to, from] = [new URL(address, root), new URL(root)];
  if (to.origin !== from.origin || !to.pathname.startsWith(from.pathname)) return undefined;
  return to.pathname.slice(from.pathname.length) + to.search + to.hash;
}

const TICKET = /([?&])frame_ticket=[^&#]*(&?)/;

/** An address with the ticket that a hub's server wants of a frame; undefined where one was refused already. */
export function withTicket(address: string, ticket: string): string | undefined {
  if (TICKET.test(address)) return undefined;
  const [page = "", hash] = address.split(/(?=#)/, 2);
  return `${page}${page.includes("?") ? "&" : "?"}frame_ticket=${encodeURIComponent(ticket)}${hash ?? ""}`;
}

/** An address without its ticket. */
export function withoutTicket(address: string): string {
  return address.replace(TICKET, (_, before: string, after: string) => (after ? before : ""));
}
