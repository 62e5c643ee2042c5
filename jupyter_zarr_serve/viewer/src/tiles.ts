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
const MOST_SIDE = 4096; // pixels of a side of what is drawn at once, if it is stretched
const MOST_PIXELS = 1 << 23; // that are read for a picture of what is stretched

/** The pixels of one power of two. */
export class TileSource {
  readonly dtype: DrawnType;
  readonly labels = ["at", "y", "x"];

  constructor(
    private readonly level: Level,
    readonly tileSize: number,
    /** Pixels of the image down and across one pixel of here. */
    readonly units: [number, number],
    /** Pixels of the image across a side of a square tile, in tile sizes. */
    private readonly side: number,
    private readonly offset: number,
  ) {
    this.dtype = drawnType(level.array.dtype);
  }

  /** Pixels of `level` down and across one of here. */
  private get shrinks(): [number, number] {
    const ratio = (unit: number): number => {
      const found = unit / this.level.factor;
      return Math.abs(found - 1) < 0.02 ? 1 : found;
    };
    return [ratio(this.units[0]), ratio(this.units[1])];
  }

  get shape(): [number, number] {
    const { height, width } = this.level;
    const [down, across] = this.shrinks;
    return [Math.ceil(height / down), Math.ceil(width / across)];
  }

  onTileError = (error: unknown): void => console.error(error);

  async getTile({ x, y, selection, signal }: Wanted): Promise<Tile> {
    const [high, wide] = this.shape;
    const [rows, columns] = this.units.map((unit) => (this.tileSize * this.side) / unit) as [
      number,
      number,
    ];
    const [left, top] = [x * columns, y * rows];
    const [width, height] = [Math.min(columns, wide - left), Math.min(rows, high - top)];
    if (width <= 0 || height <= 0) return { data: new Uint8Array(0), width: 0, height: 0 };
    const start = performance.now();
    const data = await this.pixels(selection.at, { left, top, width, height }, signal);
    // For who observes it; the browser would keep it for ever.
    performance.measure("tile", { start });
    performance.clearMeasures("tile");
    return { data, width, height };
  }

  /** Read what lies in a part of the image, for who may want it soon: from left and top to right and bottom. */
  async expect(selection: Selection, part: number[], signal: AbortSignal): Promise<void> {
    const [left = 0, top = 0, right = 0, bottom = 0] = part.map((place, i) =>
      (i < 2 ? Math.floor : Math.ceil)(place / this.level.factor),
    );
    const wanted = this.clipped({ left, top, width: right - left, height: bottom - top });
    if (wanted.width > 0 && wanted.height > 0)
      await this.level.read(selection.at, wanted, this.offset, signal);
  }

  private async pixels(at: number[], wanted: Rectangle, signal?: AbortSignal): Promise<Pixels> {
    const [down, across] = this.shrinks;
    if (down === 1 && across === 1) return this.level.read(at, wanted, this.offset, signal);
    const starts: Starts = [down, across].map(
      (shrink) => (place: number) => Math.floor((place + 0.5) * shrink),
    ) as Starts;
    const [row, column] = starts;
    const [left, top] = [column(wanted.left), row(wanted.top)];
    const width = column(wanted.left + wanted.width - 1) + 1 - left;
    const height = row(wanted.top + wanted.height - 1) + 1 - top;
    const from = this.clipped({ left, top, width, height });
    return nearest(await this.level.read(at, from, this.offset, signal), from, wanted, starts);
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

/** From a row, and from a column, to that of the level. */
type Starts = [(place: number) => number, (place: number) => number];

function nearest(all: Pixels, from: Rectangle, wanted: Rectangle, [start, across]: Starts): Pixels {
  const out = new (all.constructor as new (length: number) => Pixels)(wanted.width * wanted.height);
  for (let y = 0; y < wanted.height; y++) {
    const row = (start(wanted.top + y) - from.top) * from.width;
    for (let x = 0; x < wanted.width; x++) {
      out[y * wanted.width + x] = all[row + across(wanted.left + x) - from.left] ?? 0;
    }
  }
  return out;
}

/** The source that the scene takes, and its place, where a pixel of the image is so wide and high on the screen. */
export function sourceFor(
  sources: TileSource[],
  scale: [number, number],
): [place: number, source: TileSource | undefined] {
  const k = Math.min(Math.max(Math.floor(-Math.log2(Math.min(...scale))), 0), sources.length - 1);
  return [k, sources[k]];
}

/** A source for each power of two, the finest first; where no level fits, the next finer is thinned out.
 *
 * With an aspect of far more or less than 1, the side that is stretched on the screen is thinned out less.
 */
export function tileSources(levels: Level[], offset: number, aspect = 1): TileSource[] {
  const [first] = levels;
  if (!first) return [];
  const tileSize = tileSizeOf(first);
  const finer = Math.round(Math.log2(aspect)); // powers of two that rows are larger than columns
  const longest = Math.log2(Math.max(first.height, first.width) / MOST_SIDE);
  const told = Math.round(Math.log2(Math.max(...levels.map(({ factor }) => factor))));
  const coarsest = finer ? Math.max(told, Math.ceil(longest)) : told;
  return Array.from({ length: Math.min(coarsest + 1, MOST_LEVELS) }, (_, k) => {
    const powers: [number, number] = [finest(k, finer, first.height), finest(k, -finer, first.width)];
    const level = levelFor(levels, Math.min(...powers), k);
    return new TileSource(level, tileSize, [2 ** powers[0], 2 ** powers[1]], 2 ** k, offset);
  });
}

/** The power of two by which a side is thinned out. */
function finest(k: number, finer: number, length: number): number {
  const least = Math.max(0, Math.ceil(Math.log2(length / MOST_SIDE)));
  return finer > 0 ? Math.min(k, Math.max(k - finer, least, 0)) : k;
}

/** The coarsest level that is as fine as a power of two, but not one that would be much to read. */
function levelFor(levels: Level[], power: number, most: number): Level {
  const upTo = (k: number): Level[] => {
    const found = levels.filter(({ factor }) => factor <= 2 ** k * 1.01);
    return found.length ? found : levels.slice(0, 1);
  };
  const coarsest = (some: Level[]): Level =>
    some.reduce((best, other) => (other.factor > best.factor ? other : best));
  for (let k = power; k < most; k++) {
    const level = coarsest(upTo(k));
    if (level.width * level.height <= MOST_PIXELS) return level;
  }
  return coarsest(upTo(Math.max(most, 0)));
}

/** The largest power of two that fits a chunk, but nothing tiny or huge. */
function tileSizeOf(level: Level): number {
  const side = Math.min(...level.chunkShape);
  return Math.min(1024, Math.max(256, 2 ** Math.floor(Math.log2(side))));
}
