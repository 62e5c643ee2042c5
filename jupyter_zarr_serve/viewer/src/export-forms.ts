// Which forms of a file suit what is shown; the server makes them.

import type { ArrayNode, GroupNode } from "./nodes";

export interface ExportForm {
  name: string;
  label: string;
  /** Whether it can hold a part of an array, or chosen rows of a table. */
  hasParts: boolean;
  /** Whether it can hold all of it. */
  hasWhole?: false;
  /** Whether the server knows how long the file will be. */
  hasSize: boolean;
}

const [NPY, JSON_VALUES, CSV, PARQUET, TIFF, NETCDF, ARCHIVE, OME] = [
  { name: "npy", label: "NumPy (.npy)", hasParts: true, hasSize: true },
  { name: "json", label: "JSON", hasParts: true, hasSize: false },
  { name: "csv", label: "CSV", hasParts: true, hasSize: false },
  { name: "parquet", label: "Parquet", hasParts: true, hasSize: false },
  { name: "tiff", label: "TIFF", hasParts: true, hasSize: true },
  { name: "netcdf", label: "NetCDF", hasParts: true, hasSize: true },
  { name: "zarr.zip", label: "Zarr (.zarr.zip)", hasParts: false, hasSize: false },
  { name: "ozx", label: "OME-Zarr (.ozx)", hasParts: false, hasSize: false },
] as const satisfies readonly ExportForm[];

const MOST_JSON = 200_000; // elements

/** The forms that can hold a node, or the region of it that is seen; of some the server may say that they cannot. */
export function formsOf(node: ArrayNode | GroupNode, isTable: boolean, region = ""): ExportForm[] {
  if (isTable) return [CSV, PARQUET, ...(node.kind === "group" ? [ARCHIVE] : [NPY, ARCHIVE])];
  if (node.kind === "group") return node.called === "folder" ? [] : [NETCDF, ARCHIVE];
  const { dtype, shape } = node;
  const count = shape.reduce((product, length) => product * length, 1);
  const isReal = /^(bool|u?int|float)/.test(dtype);
  return [
    ...(/^(string|bytes|object)/.test(dtype) ? [] : [NPY]),
    ...(shape.length <= 2
      ? [CSV]
      : axesLeft(shape, region) <= 2
        ? [{ ...CSV, hasWhole: false as const }]
        : []),
    ...(shape.length >= 2 && (isReal || dtype.startsWith("complex")) ? [TIFF] : []),
    ...(isReal || dtype.startsWith("datetime") ? [NETCDF] : []),
    ...(count <= MOST_JSON ? [JSON_VALUES] : []),
    ARCHIVE,
  ];
}

/** How many axes of an array a region has, which is written as indices and slices. */
function axesLeft(shape: number[], region: string): number {
  const parts = region.split(",");
  return shape.filter((_, axis) => !/^\d+$/.test(parts[axis] ?? "")).length;
}

/** The form of what is an image below `ome/`. */
export const IMAGE_FORM: ExportForm = OME;

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** A number of bytes as people read it. */
export function sizeWords(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** unit;
  return `${unit && value < 100 ? value.toPrecision(3) : Math.round(value)} ${UNITS[unit]}`;
}
