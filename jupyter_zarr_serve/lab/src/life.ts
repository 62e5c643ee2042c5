// How long a link lives, as the server reads it.

import type { TranslationBundle } from "@jupyterlab/translation";

const MINUTE = 60_000; // milliseconds

/**
 * The life of a link that ends with a day, where the person is.
 *
 * @param day - As a field for dates has it, such as "2026-12-24".
 * @param now - Milliseconds since 1970.
 */
export function lifeUntil(day: string, now: number): string {
  const end = new Date(`${day}T23:59:59`).getTime();
  return `${Math.ceil((end - now) / MINUTE)}m`;
}

/** Until when a link can be read, as words in the midst of a sentence. */
export function untilText(expires: string | null, trans: Pick<TranslationBundle, "__">): string {
  return expires
    ? trans.__("until %1", new Date(expires).toLocaleString())
    : trans.__("until it is revoked");
}
