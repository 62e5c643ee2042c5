// What the panel says where it has nothing to show.

import type { TranslationBundle } from "@jupyterlab/translation";
import { isNode, MOUNTS, NOTEBOOK } from "./items.ts";
import { Failure } from "./server.ts";

/** That nothing is at a path, and what puts something there. */
export function nothingText(path: string, trans: TranslationBundle): string {
  if (path === NOTEBOOK || path.startsWith("notebooks/") || path.startsWith("kernels/")) {
    return trans.__("Nothing is published: jz.publish(name=array) does it.");
  }
  return path === MOUNTS ? trans.__("There are none.") : trans.__("It is empty.");
}

/** A failure as sentences. */
export function failureTexts(path: string, error: unknown, trans: TranslationBundle): string[] {
  if (!(error instanceof Failure)) return [trans.__("The server cannot be reached.")];
  if (error.status === 403) return [trans.__("You may not see this: %1", error.message)];
  if (!error.isOurs && error.status === 404) {
    return [
      trans.__("This server has no jupyter_zarr_serve: install it beside the server, and start it again."),
    ];
  }
  return error.status === 404 ? [nothingText(isNode(path) ? path : NOTEBOOK, trans)] : [error.message];
}
