// The first picture: drawn without the graphics, which take longer to start than the pixels to come.
//
// The tiles, limits and colours are those of the scene, which takes its place once it has drawn them itself.

import { make } from "./dom";
import type { Frame } from "./frame";
import { shaderOf, type Shade } from "./shade";
import type { Selection, TileSource } from "./tiles";

/** One channel as it is to be drawn. */
export interface Drawn extends Shade {
  selection: Selection;
}

/** A rectangle of a source's pixels. */
interface Part {
  source: TileSource;
  /** Pixels of the image across one of the source. */
  unit: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export class Sketch {
  private laid: { canvas: HTMLCanvasElement; part: Part } | undefined;
  private isWanted = true;
  private turn = 0;

  constructor(
    private readonly parent: HTMLElement,
    private readonly frame: Frame,
    private readonly sources: TileSource[],
    private readonly offset: number,
  ) {}

  /** Draw what is to be seen, once all of it has come; then it is on the screen, unless it is drawn anew by then. */
  async draw(drawn: Drawn[], isSmooth: boolean): Promise<void> {
    const part = this.isWanted && this.part();
    if (!part) return;
    const turn = ++this.turn;
    const { source, left, top, width, height } = part;
    const canvas = make("canvas", { class: "sketch", "aria-hidden": "true", width, height });
    const shader = shaderOf(drawn, this.offset);
    const paint = async (x: number, y: number): Promise<void> => {
      const tiles = await Promise.all(drawn.map(({ selection }) => source.getTile({ x, y, selection })));
      const image = new ImageData(shader(tiles.map(({ data }) => data)), tiles[0]?.width ?? 1);
      canvas.getContext("2d")?.putImageData(image, x * source.tileSize - left, y * source.tileSize - top);
    };
    const tiles: Promise<void>[] = [];
    for (let y = top / source.tileSize; y * source.tileSize < top + height; y++)
      for (let x = left / source.tileSize; x * source.tileSize < left + width; x++) tiles.push(paint(x, y));
    await Promise.all(tiles);
    if (!this.isWanted || turn !== this.turn) return;
    canvas.style.imageRendering = isSmooth && part.unit > 1 ? "auto" : "pixelated";
    this.lay(canvas, part);
    await shown();
  }

  /** Follow the frame, with what has been drawn. */
  look(): void {
    if (!this.laid) return;
    const { canvas, part } = this.laid;
    const { unit, left, top, width, height } = part;
    const [x, y] = this.frame.spot(left * unit, top * unit);
    const [across, down] = this.frame.scale;
    Object.assign(canvas.style, {
      left: `${x}px`,
      top: `${y}px`,
      width: `${width * unit * across}px`,
      height: `${height * unit * down}px`,
    });
  }

  /** Away with it, now or when it comes. */
  remove(): void {
    this.isWanted = false;
    this.laid?.canvas.remove();
    this.laid = undefined;
  }

  /** The tiles that are to be seen, of the resolution that the scene takes, too. */
  private part(): Part | undefined {
    const finest = Math.min(...this.frame.scale);
    const k = Math.min(Math.max(Math.floor(-Math.log2(finest)), 0), this.sources.length - 1);
    const source = this.sources[k];
    if (!source) return undefined;
    const unit = 2 ** k;
    const side = source.tileSize * unit;
    const [x0, y0, x1, y1] = this.frame.seen;
    const [left, top] = [x0, y0].map((place) => Math.floor(place / side) * source.tileSize) as [
      number,
      number,
    ];
    const [height, width] = source.shape;
    const [right, bottom] = [x1, y1].map((place) => Math.ceil(place / side) * source.tileSize) as [
      number,
      number,
    ];
    const [wide, high] = [Math.min(right, width) - left, Math.min(bottom, height) - top];
    return wide > 0 && high > 0 ? { source, unit, left, top, width: wide, height: high } : undefined;
  }

  private lay(canvas: HTMLCanvasElement, part: Part): void {
    this.laid?.canvas.remove();
    this.laid = { canvas, part };
    this.look();
    this.parent.prepend(canvas);
  }
}

/** Once what has been drawn is on the screen. */
const shown = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
