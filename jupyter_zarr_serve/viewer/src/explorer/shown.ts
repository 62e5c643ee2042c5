// As what the values of an array are shown: numbers, dates, text.

import type { DType } from "@h5web/app";
import { counted, timesOf } from "./dates";
import { float, isDrawable, text, typeOf } from "./dtypes";
import type { ArrayNode } from "../nodes";
import { packingOf } from "./packing";

const DATE = 19; // characters: 2000-01-01 00:00:00

/** Whether the numbers of an array are times. */
export const isOfTimes = ({ dtype, attributes }: ArrayNode): boolean =>
  Boolean(counted(dtype) ?? (/^(u?int|float)\d+$/.test(dtype) && timesOf(attributes)));

/** Whether values can be drawn along an array. */
export const isAlong = (array: ArrayNode): boolean =>
  /^(u?int|float)\d+$/.test(array.dtype) || counted(array.dtype)?.name === "datetime64";

/** Whether an array is drawn, and not only written. */
export const isPicture = (array: ArrayNode): boolean => isDrawable(array.dtype) && !isOfTimes(array);

/** The type of the values that h5web gets. */
export function typeOfShown(array: ArrayNode, isAxis: boolean): DType {
  if (isOfTimes(array)) return isAxis ? float(64) : text(DATE);
  const packing = packingOf(array.attributes, array.dtype);
  if (!packing) return typeOf(array.dtype);
  const isSingle = array.dtype === "float32" && packing.factor === 1 && packing.offset === 0;
  return float(isSingle ? 32 : 64);
}
