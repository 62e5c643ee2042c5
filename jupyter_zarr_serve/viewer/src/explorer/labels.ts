// What stands at an axis: a title, and the unit behind it.

import { wordsOf } from "./attributes";
import type { ArrayNode } from "../nodes";
import { isOfTimes } from "./shown";

/** What h5web writes at the axis of an array. */
export function titleOf(array: ArrayNode): string {
  const { attributes, name } = array;
  const title = wordsOf(attributes, "long_name") || wordsOf(attributes, "standard_name") || name;
  const unit = wordsOf(attributes, "units");
  // Times are shown as dates, not as days since one.
  return unit && unit !== "1" && !isOfTimes(array) ? `${title} (${unit})` : title;
}

/** The attributes of an array with its title, which would have no unit otherwise. */
export function labelled(array: ArrayNode): Record<string, unknown> {
  const { units, ...others } = array.attributes;
  const unit = units === undefined || isOfTimes(array) ? {} : { units };
  return { ...others, ...unit, long_name: titleOf(array) };
}
