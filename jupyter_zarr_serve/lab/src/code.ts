// Code that opens things, as the server writes it for each client.

import { lineFor } from "./places.ts";
import type { Snippet } from "./told.ts";

/** The titles of the code that the server may have for something; the first is of our own line. */
export const CLIENTS = [
  "jupyter_zarr_serve",
  "zarr-python",
  "xarray",
  "dask",
  "pandas",
  "tensorstore",
  "zarrita",
  "napari",
] as const;

/** What a server says of code. */
export interface Coder {
  code(path: string): Promise<Snippet[]>;
}

/** Code by which a client opens a node; undefined if the client cannot read it. */
export async function codeFor(path: string, client: string, server: Coder): Promise<string | undefined> {
  try {
    const found = await server.code(path);
    return found.find(({ title }) => title === client)?.code.trimEnd();
  } catch (error) {
    // What is not there just now will be opened by its name.
    if (client === CLIENTS[0]) return lineFor(path);
    throw error;
  }
}

/** The line of code that opens something, with its import; undefined where the code has none. */
export function lineIn(code: string): string | undefined {
  const [line] = /\bjz\.open\(.*\)/.exec(code) ?? [];
  return line && `import jupyter_zarr_serve as jz\n\n${line}`;
}
