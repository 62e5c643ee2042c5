// Labels that lie over an image: an image of whole numbers, each number in a colour of its own, 0 transparent.

import { inView } from "./address";
import { told } from "./dom";
import type { LabelColours } from "./labels";
import { documentOf, type GroupDocument } from "./node";
import { openPyramid, type Axis, type Pyramid } from "./pyramid";
import type { Level } from "./raster";
import { quoted, type Store } from "./server";
import { tileSources, type TileSource } from "./tiles";

/** An overlay as it is in the address. */
export interface OverlayView {
  path: string;
  /** From 0, which is transparent, to 1. */
  opacity: number;
  isShown: boolean;
}

/** What the scene draws of an overlay. */
export interface Overlaid {
  path: string;
  sources: TileSource[];
  at: number[];
  opacity: number;
  colours: LabelColours;
}

const NEARLY = 0.02; // of a factor, which may differ by so much from one side to the other

export class Overlay {
  readonly sources: TileSource[];

  private constructor(
    readonly path: string,
    private readonly axes: Axis[],
    private readonly levels: Level[],
    private readonly store: Store,
    /** The colours that it tells of its labels. */
    readonly colours: LabelColours,
    stretch: number,
  ) {
    this.sources = tileSources(levels, 0, stretch);
  }

  /** Grows with each chunk that is read and is not as it was. */
  get changes(): number {
    return this.store.changes;
  }

  /** Forget what has been read of it, which may have changed. */
  forget(): void {
    for (const level of this.levels) level.forget();
  }

  /** Open labels that lie over an image.
   *
   * Fails where they are no whole numbers, or do not cover the image.
   */
  static async open(
    { scope, roles }: { scope: string; roles: string },
    path: string,
    image: Pyramid,
    stretch: number,
  ): Promise<Overlay> {
    const viewed = inView(path, roles);
    const document = (await documentOf(scope, viewed)) as GroupDocument;
    const labels = await openPyramid(`${scope}v3/${quoted(viewed)}`, document, image.turn);
    if (!/^(u?int\d+|bool)$/.test(labels.dtype))
      throw new Error(`${path} has elements of ${labels.dtype}: labels are whole numbers`);
    const factor = factorOf(image, labels);
    if (factor === undefined) {
      const [one, other] = [image, labels].map(({ axes }) => sizeOf(axes).join(" × "));
      throw new Error(
        `${path} has ${other} pixels, the image ${one}: labels lie over an image of their shape`,
      );
    }
    const levels = factor === 1 ? labels.levels : labels.levels.map((level) => level.coarser(factor));
    return new Overlay(path, labels.axes, levels, labels.store, labels.labelColours, stretch);
  }

  /** The plane of labels that lies over one of the image, whose indexes are known by name. */
  at(indexes: Record<string, number>): number[] {
    return this.axes.slice(0, -2).map(({ name, length }) => Math.min(indexes[name] ?? 0, length - 1));
  }

  /** The number at a pixel of the image, if it has been read; "" where there is none. */
  text(indexes: Record<string, number>, [x, y]: [number, number]): string {
    for (const level of this.levels) {
      const value = level.value(this.at(indexes), Math.floor(y), Math.floor(x));
      if (value !== undefined) return `${this.path.split("/").at(-1)} ${value ? told(value) : "none"}`;
    }
    return "";
  }
}

const sizeOf = (axes: Axis[]): number[] => axes.slice(-2).map(({ length }) => length);

/** Pixels of the image along one of its labels; undefined where they do not lie over each other. */
function factorOf(image: Pyramid, labels: Pyramid): number | undefined {
  const [one, other] = [sizeOf(image.axes), sizeOf(labels.axes)];
  const [down = 0, across = 0] = one.map((length, axis) => length / (other[axis] ?? 1));
  const isEqual = one.every((length, axis) => length === other[axis]);
  if (isEqual) return 1;
  const factor = Math.round(across);
  const fits = one.every((length, axis) => Math.abs(length / factor - (other[axis] ?? 0)) <= 1);
  return factor > 1 && fits && Math.abs(down / across - 1) < NEARLY ? factor : undefined;
}

/** The paths of the labels of an image, by OME-Zarr's convention; see https://ngff.openmicroscopy.org/0.5/#labels-md */
export function labelsOf(path: string, { consolidated_metadata: known }: GroupDocument): string[] {
  const group = known?.metadata["labels"];
  const told = (group?.attributes as { ome?: { labels?: unknown } } | undefined)?.ome?.labels;
  if (!Array.isArray(told)) return [];
  const names = told.filter((name): name is string => typeof name === "string");
  return names.map((name) => `${path}/labels/${name}`);
}
