// A picture that is drawn without the graphics: the first one, as they take longer to start than the pixels to come; and those
// of data that change, as one of them is on the screen within milliseconds.
//
// The tiles, limits and colours are those of the scene, which takes its place once it has drawn them itself.

import { make } from "./dom";
import type { Frame } from "./frame";
import type { Overlaid } from "./overlay";
import { shaderOf, type Shade } from "./shade";
import { sourceFor, type Selection, type Tile, type TileSource } from "./tiles";

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

/** What has been read to be drawn: for each place in the part, a tile of each channel. */
interface Read {
  part: Part;
  selections: string;
  tiles: { x: number; y: number; of: Tile[] }[];
}

export class Sketch {
  private laid: { canvas: HTMLCanvasElement; read: Read } | undefined;
  private isWanted = true;
  private turn = 0;

  constructor(
    private readonly parent: HTMLElement,
    private readonly frame: Frame,
    public sources: TileSource[],
    private readonly offset: number,
  ) {}

  /** Draw what is to be seen, once all of it has come; false if it is not wanted, or drawn anew, by then. */
  async draw(drawn: Drawn[], isSmooth: boolean): Promise<boolean> {
    const part = this.isWanted && this.part();
    if (!part) return false;
    const turn = ++this.turn;
    const read = await this.read(drawn, part);
    if (!this.isWanted || turn !== this.turn) return false;
    this.lay(read, drawn, isSmooth);
    return true;
  }

  /** Draw what has been read once more, in other colours; false where other values are wanted. */
  recolour(drawn: Drawn[], isSmooth: boolean): boolean {
    if (this.laid?.read.selections !== selectionsOf(drawn)) return false;
    this.lay(this.laid.read, drawn, isSmooth);
    return true;
  }

  /** Whether all that is to be seen has been drawn. */
  get isWhole(): boolean {
    const [now, then] = [this.part(), this.laid?.read.part];
    return facts(now) === facts(then);
  }

  /** Draw from now on, after `remove`. */
  resume(): void {
    this.isWanted = true;
  }

  /** Read what is to be seen of an image and of labels over it, for whoever draws them; all in one turn, too. */
  async ahead(drawn: Drawn[], overlaid?: Pick<Overlaid, "sources" | "at">): Promise<void> {
    const [part, over] = [this.part(), overlaid && this.part(overlaid.sources)];
    await Promise.all([
      part && this.read(drawn, part),
      over && this.read([{ selection: { at: overlaid?.at ?? [] } }], over),
    ]);
  }

  /** Ask for everything in one turn, so that all of it is of one moment where the server can tell that. */
  private async read(drawn: Pick<Drawn, "selection">[], part: Part): Promise<Read> {
    const { source, left, top, width, height } = part;
    const side = source.tileSize;
    const tiles: Promise<Read["tiles"][number]>[] = [];
    for (let y = top / side; y * side < top + height; y++)
      for (let x = left / side; x * side < left + width; x++) {
        const of = Promise.all(drawn.map(({ selection }) => source.getTile({ x, y, selection })));
        tiles.push(of.then((of) => ({ x, y, of })));
      }
    return { part, selections: selectionsOf(drawn), tiles: await Promise.all(tiles) };
  }

  /** What is to be seen of it, as large as the stage. */
  get pixels(): HTMLCanvasElement | undefined {
    if (!this.laid) return undefined;
    const { clientWidth, clientHeight } = this.parent;
    const copy = make("canvas", { width: clientWidth, height: clientHeight });
    const drawing = copy.getContext("2d");
    if (!drawing) return undefined;
    drawing.imageSmoothingEnabled = this.laid.canvas.style.imageRendering === "auto";
    drawing.drawImage(this.laid.canvas, ...this.place(this.laid.read.part));
    return copy;
  }

  /** Follow the frame, with what has been drawn. */
  look(): void {
    if (!this.laid) return;
    const { canvas, read } = this.laid;
    const [left, top, width, height] = this.place(read.part).map((length) => `${length}px`);
    Object.assign(canvas.style, { left, top, width, height });
  }

  /** Where a part is in the stage: from the left and above, and how wide and high. */
  private place({ unit, left, top, width, height }: Part): [number, number, number, number] {
    const [across, down] = this.frame.scale;
    return [...this.frame.spot(left * unit, top * unit), width * unit * across, height * unit * down];
  }

  /** Away with it, now or when it comes. */
  remove(): void {
    this.isWanted = false;
    this.laid?.canvas.remove();
    this.laid = undefined;
  }

  /** The tiles that are to be seen, of the resolution that the scene takes, too. */
  private part(sources = this.sources): Part | undefined {
    const [k, source] = sourceFor(sources, this.frame.scale);
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

  private lay(read: Read, drawn: Drawn[], isSmooth: boolean): void {
    const { source, unit, left, top, width, height } = read.part;
    const canvas = this.canvasOf(width, height);
    const drawing = canvas.getContext("2d", { willReadFrequently: true }); // a processor fills it, not the graphics
    const shader = shaderOf(drawn, this.offset);
    for (const { x, y, of } of read.tiles) {
      const image = new ImageData(shader(of.map(({ data }) => data)), of[0]?.width ?? 1);
      drawing?.putImageData(image, x * source.tileSize - left, y * source.tileSize - top);
    }
    canvas.style.imageRendering = isSmooth && unit > 1 ? "auto" : "pixelated";
    this.laid = { canvas, read };
    this.look();
  }

  /** A canvas of a size, without a picture; the present one where it will do. */
  private canvasOf(width: number, height: number): HTMLCanvasElement {
    const known = this.laid?.canvas;
    if (known?.width === width && known.height === height) {
      known.getContext("2d")?.clearRect(0, 0, width, height);
      return known;
    }
    known?.remove();
    const canvas = make("canvas", { class: "sketch", "aria-hidden": "true", width, height });
    this.parent.prepend(canvas);
    return canvas;
  }
}

const selectionsOf = (drawn: Pick<Drawn, "selection">[]): string =>
  JSON.stringify(drawn.map(({ selection }) => selection));

function facts(part: Part | undefined): string {
  return part ? [part.unit, part.left, part.top, part.width, part.height].join() : "";
}
