// How long a link lives, as the server reads it.

import type { TranslationBundle } from "@jupyterlab/translation";
import type { Link } from "./told.ts";

const MINUTE = 60_000; // milliseconds
const MANY = 100_000; // minutes: the server takes no longer numbers than of six digits

/**
 * The life of a link that ends with a day, where the person is.
 *
 * @param day - As a field for dates has it, such as "2026-12-24".
 * @param now - Milliseconds since 1970.
 */
export function lifeUntil(day: string, now: number): string {
  const end = new Date(`${day}T23:59:59`).getTime();
  const minutes = Math.ceil((end - now) / MINUTE);
  return minutes < MANY ? `${minutes}m` : `${Math.ceil(minutes / 1440)}d`;
}

/** Whether it is a time to come. */
export function isLife(life: string): boolean {
  return Number.parseInt(life, 10) > 0;
}

/** Until when a link can be read, as words in the midst of a sentence. */
export function untilText(expires: string | null, trans: Pick<TranslationBundle, "__">): string {
  return expires
    ? trans.__("until %1", new Date(expires).toLocaleString())
    : trans.__("until it is revoked");
}

/** How often a link was used, and when it was last. */
export function usedText(
  { uses, last_used: last }: Pick<Link, "uses" | "last_used">,
  trans: Pick<TranslationBundle, "__">,
): string {
  if (!uses || !last) return trans.__("never used");
  return trans.__("used %1 times, last %2", uses, new Date(last).toLocaleString());
}
