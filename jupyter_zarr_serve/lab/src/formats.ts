// The files that the server reads, as people know them. A test compares the suffixes with those of `readers/`.

export type Kind = "array" | "sparse" | "dataset" | "table" | "image" | "group";

/** A type of file. */
export interface Format {
  /** The name of the type; Lab's own name, where Lab knows the type. */
  readonly type: string;
  readonly label: string;
  readonly kind: Kind;
  readonly suffixes: readonly string[];
  /** Lab's own types have their names and icons already. */
  readonly isLabs?: boolean;
  /** Lab shows it well enough to go on doing so. */
  readonly hasViewer?: boolean;
}

export const FORMATS: readonly Format[] = [
  { type: "zarr-npy", label: "NumPy Array", kind: "array", suffixes: [".npy"] },
  { type: "zarr-npz", label: "NumPy Archive", kind: "group", suffixes: [".npz"] },
  {
    type: "zarr-hdf5",
    label: "HDF5 File",
    kind: "group",
    suffixes: [".h5", ".hdf5", ".hdf", ".he5", ".h5ad", ".nc4", ".mat", ".nxs"],
  },
  { type: "zarr-netcdf", label: "NetCDF File", kind: "dataset", suffixes: [".nc", ".cdf", ".nc3"] },
  {
    type: "zarr-store",
    label: "Zarr Store",
    kind: "group",
    suffixes: [".zarr", ".zarr.zip", ".zip", ".tar"],
  },
  { type: "csv", label: "CSV File", kind: "table", suffixes: [".csv"], isLabs: true, hasViewer: true },
  { type: "tsv", label: "TSV File", kind: "table", suffixes: [".tsv"], isLabs: true, hasViewer: true },
  { type: "zarr-parquet", label: "Parquet File", kind: "table", suffixes: [".parquet", ".pq"] },
  {
    type: "zarr-arrow",
    label: "Arrow File",
    kind: "table",
    suffixes: [".feather", ".arrow", ".arrows", ".ipc"],
  },
  { type: "tiff", label: "TIFF Image", kind: "image", suffixes: [".tif", ".tiff"], isLabs: true },
  { type: "zarr-bigtiff", label: "BigTIFF Image", kind: "image", suffixes: [".btf", ".tf8"] },
  { type: "png", label: "PNG Image", kind: "image", suffixes: [".png"], isLabs: true, hasViewer: true },
  {
    type: "jpeg",
    label: "JPEG Image",
    kind: "image",
    suffixes: [".jpg", ".jpeg"],
    isLabs: true,
    hasViewer: true,
  },
  {
    type: "zarr-grib",
    label: "GRIB File",
    kind: "dataset",
    suffixes: [".grib", ".grib2", ".grb", ".grb2"],
  },
];

/** The format of a file, by the longest suffix that fits; undefined for what the server does not read. */
export function formatOf(name: string): Format | undefined {
  const lowered = name.toLowerCase();
  let found: Format | undefined;
  let length = 0;
  for (const format of FORMATS) {
    for (const suffix of format.suffixes) {
      if (lowered.endsWith(suffix) && suffix.length > length) [found, length] = [format, suffix.length];
    }
  }
  return found;
}
