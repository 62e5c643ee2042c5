// What will be wanted is asked for before it is: nothing here decides what is shown, and what fails here is asked for again.

import { inView } from "./address";
import { below } from "./description";
import { loadExplorer } from "./exploring";
import { arraysOf, coordinatesIn, documentOf, dtypeOf, isNumeric, type Document } from "./node";
import type { Nodes } from "./nodes";

const DEEPEST = 4; // groups of NeXus below each other: root, entry, data, and one more

/** The form that the server expects of what the page is of, by its name or the address; "" where that tells nothing. */
const expected = (): string => document.body.dataset["expected"] ?? "";

/** Whether a file has the name of a table, so that its rows will be wanted. */
export const isNamedTable = (): boolean => expected() === "table";

/** Load the code that is expected, while the server looks at what it is needed for. */
export function expectCode(): void {
  if (isNamedTable())
    for (const code of [import("./table"), import("./table-source")]) code.catch(() => {});
  if (expected() === "explorer") void loadExplorer().catch(() => {});
}

/** The document of an image, asked for along with that of what it is of. */
const images = new Map<string, Promise<Document>>();

/** Whether a file is an image has to be asked; at once, where its name does not say that it is a table. */
export function expectImage(scope: string, path: string): void {
  if (expected() !== "explorer") return;
  const image = inView(path);
  const found = documentOf(scope, image);
  images.set(image, found);
  found.catch(() => {});
}

/** The document of an image, which is asked for if it was not. */
export function imageDocument(scope: string, image: string): Promise<Document> {
  const found = images.get(image) ?? documentOf(scope, image);
  images.delete(image);
  return found;
}

/** Ask for the groups that NeXus leads through, or the largest array, by what the document of the first tells of all. */
export function expectDefault(nodes: Nodes, path: string, document: Document): void {
  nodes.tell(path, document);
  const led = defaultsOf(document);
  const best = led.length ? undefined : largestOf(document);
  for (const member of ["", ...(best ? [best] : led)])
    nodes.get(member ? below(path, member) : path).catch(() => {});
}

/** The array of a group that is likely to be shown: the largest one of numbers that is no coordinate. */
function largestOf(document: Document): string | undefined {
  if (document.node_type !== "group") return undefined;
  const coordinates = coordinatesIn(document);
  const sizes = arraysOf(document)
    .filter(([name, array]) => !coordinates.has(name) && isNumeric(dtypeOf(array)))
    .map(([name, { shape }]): [string, number] => [name, shape.reduce((size, length) => size * length, 1)]);
  return sizes.sort(([, one], [, other]) => other - one)[0]?.[0];
}

/** The paths, below a group, of the groups that attributes lead to a plot through. */
export function defaultsOf(document: Document): string[] {
  if (document.node_type !== "group") return [];
  const members = document.consolidated_metadata?.metadata ?? {};
  const found: string[] = [];
  let [attributes, at] = [document.attributes ?? {}, ""];
  while (found.length < DEEPEST) {
    const told: unknown = attributes["default"];
    const next = typeof told === "string" ? told : firstOf(members, at);
    if (next === undefined) break;
    const path = next.startsWith("/") ? next.slice(1) : below(at, next); // "/entry" is at the file's root
    const member = members[path];
    if (member?.node_type !== "group" || path === at) break;
    at = path;
    attributes = member.attributes ?? {};
    found.push(at);
  }
  return found;
}

/** The first group of NeXus in a group, a plot before an entry. */
function firstOf(members: Record<string, Document>, at: string): string | undefined {
  const prefix = at && `${at}/`;
  const names = Object.keys(members).flatMap((path) => {
    const name = path.startsWith(prefix) ? path.slice(prefix.length) : "/";
    return name.includes("/") ? [] : [name];
  });
  const classed = (kind: string): string | undefined =>
    names.find((name) => members[below(at, name)]?.attributes?.["NX_class"] === kind);
  return classed("NXdata") ?? (at ? undefined : classed("NXentry"));
}
