// Numbers as CF packs them, unpacked as xarray does: what is missing becomes NaN, the rest is scaled and moved.
// https://cfconventions.org/cf-conventions/cf-conventions.html#packed-data
// https://docs.xarray.dev/en/stable/internals/zarr-encoding-spec.html

import type { Time } from "../times";
import { secondsOf, timesOf } from "./dates";
import type { Decoded } from "./npy";

export interface Packing {
  factor: number;
  offset: number;
  /** What stands for a missing value. */
  fills: (number | bigint)[];
  /** What the numbers count, where they are times. */
  time: Time | undefined;
  /** The least and the number of the integers that are meant, if those that are stored have another sign. */
  signed: [least: number, count: number] | undefined;
}

/** How the numbers of an array are packed, by its attributes and dtype. */
export function packingOf(attributes: Record<string, unknown>, dtype: string): Packing | undefined {
  const { scale_factor, add_offset, _FillValue, missing_value, missing_mark, _Unsigned } = attributes;
  if (!/^(u?int|float)\d+$/.test(dtype)) return undefined;
  const isWhole = dtype.includes("int");
  const fills = [_FillValue, missing_value, missing_mark].flat().flatMap((fill) => numberOf(fill, isWhole));
  const [factor, offset] = [scalar(scale_factor) ?? 1, scalar(add_offset) ?? 0];
  const time = timesOf(attributes);
  // What is no number is missing by itself.
  const isPlain = factor === 1 && offset === 0 && fills.every((fill) => Number.isNaN(fill));
  const signed = signedBy(String(_Unsigned).toLowerCase(), dtype);
  return isPlain && !time && !signed ? undefined : { factor, offset, fills, time, signed };
}

/** NetCDF's classic format has no integers without a sign: the attribute `_Unsigned` says which are meant. */
function signedBy(isUnsigned: string, dtype: string): Packing["signed"] {
  const [, isStored, bits] = /^(u?)int(\d+)$/.exec(dtype) ?? [];
  if (!bits || (isUnsigned !== "true" && isUnsigned !== "false")) return undefined;
  if ((isUnsigned === "true") === Boolean(isStored)) return undefined;
  const count = 2 ** Number(bits);
  return [isUnsigned === "true" ? 0 : -count / 2, count];
}

const scalar = (value: unknown): number | undefined => {
  const [one] = [value].flat();
  return typeof one === "number" ? one : undefined;
};

/** A number that stands for what is missing; in Zarr's documents those that are no integers are bytes in base64. */
function numberOf(fill: unknown, isWhole: boolean): (number | bigint)[] {
  if (fill === "NaN") return [NaN];
  const value = typeof fill === "string" ? (decoded(fill) ?? NaN) : fill;
  if (typeof value !== "number") return [];
  return isWhole && !Number.isSafeInteger(value) && Number.isInteger(value)
    ? [BigInt(value), value]
    : [value];
}

const FLOAT64 = /^[A-Za-z0-9+/]{11}=$/;

/** The float64 in eight bytes of base64, or the number that a text says. */
function decoded(text: string): number | undefined {
  if (!FLOAT64.test(text)) return text.trim() ? Number(text) : undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new DataView(bytes.buffer).getFloat64(0, true);
}

/** The numbers that are meant; times in seconds since 1970. */
export function unpacked(values: Decoded, packing: Packing): Float32Array | Float64Array {
  const { factor, offset, fills, time, signed } = packing;
  const [least, count] = signed ?? [-Infinity, 0];
  const isSingle = values instanceof Float32Array && factor === 1 && offset === 0 && !time;
  const found = new (isSingle ? Float32Array : Float64Array)(values.length);
  const missing = new Set(fills.map((fill) => (isSingle ? Math.fround(Number(fill)) : Number(fill))));
  for (let at = 0; at < found.length; at++) {
    const stored = values[at] as number | bigint;
    let value = Number(stored);
    const isMissing = missing.has(value);
    if (value < least) value += count;
    else if (count && value >= least + count) value -= count;
    if (isMissing || missing.has(value)) found[at] = NaN;
    else if (time) found[at] = secondsOf(value * factor + offset, time);
    else found[at] = value * factor + offset;
  }
  return found;
}
