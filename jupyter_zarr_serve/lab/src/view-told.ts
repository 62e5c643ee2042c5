// What a kernel tells of a view beside the notebook; it is saved in notebooks, so it may say anything.

export const VIEW = "application/vnd.jupyter-zarr-serve.view.v1+json";

const MOST = 64; // names of a path

/** What is to be shown. */
export interface ToldView {
  readonly kernel: string;
  /** The name of what is published, and the names below it. */
  readonly names: readonly string[];
}

/** The view in the data of an output; undefined where it makes no sense. */
export function viewIn(data: unknown): ToldView | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { kernel, names } = data as Record<string, unknown>;
  if (typeof kernel !== "string" || !/^[\w-]+$/.test(kernel)) return undefined;
  if (!Array.isArray(names) || !names.length || names.length > MOST || !names.every(isName))
    return undefined;
  return { kernel, names };
}

function isName(name: unknown): name is string {
  return typeof name === "string" && name !== "" && name !== "." && name !== ".." && !name.includes("/");
}
