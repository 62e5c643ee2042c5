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

const DEGREES = /^degrees?(_?(north|east|N|E))?$/;

/**
 * The attributes of an array with its title, which would have no unit otherwise. By the units alone h5web judges whether
 * both axes of a picture have one scale: times have none in common with anything else, both of a map have.
 */
export function labelled(array: ArrayNode): Record<string, unknown> {
  const { units: told, ...others } = array.attributes;
  const units = isOfTimes(array) ? "time" : DEGREES.test(String(told)) ? "degrees" : told;
  return { ...others, ...(units === undefined ? {} : { units }), long_name: titleOf(array) };
}
