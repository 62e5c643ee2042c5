// Viv's pixel sources: squares of each power of two, out of whatever levels there are.

import type { Level, Pixels, DrawnType, Rectangle } from "./raster";
import { drawnType } from "./raster";

/** A plane and a channel: indexes along all axes but the last two. */
export interface Selection {
  at: number[];
}

interface Wanted {
  x: number;
  y: number;
  selection: Selection;
  signal?: AbortSignal;
}

export interface Tile {
  data: Pixels;
  width: number;
  height: number;
}

const MOST_LEVELS = 24;

/** The pixels of one power of two. */
export class TileSource {
  readonly dtype: DrawnType;
  readonly labels = ["at", "y", "x"];

  constructor(
    private readonly level: Level,
    readonly tileSize: number,
    /** Pixels of `level` across one pixel of here. */
    private readonly shrink: number,
    private readonly offset: number,
  ) {
    this.dtype = drawnType(level.array.dtype);
  }

  get shape(): [number, number] {
    const { height, width } = this.level;
    return [Math.ceil(height / this.shrink), Math.ceil(width / this.shrink)];
  }

  onTileError = (error: unknown): void => console.error(error);

  async getTile({ x, y, selection, signal }: Wanted): Promise<Tile> {
    const [high, wide] = this.shape;
    const [left, top] = [x * this.tileSize, y * this.tileSize];
    const [width, height] = [Math.min(this.tileSize, wide - left), Math.min(this.tileSize, high - top)];
    if (width <= 0 || height <= 0) return { data: new Uint8Array(0), width: 0, height: 0 };
    const data = await this.pixels(selection.at, { left, top, width, height }, signal);
    return { data, width, height };
  }

  private async pixels(at: number[], wanted: Rectangle, signal?: AbortSignal): Promise<Pixels> {
    if (this.shrink === 1) return this.level.read(at, wanted, this.offset, signal);
    const start = (place: number): number => Math.floor((place + 0.5) * this.shrink);
    const [left, top] = [start(wanted.left), start(wanted.top)];
    const width = start(wanted.left + wanted.width - 1) + 1 - left;
    const height = start(wanted.top + wanted.height - 1) + 1 - top;
    const all = await this.level.read(at, this.clipped({ left, top, width, height }), this.offset, signal);
    return nearest(all, { left, top, width, height }, wanted, start);
  }

  private clipped({ left, top, width, height }: Rectangle): Rectangle {
    return {
      left,
      top,
      width: Math.min(width, this.level.width - left),
      height: Math.min(height, this.level.height - top),
    };
  }
}

function nearest(
  all: Pixels,
  from: Rectangle,
  wanted: Rectangle,
  start: (place: number) => number,
): Pixels {
  const out = new (all.constructor as new (length: number) => Pixels)(wanted.width * wanted.height);
  for (let y = 0; y < wanted.height; y++) {
    const row = (start(wanted.top + y) - from.top) * from.width;
    for (let x = 0; x < wanted.width; x++) {
      out[y * wanted.width + x] = all[row + start(wanted.left + x) - from.left] ?? 0;
    }
  }
  return out;
}

/** A source for each power of two, the finest first; where no level fits, the next finer is thinned out. */
export function tileSources(levels: Level[], offset: number): TileSource[] {
  const [first] = levels;
  if (!first) return [];
  const tileSize = tileSizeOf(first);
  const coarsest = Math.round(Math.log2(Math.max(...levels.map(({ factor }) => factor))));
  return Array.from({ length: Math.min(coarsest + 1, MOST_LEVELS) }, (_, k) => {
    const fitting = levels.filter(({ factor }) => factor <= 2 ** k * 1.01);
    const level = fitting.reduce((best, other) => (other.factor > best.factor ? other : best), first);
    const ratio = 2 ** k / level.factor;
    return new TileSource(level, tileSize, Math.abs(ratio - 1) < 0.02 ? 1 : ratio, offset);
  });
}

/** The largest power of two that fits a chunk, but nothing tiny or huge. */
function tileSizeOf(level: Level): number {
  const side = Math.min(...level.chunkShape);
  return Math.min(1024, Math.max(256, 2 ** Math.floor(Math.log2(side))));
}
