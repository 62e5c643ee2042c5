// Rectangles of pixels out of chunks: read, kept while there is room, and told in JavaScript's numbers.
//
// Numbers of JavaScript are float64: 64-bit integers are exact up to 2^53, and drawn in float32 as
// everything is that is wider than 32 bits. The value under the pointer is read from the chunk itself.

import type * as zarr from "zarrita";
import { Chunks, type Block, type Values } from "./chunks";
import type { Store } from "./server";
import { sourceOf, turned, UNTURNED, type Turn } from "./turn";

export type Pixels =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

export type DrawnType = "Uint8" | "Int8" | "Uint16" | "Int16" | "Uint32" | "Int32" | "Float32";

/** A rectangle of the last two axes, in pixels of a level. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

const DRAWN: Record<string, DrawnType> = {
  bool: "Uint8",
  uint8: "Uint8",
  int8: "Int8",
  uint16: "Uint16",
  int16: "Int16",
  uint32: "Uint32",
  int32: "Int32",
};

const MAKERS = {
  Uint8: Uint8Array,
  Int8: Int8Array,
  Uint16: Uint16Array,
  Int16: Int16Array,
  Uint32: Uint32Array,
  Int32: Int32Array,
  Float32: Float32Array,
} as const;

/** What pixels are drawn as. */
export const drawnType = (dtype: string): DrawnType => DRAWN[dtype] ?? "Float32";

/** One level of an image, an array whose last two axes are those of its planes. */
export class Level {
  private static readonly chunks = new Chunks();

  constructor(
    readonly array: zarr.Array<zarr.DataType>,
    /** Elements of the finest level along one of this, for each axis. */
    private readonly factors: number[],
    private readonly turn: Turn = UNTURNED,
  ) {}

  /** Pixels of the finest level across one of this. */
  get factor(): number {
    return this.factors.at(-1) ?? 1;
  }

  /** The height of what is shown; rows are columns where it is turned. */
  get height(): number {
    return this.array.shape.at(this.turn.isTransposed ? -1 : -2) ?? 1;
  }

  get width(): number {
    return this.array.shape.at(this.turn.isTransposed ? -2 : -1) ?? 1;
  }

  /** Rows and columns of a chunk of the array. */
  get chunkShape(): [number, number] {
    const [height = 1, width = 1] = this.array.chunks.slice(-2);
    return [height, width];
  }

  /** The same level of an image that is so many times finer than its finest level. */
  coarser(factor: number): Level {
    const count = this.factors.length - 2;
    const factors = this.factors.map((own, axis) => (axis < count ? own : own * factor));
    return new Level(this.array, factors, this.turn);
  }

  static forget(): void {
    Level.chunks.clear();
  }

  /** Have read anew what has been read of a part of the finest level, of which each axis has its start and stop; or all. */
  forget(part: [number, number][] = []): void {
    const { chunks } = this.array;
    const ranges = part.map(([start, stop], axis): [number, number] => {
      const step = (this.factors[axis] ?? 1) * (chunks[axis] ?? 1);
      // What is coarser may be made of a neighbour, too.
      return [Math.floor((start - 1) / step), Math.floor(stop / step)];
    });
    Level.chunks.renew(`${this.root}/`, (coords) =>
      ranges.every(([first, last], axis) => first <= (coords[axis] ?? 0) && (coords[axis] ?? 0) <= last),
    );
  }

  /** The plane of this level that shows what one of the finest level does. */
  private own(at: number[]): number[] {
    return at.map((index, axis) => this.nearest(index, axis));
  }

  private nearest(index: number, axis: number): number {
    const [factor = 1, length = 1] = [this.factors[axis], this.array.shape[axis]];
    return Math.min(Math.floor((index + 0.5) / factor), length - 1);
  }

  /** The values of a rectangle of a plane of the finest level, shifted by `-offset`, as they are drawn. */
  async read(at: number[], wanted: Rectangle, offset: number, signal?: AbortSignal): Promise<Pixels> {
    const out = new MAKERS[drawnType(this.array.dtype)](wanted.width * wanted.height) as Pixels;
    await this.fill(out, at, this.source(wanted), offset, signal);
    return turned(out, wanted, this.turn);
  }

  /** The same values as well as JavaScript can tell them. */
  async numbers(at: number[], wanted: Rectangle): Promise<Float64Array> {
    const out = new Float64Array(wanted.width * wanted.height);
    await this.fill(out, at, this.source(wanted), 0);
    return turned(out, wanted, this.turn);
  }

  private source(shown: Rectangle): Rectangle {
    return sourceOf(shown, [this.height, this.width], this.turn);
  }

  private async fill(
    out: Pixels | Float64Array,
    at: number[],
    { left, top, width, height }: Rectangle,
    offset: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const [high, wide] = this.chunkShape;
    const plane = this.own(at);
    const tasks: Promise<void>[] = [];
    for (let row = Math.floor(top / high); row * high < top + height; row++) {
      for (let column = Math.floor(left / wide); column * wide < left + width; column++) {
        const copy = (block: Block): void => {
          const [y0, y1] = [Math.max(top, row * high), Math.min(top + height, (row + 1) * high)];
          const [x0, x1] = [Math.max(left, column * wide), Math.min(left + width, (column + 1) * wide)];
          for (let y = y0; y < y1; y++) {
            const from = this.position(block, plane, y - row * high, x0 - column * wide);
            copyRow(block, from, x1 - x0, out, (y - top) * width + x0 - left, offset);
          }
        };
        tasks.push(this.chunk(plane, row, column, signal).then(copy));
      }
    }
    await Promise.all(tasks);
  }

  /** The exact value that shows a pixel of the finest level, if its chunk has been read; while it is read anew, the last. */
  value(at: number[], y: number, x: number): number | bigint | undefined {
    const [high, wide] = this.chunkShape;
    const plane = this.own(at);
    const [row, column] = this.element(at.length, y, x);
    const block = Level.chunks.peek(this.key(plane, Math.floor(row / high), Math.floor(column / wide)));
    if (block?.shape !== this.array.chunks.join()) return undefined;
    return block.values[this.position(block, plane, row % high, column % wide)];
  }

  /** The row and the column of the element that shows a pixel of the finest level. */
  private element(first: number, y: number, x: number): [number, number] {
    const shown = this.turn.isTransposed ? [x, y] : [y, x];
    const flags = this.turn.isTransposed ? [...this.turn.isMirrored].reverse() : this.turn.isMirrored;
    const [row = 0, column = 0] = shown.map((index, i) => {
      const axis = first + i;
      const last = (this.array.shape[axis] ?? 1) - 1;
      const found = this.nearest(index, axis);
      return flags[i] ? last - found : found;
    });
    return [row, column];
  }

  private coords(at: number[], row: number, column: number): number[] {
    return [...at.map((index, axis) => Math.floor(index / (this.array.chunks[axis] ?? 1))), row, column];
  }

  private get root(): string {
    return `${(this.array.store as Store).root}${this.array.path}`;
  }

  private key(at: number[], row: number, column: number): string {
    return `${this.root}/${this.coords(at, row, column).join("/")}`;
  }

  private async chunk(at: number[], row: number, column: number, signal?: AbortSignal): Promise<Block> {
    const read = async (): Promise<Block> => {
      const chunk = await this.array.getChunk(this.coords(at, row, column), signal ? { signal } : {});
      return { values: plain(chunk.data), stride: chunk.stride, shape: this.array.chunks.join() };
    };
    try {
      return await Level.chunks.get(this.key(at, row, column), read);
    } catch (error) {
      // Another tile of the same chunk may have given up; this one has not.
      if (isAbort(error) && !signal?.aborted) return this.chunk(at, row, column, signal);
      throw error;
    }
  }

  private position(block: Block, at: number[], y: number, x: number): number {
    const inside = at.map((index, axis) => index % (this.array.chunks[axis] ?? 1));
    const place = [...inside, y, x];
    return place.reduce((sum, index, axis) => sum + index * (block.stride[axis] ?? 1), 0);
  }
}

function copyRow(
  { values, stride }: Block,
  from: number,
  count: number,
  out: Pixels | Float64Array,
  to: number,
  offset: number,
): void {
  const step = stride.at(-1) ?? 1;
  if (step === 1 && offset === 0 && values.constructor === out.constructor) {
    out.set((values as unknown as Pixels).subarray(from, from + count), to);
  } else {
    for (let i = 0, j = from; i < count; i++, j += step) out[to + i] = Number(values[j]) - offset;
  }
}

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "AbortError";

/** zarrita's booleans are no numbers, but their bytes are. */
function plain(data: unknown): Values {
  if (ArrayBuffer.isView(data)) return data as unknown as Values;
  const { buffer, byteOffset, length } = data as {
    buffer: ArrayBuffer;
    byteOffset: number;
    length: number;
  };
  return new Uint8Array(buffer, byteOffset, length);
}
