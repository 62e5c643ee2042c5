// The values of a part of an array, from the server's export: numbers as .npy, text and records as JSON.

import { DTypeClass, type DType } from "@h5web/app";
import { load, quoted, Refused } from "../server";
import type { Time } from "../times";
import { alongTimes, name } from "./axes";
import { counted, dated, exactly, secondsOf } from "./dates";
import { isBinary } from "./dtypes";
import type { Shown } from "./entities";
import type { ArrayNode } from "../nodes";
import { titleOf } from "./labels";
import { elementsOf, type Decoded } from "./npy";
import { packingOf, unpacked } from "./packing";
import { typeOfShown } from "./shown";

const MOST = 2 ** 24; // values at once: an image of 4096 by 4096
const MOST_WORDS = 200_000; // values that come as JSON
export const MISSING = "⟨missing⟩";

/** The address of a part of an array in a form; the part is written as h5web does, "0,:,:". */
export function exportOf(scope: string, path: string, form: string, region = ""): string {
  const query = new URLSearchParams({ form, ...(region && { region }) });
  return `${scope}api/export/${quoted(path)}?${query}`;
}

/** What h5web gets for a part of a dataset: a list, or one value where nothing but indices is in the selection. */
export async function valuesOf(
  scope: string,
  { array, isAxis, isCounted }: Shown,
  selection: string | undefined,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const shape = shapeOf(array.shape, selection);
  const count = shape.reduce((product, length) => product * length, 1);
  const isNumbers = isBinary(array.dtype);
  checkSize(count, isNumbers ? MOST : MOST_WORDS, array);
  if (count === 0) return [];
  if (isCounted) {
    const indices = Float64Array.from({ length: count }, (_, index) => index);
    name(array.name, indices);
    return indices;
  }
  const body = await load(
    exportOf(scope, array.path, isNumbers ? "npy" : "json", selection),
    signal ? { signal } : {},
  );
  if (!body) throw new Refused(404, `there is nothing at ${array.path} any longer`);
  const found = isNumbers
    ? shown(elementsOf(body), array, isAxis)
    : wordsOf(body, typeOfShown(array, isAxis), array.attributes["missing"]);
  if (isAxis && shape.length) name(titleOf(array), found as ArrayLike<number>);
  return shape.length ? found : found[0];
}

function checkSize(count: number, most: number, { path }: ArrayNode): void {
  if (count <= most) return;
  throw new Error(
    `This part of ${path} has ${count.toLocaleString("en")} values; at most ${most.toLocaleString("en")} are ` +
      "shown at once. Choose an index along more dimensions, or open it as an image.",
  );
}

/** The shape of a selection. */
function shapeOf(shape: number[], selection: string | undefined): number[] {
  const parts = selection?.split(",") ?? [];
  return shape.filter((_, axis) => (parts[axis] ?? ":") === ":");
}

/** Numbers as they are meant. */
function shown(stored: Decoded, array: ArrayNode, isAxis: boolean): ArrayLike<unknown> {
  const time = counted(array.dtype);
  if (time) return ofNumpy(stored as BigInt64Array, time, isAxis);
  const packing = packingOf(array.attributes, array.dtype);
  if (!packing) return stored;
  const values = unpacked(stored, packing);
  if (!packing.time) return values;
  const { calendar } = packing.time;
  const written = (seconds: number): string => (Number.isNaN(seconds) ? MISSING : dated(seconds, calendar));
  return isAxis ? alongTimes(values, calendar) : Array.from(values, written);
}

function ofNumpy(counts: BigInt64Array, time: Time, isAxis: boolean): ArrayLike<unknown> {
  if (!isAxis) return Array.from(counts, (count) => exactly(count, time).replace("NaT", MISSING));
  const seconds = Float64Array.from(counts, (count) => secondsOf(count, time));
  return time.name === "datetime64" ? alongTimes(seconds) : seconds;
}

interface Json {
  values: unknown[];
}

/** Values that come as JSON, in which numbers keep all their digits. */
function wordsOf(body: Uint8Array, type: DType, missing: unknown): unknown[] {
  const { values } = parsed(new TextDecoder().decode(body));
  if (type.class !== DTypeClass.Compound)
    return values.map((value) => shownAs(isGone(value, missing) ? null : value, type));
  const types = [...type.fields.values()];
  return values.map((record) =>
    types.map((field, at) => shownAs((record as unknown[] | null)?.[at] ?? null, field)),
  );
}

/** Whether a text stands for what is missing, as the attribute `missing` of an array says it. */
const isGone = (value: unknown, missing: unknown): boolean =>
  (missing === "empty string" && value === "") || (missing === "empty bytes" && value === "b''");

/** Whole numbers of more digits than a float64 has are kept, where the browser tells how they are written. */
function parsed(text: string): Json {
  const revive = (_: string, value: unknown, { source = "" }: { source?: string } = {}): unknown =>
    typeof value === "number" &&
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    /^-?\d+$/.test(source)
      ? BigInt(source)
      : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as Json;
}

function shownAs(value: unknown, type: DType): unknown {
  switch (type.class) {
    case DTypeClass.Integer:
      return typeof value === "bigint" || typeof value === "number" ? value : NaN;
    case DTypeClass.Float:
      return value === null ? NaN : Number(value);
    case DTypeClass.Bool:
      return Boolean(value);
    case DTypeClass.Complex:
      return Array.isArray(value) ? value.map(Number) : [NaN, NaN];
    case DTypeClass.String:
      return value === null ? MISSING : typeof value === "string" ? value : JSON.stringify(value);
    default:
      return value;
  }
}
