// Icons, in the colours of Lab's theme.

import {
  consoleIcon,
  errorIcon,
  folderIcon,
  LabIcon,
  linkIcon,
  notebookIcon,
} from "@jupyterlab/ui-components";
import { formatOf, type Kind } from "./formats.ts";
import type { Item } from "./tree.ts";

const GREY = 'class="jp-icon3 jp-icon-selectable" fill="#616161"';
const COLOURS: Record<Kind, string> = {
  array: 'class="jp-icon-brand0 jp-icon-selectable" fill="#0D47A1"',
  sparse: 'class="jp-icon-brand0 jp-icon-selectable" fill="#0D47A1"',
  dataset: 'class="jp-icon-contrast1 jp-icon-selectable" fill="#7B1FA2"',
  table: 'class="jp-icon-contrast2 jp-icon-selectable" fill="#00838F"',
  image: 'class="jp-icon-contrast3 jp-icon-selectable" fill="#2E7D32"',
  group: 'class="jp-icon-contrast0 jp-icon-selectable" fill="#EF6C00"',
};

function icon(name: string, body: string): LabIcon {
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">${body}</svg>`;
  return new LabIcon({ name: `jupyter-zarr-serve:${name}`, svgstr });
}

function cells(colour: string, at: readonly (readonly [number, number, number, number])[]): string {
  const shapes = at.map(([x, y, w, h]) => `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="1"/>`);
  return `<g ${colour}>${shapes.join("")}</g>`;
}

const third = [3, 9.5, 16] as const;

/** Three planes of chunks: the mark of what is ours. */
export const dataIcon = icon(
  "data",
  `<g ${GREY}>` +
    '<path d="M12 2 2.5 6.6 12 11.2l9.5-4.6z"/>' +
    '<path d="M4.6 10.6 2.5 11.7 12 16.3l9.5-4.6-2.1-1.1-7.4 3.6z"/>' +
    '<path d="M4.6 15.7 2.5 16.8 12 21.4l9.5-4.6-2.1-1.1-7.4 3.6z"/></g>',
);

export const kindIcons: Record<Kind, LabIcon> = {
  array: icon(
    "array",
    cells(
      COLOURS.array,
      third.flatMap((y) => third.map((x) => [x, y, 5, 5] as const)),
    ),
  ),
  // The places of an array, few of which are filled.
  sparse: icon(
    "sparse",
    `<g ${COLOURS.sparse}>${third
      .flatMap((y, row) =>
        third.map((x, column) =>
          row === column || (row === 0 && column === 2)
            ? `<rect x="${x}" y="${y}" width="5" height="5" rx="1"/>`
            : `<rect x="${x + 1.75}" y="${y + 1.75}" width="1.5" height="1.5"/>`,
        ),
      )
      .join("")}</g>`,
  ),
  dataset: icon(
    "dataset",
    `<g ${COLOURS.dataset}><path d="M12 2 21 6.7v10.6L12 22l-9-4.7V6.7zm0 2.3L6.3 7.2 12 10.2l5.7-3zM5 8.8v7.3l6 3.1v-7.3zm14 0-6 3.1v7.3l6-3.1z"/></g>`,
  ),
  table: icon(
    "table",
    cells(COLOURS.table, [
      [3, 4, 18, 4],
      ...[10, 15].flatMap(
        (y) =>
          [
            [3, y, 5, 4],
            [10, y, 11, 4],
          ] as const,
      ),
    ]),
  ),
  image: icon(
    "image",
    `<path ${COLOURS.image} d="M4 3h16a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zm1 2v11.5l4.3-5.2 3.4 4 2.6-2.9 3.7 4.3V5zm11 1.8a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8z"/>`,
  ),
  group: icon(
    "group",
    `<g ${COLOURS.group}><path d="M3 4h8v6H8v3h5v-2h8v6h-8v-2H8v4h5v-2h8v6h-8v-2H6V10H3z" transform="translate(0 -1)"/></g>`,
  ),
};

/** The icon of a node, as far as its path tells. */
export function iconOf(path: string): LabIcon {
  return path ? kindIcons[formatOf(path)?.kind ?? "array"] : dataIcon;
}

/** The icon of a row of the panel; undefined for lines that are no things. */
export function rowIcon({ kind, path, member }: Item): LabIcon | undefined {
  if (kind === "session") return path.startsWith("notebooks/") ? notebookIcon : consoleIcon;
  if (kind === "link") return linkIcon;
  if (kind === "unavailable") return errorIcon;
  if (kind === "section" || kind === "note") return undefined;
  const called = member?.called;
  if (called === "folder") return formatOf(path) ? kindIcons.group : folderIcon;
  if (called === "table" || called === "dataset" || called === "image" || called === "sparse")
    return kindIcons[called];
  return kindIcons[formatOf(path)?.kind ?? (kind === "array" ? "array" : "group")];
}
