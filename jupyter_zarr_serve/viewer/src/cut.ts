// A plane through a volume in which the axis of a slider takes the place of one of the picture's.
//
// The server lays the axes of the array otherwise for it; see `views/ome/roles.py`.

import { inView } from "./address";
import { make } from "./dom";
import type { Drawing } from "./drawing";
import type { Place } from "./labelling";
import type { View } from "./link";
import type { Kind } from "../../shared/live";
import { documentOf, type GroupDocument } from "./node";
import { openPyramid, type Pyramid } from "./pyramid";
import { quoted } from "./server";
import { shaderOf } from "./shade";
import type { Drawn } from "./sketch";
import { tileSources, type TileSource } from "./tiles";
import { UNTURNED } from "./turn";

const LONGEST = 240; // pixels of the screen along a side of a cut
const SHORTEST = 48;
const FINEST = 512; // pixels along a side that are read
const COLOUR = "#ff4081";

/** What cuts follow, and what they move. */
export interface CutImage {
  pyramid: Pyramid;
  drawing: Drawing;
  view: View;
  drawn: () => Drawn[];
  /** The cross has moved, or the index along the axis of the cuts. */
  moved: () => void;
}

/** A plane through the volume in which the axis of the slider takes the place of one of the picture's. */
export class Cut {
  readonly canvas: HTMLCanvasElement;
  private opened: Promise<{ pyramid: Pyramid; sources: TileSource[] }> | undefined;
  private picture: HTMLCanvasElement | undefined;
  private turn = 0;

  constructor(
    private readonly place: Place,
    private readonly shown: CutImage,
    /** The letter of the axis that it is across to. */
    private readonly letter: "x" | "y",
    private readonly along: string,
    private readonly cross: () => Record<string, number>,
    picked: (indexes: Record<string, number>) => void,
  ) {
    const title = `Cut along ${letter === "y" ? "x" : "y"} and ${along}`;
    this.canvas = make("canvas", { role: "img", "aria-label": title, title, width: 0, height: 0 });
    const pick = (event: PointerEvent): void => {
      const { left, top, width, height } = this.canvas.getBoundingClientRect();
      const [across, down] = [(event.clientX - left) / width, (event.clientY - top) / height];
      picked({ [this.names[0]]: across, [this.names[1]]: down });
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      this.canvas.setPointerCapture(event.pointerId);
      pick(event);
    });
    this.canvas.addEventListener("pointermove", (event) => event.buttons && pick(event));
  }

  /** The axes across and down. */
  private get names(): [string, string] {
    return this.letter === "y" ? ["x", this.along] : [this.along, "y"];
  }

  private async open(): Promise<{ pyramid: Pyramid; sources: TileSource[] }> {
    const { letter, along, place, shown } = this;
    const swapped = (role: string): string => (role === letter ? along : role === along ? letter : role);
    const path = inView(place.path, shown.pyramid.source.map(({ role }) => swapped(role)).join());
    const document = (await documentOf(place.scope, path)) as GroupDocument;
    const pyramid = await openPyramid(`${place.scope}v3/${quoted(path)}`, document, UNTURNED);
    return { pyramid, sources: tileSources(pyramid.levels, shown.drawing.offset) };
  }

  /** Read the plane in which the cross lies, and draw it. */
  async draw(): Promise<void> {
    (await this.read())();
  }

  /** Read again what may have changed; what comes back draws it. */
  async renewed(kind: Kind): Promise<() => void> {
    const opened = await this.opened;
    for (const level of opened?.pyramid.levels ?? []) level.forget();
    if (kind !== "data" && kind !== "members") this.opened = undefined;
    return this.read();
  }

  /** Read the plane in which the cross lies; what comes back draws it, unless another one is read by then. */
  private async read(): Promise<() => void> {
    const turn = ++this.turn;
    const { pyramid, sources } = await (this.opened ??= this.open());
    const source = sources.find(({ shape }) => Math.max(...shape) <= FINEST) ?? sources.at(-1);
    if (!source) return () => {};
    const picture = await this.painted(source, pyramid);
    const [height = 1, width = 1] = pyramid.axes.slice(-2).map(({ length }) => length);
    const tall = height * pyramid.aspect;
    const scale = LONGEST / Math.max(width, tall);
    return () => {
      if (turn !== this.turn) return;
      this.picture = picture;
      this.canvas.width = Math.max(SHORTEST, Math.round(width * scale));
      this.canvas.height = Math.max(SHORTEST, Math.round(tall * scale));
      this.mark();
    };
  }

  /** The pixels of a source in the colours of the picture. */
  private async painted(source: TileSource, pyramid: Pyramid): Promise<HTMLCanvasElement> {
    const drawn = this.shown.drawn();
    const [height, width] = source.shape;
    const canvas = make("canvas", { width, height });
    const shader = shaderOf(drawn, this.shown.drawing.offset);
    const places: [number, number][] = [];
    for (let y = 0; y * source.tileSize < height; y++)
      for (let x = 0; x * source.tileSize < width; x++) places.push([x, y]);
    const paint = async ([x, y]: [number, number]): Promise<void> => {
      const planes = drawn.map((one) => ({ at: this.at(one, pyramid) }));
      const tiles = await Promise.all(planes.map((selection) => source.getTile({ x, y, selection })));
      const image = new ImageData(shader(tiles.map(({ data }) => data)), tiles[0]?.width ?? 1);
      canvas.getContext("2d")?.putImageData(image, x * source.tileSize, y * source.tileSize);
    };
    await Promise.all(places.map(paint));
    return canvas;
  }

  private at({ selection }: Drawn, { axes, channelAxis }: Pyramid): number[] {
    const channel = selection.at[this.shown.pyramid.channelAxis] ?? 0;
    return axes.slice(0, -2).map(({ name }, i) => {
      if (i === channelAxis) return channel;
      return (name === this.along ? this.cross()[this.letter] : this.shown.view.axes[name]) ?? 0;
    });
  }

  /** Draw what has been read, and the lines of the cross. */
  mark(): void {
    const { canvas, picture } = this;
    const drawing = canvas.getContext("2d");
    if (!drawing || !picture) return;
    drawing.imageSmoothingEnabled = false;
    drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const [across, down] = this.names.map((name) => this.shareOf(name));
    drawing.fillStyle = COLOUR;
    drawing.fillRect(Math.floor((across ?? 0) * canvas.width), 0, 1, canvas.height);
    drawing.fillRect(0, Math.floor((down ?? 0) * canvas.height), canvas.width, 1);
  }

  private shareOf(name: string): number {
    const index = (name === this.along ? this.shown.view.axes[name] : this.cross()[name]) ?? 0;
    return (index + 0.5) / (this.shown.pyramid.axes.find((axis) => axis.name === name)?.length ?? 1);
  }
}
