// The drawing: deck.gl with Viv's layer of tiles, panned and zoomed.

import { Deck, OrthographicView, type Layer } from "@deck.gl/core";
import { zeroIn } from "./curves";
import type { Frame } from "./frame";
import type { Overlaid } from "./overlay";
import { OverlayExtension } from "./overlay-tone";
import type { Pyramid } from "./pyramid";
import { isAbort, Level } from "./raster";
import { overlay, readingOf, select, type Reading } from "./reading";
import { areLinked, Redraws } from "./redraws";
import type { Drawn } from "./sketch";
import { imageLayer, tileLayer } from "./tile-layer";
import type { TileSource } from "./tiles";
import { ToneExtension } from "./tone";

interface Listeners {
  /** The camera is to be moved. */
  moved: (zoom: number, target: [number, number]) => void;
  failed: (error: unknown) => void;
  /** All tiles of what is to be seen are there. */
  loaded: () => void;
  /** The same, each time; of the image or of the labels over it. */
  read: (isOfLabels: boolean) => void;
}

/** Across and down; deck.gl takes the smaller zoom for the resolution of tiles. */
interface State {
  zoom: [number, number];
  target: [number, number, number];
}

export class Scene {
  private readonly deck: Deck<OrthographicView>;
  private readonly extensions = [new ToneExtension()];
  private readonly overlays = [new OverlayExtension()];
  private readonly redraws = new Redraws();
  private isSmooth = true;
  private isLoaded = false;
  private current: Reading;
  private next: Reading | undefined; // takes its place once all of it is there
  private count = 0;
  private came = (): void => {};
  private isTold = false;
  private isWhole = false; // all of the current one is on the screen

  constructor(
    parent: HTMLElement,
    private readonly frame: Frame,
    private readonly pyramid: Pyramid,
    /** The sources of tiles for the levels that there are now. */
    private readonly sources: () => TileSource[],
    private readonly offset: number,
    private readonly listeners: Listeners,
  ) {
    this.current = readingOf("image", sources(), { came: () => {}, failed: () => {} });
    this.deck = new Deck({
      parent: parent as HTMLDivElement,
      views: new OrthographicView({ id: "plane", flipY: true }),
      viewState: this.state(),
      controller: { doubleClickZoom: true, scrollZoom: { speed: 0.01, smooth: false }, keyboard: false },
      layers: [],
      useDevicePixels: true,
      deviceProps: { type: "webgl", webgl: { antialias: false } }, // no edge is oblique
      onViewStateChange: ({ viewState }) => {
        const { zoom, target } = viewState as unknown as State;
        listeners.moved(zoom[0], [target[0], target[1]]);
      },
      onError: (error) => listeners.failed(error),
      onAfterRender: () => this.rendered(),
      _customRender: (reason: string) => this.render(reason),
    });
  }

  /** What is shown, drawn once more: the graphics keep it until the end of this task. */
  redrawn(): HTMLCanvasElement | null | undefined {
    this.deck.redraw("the picture is saved");
    return this.deck.getCanvas();
  }

  /** Follow the frame. */
  look(): void {
    this.deck.setProps({ viewState: this.state() });
  }

  draw(drawn: Drawn[], isSmooth: boolean, overlaid?: Overlaid): void {
    for (const reading of this.readings) overlay(select(reading, drawn), overlaid);
    this.isSmooth = isSmooth;
    this.update();
  }

  /** Read everything again. */
  reload(): void {
    Level.forget();
    this.isTold = false;
    this.current.sources = this.sources();
    this.update();
  }

  /** Read again what was forgotten; all that is on the screen stays until the new is there, and goes at once. */
  refresh(drawn: Drawn[], overlaid?: Overlaid): Promise<void> {
    this.next?.came();
    return new Promise((came, failed) => {
      const next = readingOf(`image-${++this.count}`, this.sources(), { came, failed });
      this.next = overlay(select(next, drawn), overlaid);
      next.missing = new Set(overlaid ? [next.id, labelsOf(next)] : [next.id]);
      this.update(false);
    });
  }

  /** Draw nothing, until it is to `refresh`. */
  pause(): void {
    if (!this.next && !this.current.drawn.length) return;
    this.next?.came();
    this.next = undefined;
    select(this.current, []);
    this.update();
  }

  private get readings(): Reading[] {
    return this.next ? [this.current, this.next] : [this.current];
  }

  private exchange(next: Reading): void {
    if (this.next !== next) return;
    [this.current, this.next, this.came] = [next, undefined, next.came];
    this.isLoaded ||= !this.isTold;
    this.update();
  }

  private failed(reading: Reading, error: unknown): void {
    if (isAbort(error)) return;
    if (this.next !== reading) return this.listeners.failed(error);
    this.next = undefined;
    this.update(false);
    reading.failed(error);
  }

  /** Draw, unless nothing has changed or all that has is not seen yet. */
  private render(reason: string): void {
    if (this.next && this.isWhole && !this.current.overlaid && reason.startsWith("updating layers")) return;
    if (!this.redraws.isNeeded(reason, this.layers)) return;
    (this.deck as unknown as { _drawLayers(reason: string): void })._drawLayers(reason);
  }

  /** Tell that all is there, once it is on the screen, too: shaders are linked while others draw. */
  private rendered(): void {
    const shown = this.layers.find(({ id }) => id === this.current.id);
    if (shown?.props.visible || !this.current.drawn.length) this.came(); // else the old picture was drawn once more
    this.isWhole = Boolean(shown?.isLoaded);
    if (!areLinked(this.layers)) return this.redraw("shaders are not linked"); // so nothing was drawn by them
    if (!this.isLoaded) return;
    [this.isLoaded, this.isTold] = [false, true];
    this.deck.redraw("the shaders are linked");
    this.listeners.loaded();
  }

  private redraw(reason: string): void {
    requestAnimationFrame(() => this.deck.redraw(reason));
  }

  private get layers(): Layer[] {
    const { layerManager } = this.deck as unknown as { layerManager: { getLayers(): Layer[] } };
    return layerManager.getLayers();
  }

  private state(): object {
    const { zoom, target } = this.frame.camera;
    return { plane: { zoom: [zoom, zoom + Math.log2(this.frame.aspect)], target: [...target, 0] } };
  }

  private update(isSeen = true): void {
    if (isSeen) this.isWhole = false;
    this.redraws.changed();
    const readings = this.readings.filter(({ drawn }) => drawn.length);
    const layers = readings.map((reading) => [
      this.layer(reading),
      reading.overlaid && this.labels(reading, reading.overlaid),
    ]);
    this.deck.setProps({ layers });
  }

  /** All of a layer is there. */
  private loaded(reading: Reading, id: string, isOfLabels = false): void {
    reading.missing.delete(id);
    if (reading === this.current) this.listeners.read(isOfLabels);
    if (reading !== this.current && !reading.missing.size) queueMicrotask(() => this.exchange(reading));
  }

  /** The layer of labels over the image. Where tiles overlap, they would be less transparent. */
  private labels(reading: Reading, { sources, opacity, colours }: Overlaid): Layer {
    const id = labelsOf(reading);
    return imageLayer({
      ...this.common(reading),
      id,
      loader: sources,
      selections: reading.overlaidAt,
      contrastLimits: [[0, 1]],
      channelsVisible: [true],
      opacityOfLabels: opacity,
      labelColours: colours,
      extensions: this.overlays,
      isSmooth: false,
      refinementStrategy: "no-overlap",
      onViewportLoad: () => {
        this.loaded(reading, id, true);
        this.redraw("all labels are there");
      },
    });
  }

  /** What the layers of image and labels share. */
  private common(reading: Reading): object {
    return {
      visible: reading === this.current,
      onTileError: (error: unknown) => this.failed(reading, error),
      excludeBackground: true,
      pickable: false,
      maxCacheSize: 200,
      maxRequests: 12,
      renderSubLayers: tileLayer,
    };
  }

  private layer(reading: Reading): Layer {
    return imageLayer({
      ...this.common(reading),
      id: reading.id,
      loader: reading.sources,
      selections: reading.selections,
      contrastLimits: reading.drawn.map(({ limits }) => limits.map((limit) => limit - this.offset)),
      channelsVisible: reading.drawn.map(() => true),
      tones: reading.drawn.map(({ tone, limits }) => ({ ...tone, zero: zeroIn(limits) })),
      labelColours: this.pyramid.labelColours,
      extensions: this.extensions,
      isSmooth: this.isSmooth,
      refinementStrategy: "best-available",
      onViewportLoad: () => {
        this.loaded(reading, reading.id);
        this.isLoaded ||= reading === this.current && !this.isTold;
        if (this.isLoaded) this.redraw("all tiles are there");
      },
    });
  }
}

const labelsOf = ({ id, overlaid }: Reading): string => `${id}-labels ${overlaid?.path ?? ""}`;
