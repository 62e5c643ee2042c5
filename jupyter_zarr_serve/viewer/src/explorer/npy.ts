// The numbers in a file of NumPy (.npy, version 1 to 3), little-endian and in C order.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

export type Complex = [number, number];
export type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
export type Decoded = Numbers | BigInt64Array | BigUint64Array | Complex[];

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** The elements of the array, the last axis fastest. */
export function elementsOf(file: Uint8Array): Decoded {
  if (MAGIC.some((byte, at) => file[at] !== byte)) throw new Error("the server sent no .npy file");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const isFirst = file[6] === 1;
  const start = isFirst ? 10 : 12;
  const length = isFirst ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = new TextDecoder().decode(file.subarray(start, start + length));
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? "";
  if (/'fortran_order':\s*True/.test(header))
    throw new Error("the server sent an array of Fortran's order");
  // A copy, as arrays of numbers begin where their size divides.
  const data = file.slice(start + length).buffer;
  return typed(descr, data);
}

function typed(descr: string, data: ArrayBuffer): Decoded {
  const [, order = "", code = ""] = /^([<>|=])([a-zA-Z]\d+)/.exec(descr) ?? [];
  if (order === ">") throw new Error("the server sent big-endian numbers");
  switch (code) {
    case "b1":
    case "u1":
      return new Uint8Array(data);
    case "i1":
      return new Int8Array(data);
    case "u2":
      return new Uint16Array(data);
    case "i2":
      return new Int16Array(data);
    case "u4":
      return new Uint32Array(data);
    case "i4":
      return new Int32Array(data);
    case "u8":
      return new BigUint64Array(data);
    case "i8":
    case "M8":
    case "m8":
      return new BigInt64Array(data);
    case "f2":
      return Float32Array.from(new Uint16Array(data), half);
    case "f4":
      return new Float32Array(data);
    case "f8":
      return new Float64Array(data);
    case "c8":
      return pairs(new Float32Array(data));
    case "c16":
      return pairs(new Float64Array(data));
    default:
      throw new Error(`the server sent numbers of an unknown kind, ${descr || "without a name"}`);
  }
}

/** A number of IEEE 754's half precision. */
export function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function pairs(parts: Float32Array | Float64Array): Complex[] {
  return Array.from({ length: parts.length / 2 }, (_, at) => [
    parts[2 * at] as number,
    parts[2 * at + 1] as number,
  ]);
}
