// The attributes of JSON as h5web knows them: each with a shape and a type.

import { ShapeClass, type Attribute, type DType, type Shape } from "@h5web/app";
import { float, text, typeOf, unknown } from "./dtypes";

// We have applied these to the values: h5web would do it again.
const APPLIED = ["_FillValue", "missing_value", "missing_mark", "valid_min", "valid_max", "valid_range"];

const SCALAR: Shape = { class: ShapeClass.Scalar, dims: [] };

/** What h5web is told of attributes, besides their values. */
export const attributesOf = (values: Record<string, unknown>): Attribute[] =>
  Object.entries(values).map(([name, value]) =>
    APPLIED.includes(name) ? { name, shape: SCALAR, type: unknown } : { name, ...shapeAndType(value) },
  );

function shapeAndType(value: unknown): { shape: Shape; type: DType } {
  if (!Array.isArray(value)) return { shape: SCALAR, type: typeOfOne(value) };
  const types = value.map(typeOfOne);
  const isOfOne = types.every((type) => type.class === types[0]?.class);
  const shape: Shape = { class: ShapeClass.Array, dims: [value.length] };
  return { shape, type: isOfOne && types[0] ? types[0] : unknown };
}

function typeOfOne(value: unknown): DType {
  if (typeof value === "string") return text();
  if (typeof value === "number") return float(64);
  return typeof value === "boolean" ? typeOf("bool") : unknown;
}

/** The text of an attribute; "" where it has none. */
export function wordsOf(values: Record<string, unknown>, name: string): string {
  const [value] = [values[name]].flat();
  return typeof value === "string" ? value : "";
}
