// The dtypes of NumPy as h5web knows types.

import { DTypeClass, type CompoundType, type DType, type FloatType, type IntegerType } from "@h5web/app";

const LITTLE = "little-endian" as const;

const integer = (signed: boolean, size: number): IntegerType => ({
  class: DTypeClass.Integer,
  signed,
  size,
  endianness: LITTLE,
});

export const float = (size: number): FloatType => ({ class: DTypeClass.Float, size, endianness: LITTLE });

export const text = (length?: number): DType => ({
  class: DTypeClass.String,
  charSet: "UTF-8",
  strPad: "null-terminated",
  ...(length === undefined ? {} : { length }),
});

export const unknown: DType = { class: DTypeClass.Unknown };
const bool: DType = { class: DTypeClass.Bool, base: integer(false, 8) };
const DATE = 19; // characters: 2000-01-01 00:00:00

/** Whether values of a dtype come as bytes of fixed length, by `form=npy`. */
export const isBinary = (dtype: string): boolean =>
  /^(bool|u?int\d+|float(16|32|64)|complex(64|128)|(datetime|timedelta)64.*)$/.test(dtype);

/** Whether h5web draws values of a dtype. */
export const isDrawable = (dtype: string): boolean => /^(bool|u?int\d+|float\d+|complex\d+)$/.test(dtype);

/** The type of a dtype; what no form of h5web shows is unknown. */
export function typeOf(dtype: string): DType {
  const [, kind = "", size = ""] = /^(u?int|float|complex)(\d+)$/.exec(dtype) ?? [];
  if (kind === "int" || kind === "uint") return integer(kind === "int", Number(size));
  if (kind === "float") return float(Number(size));
  if (kind === "complex") return { class: DTypeClass.Complex, realType: half(size), imagType: half(size) };
  if (dtype === "bool") return bool;
  if (/^(datetime|timedelta)64/.test(dtype)) return text(DATE);
  const fixed = /^[<>|=]?([US])(\d+)$/.exec(dtype);
  if (fixed) return text(Math.max(Number(fixed[2]), 4));
  if (dtype === "string" || dtype === "bytes" || /^\|?V\d+$/.test(dtype)) return text();
  return fieldsOf(dtype) ?? unknown;
}

const half = (size: string): FloatType => float(Number(size) / 2);

const FIELD = /^\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*,\s*'([^']+)'\s*\)\s*,?\s*/;

/** The type of records, which NumPy writes as "[('x', '<f8'), ('name', '<U9')]"; undefined for what is more than that. */
function fieldsOf(dtype: string): CompoundType | undefined {
  const list = /^\[(.*)\]$/s.exec(dtype)?.[1];
  if (list === undefined) return undefined;
  const fields = new Map<string, DType>();
  for (let rest = list.trim(); rest; ) {
    const found = FIELD.exec(rest);
    if (!found) return undefined;
    const type = typeOf(nameOfCode(found[3] ?? ""));
    // A field of a kind of its own is shown as text.
    fields.set(found[1] ?? found[2] ?? "", type.class === DTypeClass.Unknown ? text() : type);
    rest = rest.slice(found[0].length);
  }
  return { class: DTypeClass.Compound, fields };
}

const KINDS: Record<string, string> = { i: "int", u: "uint", f: "float", c: "complex" };

/** The name of a dtype by its code: "int32" for "<i4". */
function nameOfCode(code: string): string {
  const [, kind = "", size = ""] = /^[<>|=]?([a-zA-Z?])(\d*)/.exec(code) ?? [];
  if (kind === "b" || kind === "?") return "bool";
  if (kind === "M") return "datetime64";
  if (kind === "m") return "timedelta64";
  return KINDS[kind] ? `${KINDS[kind]}${Number(size) * 8}` : code;
}
