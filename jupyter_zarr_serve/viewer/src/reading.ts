// One reading of the data: while another is awaited, it stays on the screen.

import type { Overlaid } from "./overlay";
import type { Drawn } from "./sketch";
import type { Selection, TileSource } from "./tiles";

/** What is drawn out of one reading of the data. */
export interface Reading {
  id: string;
  sources: TileSource[];
  drawn: Drawn[];
  selections: Selection[]; // of `drawn`
  /** The labels over it. */
  overlaid?: Overlaid | undefined;
  overlaidAt: Selection[];
  /** The identifiers of the layers that are not all there yet. */
  missing: Set<string>;
  /** It is on the screen. */
  came: () => void;
  failed: (error: unknown) => void;
}

/** A reading of which nothing is there yet. */
export function readingOf(
  id: string,
  sources: TileSource[],
  told: Pick<Reading, "came" | "failed">,
): Reading {
  return { ...told, id, sources, drawn: [], selections: [], overlaidAt: [], missing: new Set() };
}

/** Viv loads everything again when it is given another list of selections. */
export function select(reading: Reading, drawn: Drawn[]): Reading {
  const selections = drawn.map(({ selection }) => selection);
  if (JSON.stringify(selections) !== JSON.stringify(reading.selections)) reading.selections = selections;
  return Object.assign(reading, { drawn });
}

/** Lay labels over it. What is on the screen keeps the labels that were read with it. */
export function overlay(reading: Reading, overlaid: Overlaid | undefined): Reading {
  const { overlaid: before } = reading;
  const isSame = overlaid && before && overlaid.path === before.path;
  reading.overlaid = isSame ? { ...overlaid, sources: before.sources } : overlaid;
  const at = overlaid?.at.join();
  if (overlaid && at !== reading.overlaidAt[0]?.at.join()) reading.overlaidAt = [{ at: overlaid.at }];
  return reading;
}
