// zarr.js, which knows version 2 alone.

import { HTTPStore, openArray } from "zarr";

import { main } from "./answers.js";

// It makes a promise of the codec, which nobody awaits where reading fails before.
process.on("unhandledRejection", () => {});

await main(({ headers }) => async (url) => {
  const store = new HTTPStore(url, { fetchOptions: { headers }, supportedMethods: ["GET"] });
  const array = await openArray({ store, mode: "r" });
  const { data, shape } = await array.getRaw(null);
  return { dtype: array.dtype.replace(">", "<"), shape, data }; // typed arrays are native
});
