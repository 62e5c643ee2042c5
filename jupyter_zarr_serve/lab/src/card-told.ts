// What a kernel tells for the card of something published; it is saved in notebooks, so it may say anything.

export const CARD = "application/vnd.jupyter-zarr-serve.card.v1+json";

const MOST = 20; // cards; a kernel tells fewer

/** One published thing, as it was when its cell ran. */
export interface Told {
  readonly name: string;
  readonly kernel: string;
  readonly is_frozen: boolean;
  readonly kind: "array" | "group";
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly dimension_names?: readonly (string | null)[];
}

/** The cards in the data of an output; those that make no sense are left out. */
export function cardsIn(data: unknown): Told[] {
  const cards = isRecord(data) ? data["cards"] : undefined;
  return Array.isArray(cards) ? cards.slice(0, MOST).flatMap((card) => told(card) ?? []) : [];
}

function told(card: unknown): Told | undefined {
  if (!isRecord(card)) return undefined;
  const { name, kernel, is_frozen: isFrozen, kind, shape, dtype, dimension_names: names } = card;
  if (typeof name !== "string" || !name || typeof kernel !== "string" || !/^[\w-]+$/.test(kernel))
    return undefined;
  return {
    name,
    kernel,
    is_frozen: isFrozen === true,
    kind: kind === "array" ? "array" : "group",
    ...(isListOf(shape, (one) => typeof one === "number") && { shape: shape as number[] }),
    ...(typeof dtype === "string" && { dtype }),
    ...(isListOf(names, (one) => one === null || typeof one === "string") && {
      dimension_names: names as string[],
    }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, fits: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}
