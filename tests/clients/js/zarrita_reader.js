// How zarrita reads a whole array; for Node and for browsers.

import * as zarr from "zarrita";

/** A function that reads the array at a URL. */
export function reader({ zarr_format, headers }) {
  const open = zarr_format === 2 ? zarr.open.v2 : zarr.open.v3;
  return async (url) => {
    const store = new zarr.FetchStore(url, { overrides: { headers } });
    const array = await open(store, { kind: "array" });
    // An array of no dimensions is given as a bare value; its chunk has the typed array.
    const whole = array.shape.length ? await zarr.get(array) : await array.getChunk([]);
    return { shape: array.shape, ...spelled(array.dtype, whole.data) };
  };
}

function spelled(dtype, data) {
  if (dtype.startsWith("v2:S")) return { dtype: `|S${dtype.slice(4)}`, data };
  const isText = dtype === "string" || dtype === "v2:object" || dtype.startsWith("v2:U");
  return isText ? { dtype: "text", data: [...data] } : { dtype, data };
}
