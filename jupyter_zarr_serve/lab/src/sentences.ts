// What the panel says where it has nothing to show.

import type { TranslationBundle } from "@jupyterlab/translation";
import { isNode, MOUNTS, NOTEBOOK } from "./items.ts";
import type { Missing } from "./packages.ts";
import { Failure } from "./server.ts";

/** The command that installs the package, in a cell. */
export const INSTALL = "%pip install jupyter-zarr-serve";

/** That nothing is at a path, and what puts something there. */
export function nothingText(path: string, trans: TranslationBundle): string {
  if (path === NOTEBOOK || path.startsWith("notebooks/") || path.startsWith("kernels/")) {
    return trans.__("Nothing is published: jz.publish(name=array) does it.");
  }
  return path === MOUNTS ? trans.__("There are none.") : trans.__("It is empty.");
}

/** What a kernel lacks, and what mends it. */
export function missingTexts(missing: Missing, trans: TranslationBundle): string[] {
  if (missing === "language") return [trans.__("Only kernels of Python can publish variables.")];
  return [trans.__("This kernel has no jupyter_zarr_serve. Run in a cell:"), INSTALL];
}

/** A message of a server as a sentence. */
export function sentence(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).trim();
  return text.slice(0, 1).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
}

/** What people call a group or an array. */
export function calledText(called: string, trans: TranslationBundle): string {
  const words: Record<string, string> = {
    folder: trans.__("folder"),
    table: trans.__("table"),
    dataset: trans.__("dataset"),
    image: trans.__("image"),
    group: trans.__("group"),
    sparse: trans.__("stored sparsely"),
  };
  return words[called] ?? called;
}

/** A failure as sentences. */
export function failureTexts(path: string, error: unknown, trans: TranslationBundle): string[] {
  if (!(error instanceof Failure)) return [trans.__("The server cannot be reached.")];
  if (error.status === 403) return [trans.__("You may not see this: %1", sentence(error))];
  if (!error.isOurs && error.status === 404) {
    return [
      trans.__("This server has no jupyter_zarr_serve. Install it beside the server:"),
      "pip install jupyter-zarr-serve",
      trans.__("Then start the server again."),
    ];
  }
  return error.status === 404 ? [nothingText(isNode(path) ? path : NOTEBOOK, trans)] : [sentence(error)];
}
