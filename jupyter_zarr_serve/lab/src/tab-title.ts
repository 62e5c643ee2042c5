// The title of a tab tells when nothing is any longer at its path, and when it is back.

import type { TranslationBundle } from "@jupyterlab/translation";
import type { Live } from "../../shared/live.ts";
import { quoted } from "./places.ts";
import type { Tab } from "./tabs.ts";

/**
 * Keep the title of a tab true.
 *
 * @returns What ends it.
 */
export function followTitle(tab: Tab, live: Live, trans: TranslationBundle): () => void {
  const { title } = tab;
  const { label, caption } = title;
  const tell = (isThere: boolean): void => {
    title.label = isThere ? label : trans.__("%1 (gone)", label);
    title.caption = isThere ? caption : trans.__("%1: nothing is there now", caption);
  };
  return live.subscribe(quoted(tab.content.path), {
    changed: ({ kind }) => tell(kind !== "gone"),
    begun: tell,
  });
}
