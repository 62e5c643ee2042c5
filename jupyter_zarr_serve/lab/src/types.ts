// Types of files, with their icons, and which of them a double click opens as data.

import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { TranslationBundle } from "@jupyterlab/translation";
import { DisposableSet } from "@lumino/disposable";
import { FACTORY } from "./documents.ts";
import { type Format, FORMATS } from "./formats.ts";
import { kindIcons } from "./icons.ts";

/** The names of all types that our tab can show. */
export const TYPES = FORMATS.flatMap(({ type, isLabs }) => (isLabs ? [type, ours(type)] : [type]));

/** The type of Zarr stores, files and folders. */
export const STORE = "zarr-store";

/** The types that are opened as data where nobody chose. */
export const AT_FIRST = FORMATS.filter(({ hasViewer }) => !hasViewer).map(({ type }) => type);

/**
 * Make the types known.
 *
 * Of a type that Lab has itself, a second one is made for the same files where ours is to be first: a type with a
 * pattern goes before one without, and "Open With" has the tabs of both.
 */
export function register(
  registry: DocumentRegistry,
  chosen: ReadonlySet<string>,
  trans: TranslationBundle,
): DisposableSet {
  const made = new DisposableSet();
  for (const format of FORMATS) {
    const first = chosen.has(format.type) ? [FACTORY] : [];
    if (!format.isLabs) {
      made.add(
        registry.addFileType({ ...described(format, trans), extensions: [...format.suffixes] }, first),
      );
    } else if (first.length) {
      const type = { ...described(format, trans), name: ours(format.type), pattern: patternOf(format) };
      made.add(registry.addFileType({ ...type, extensions: [] }, first));
    }
  }
  // Folders that are Zarr stores by their names; newer Labs show an icon of theirs.
  const store = FORMATS.find(({ type }) => type === STORE);
  if (store) {
    const folder = { name: "zarr-folder", contentType: "directory" as const, extensions: [".zarr"] };
    made.add(registry.addFileType({ ...described(store, trans), ...folder }));
  }
  return made;
}

function described({ type, label, kind }: Format, trans: TranslationBundle) {
  return { name: type, displayName: trans.__(label), icon: kindIcons[kind], fileFormat: "base64" as const };
}

function ours(type: string): string {
  return `zarr-${type}`;
}

/** Whether a name ends so, in upper or lower case. */
function patternOf({ suffixes }: Format): string {
  const letters = (suffix: string): string =>
    suffix.slice(1).replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  return `\\.(?:${suffixes.map(letters).join("|")})$`;
}
