// Views of lists as arrays of several dimensions, in the place of the packages `ndarray` and `ndarray-ops`, by which h5web
// takes slices: those write code and run it, which the page's policy forbids. As much as h5web uses; see build.mjs.

type Data<T> = { length: number; [index: number]: T };

export class View<T> {
  readonly dtype: string;

  constructor(
    readonly data: Data<T>,
    readonly shape: number[] = [data.length],
    readonly stride: number[] = stridesOf(shape),
    readonly offset = 0,
  ) {
    this.dtype = nameOf(data);
  }

  get size(): number {
    return this.shape.reduce((product, length) => product * length, 1);
  }

  get dimension(): number {
    return this.shape.length;
  }

  index(...at: number[]): number {
    let index = this.offset;
    for (let axis = 0; axis < this.stride.length; axis++)
      index += (at[axis] ?? 0) * (this.stride[axis] as number);
    return index;
  }

  get(...at: number[]): T {
    return this.data[this.index(...at)] as T;
  }

  set(...given: [...number[], T]): T {
    const value = given.pop() as T;
    this.data[this.index(...(given as number[]))] = value;
    return value;
  }

  /** One index along each axis that has one; the other axes stay. */
  pick(...indices: (number | null | undefined)[]): View<T> {
    const kept = this.shape.flatMap((_, axis) => (typeof indices[axis] === "number" ? [] : [axis]));
    const at = this.shape.map((_, axis) => indices[axis] ?? 0);
    return this.along(kept, this.index(...at));
  }

  transpose(...axes: number[]): View<T> {
    return this.along(axes.length ? axes : this.shape.map((_, axis) => axis).reverse(), this.offset);
  }

  private along(axes: number[], offset: number): View<T> {
    const [shape, stride] = [this.shape, this.stride].map((all) => axes.map((axis) => all[axis] as number));
    return new View(this.data, shape, stride, offset);
  }
}

const stridesOf = (shape: number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));

/** "float32" for a Float32Array; "array" for a plain one. */
const nameOf = (data: object): string =>
  data instanceof Uint8ClampedArray
    ? "uint8_clamped"
    : data.constructor.name.replace(/(.)Array$/, "$1").toLowerCase();

/** Copy all elements of a view into another of its shape. */
export function assign<T>(target: View<T>, source: View<T>): void {
  const { shape } = source;
  const at = shape.map(() => 0);
  for (let done = source.size; done > 0; done--) {
    target.set(...at, source.get(...at));
    let axis = shape.length - 1;
    while (axis >= 0 && ++at[axis]! === shape[axis]) at[axis--] = 0;
  }
}

/** A view of a list. */
export default function ndarray<T>(
  data: Data<T>,
  shape?: number[],
  stride?: number[],
  offset?: number,
): View<T> {
  return new View(data, shape, stride, offset);
}
