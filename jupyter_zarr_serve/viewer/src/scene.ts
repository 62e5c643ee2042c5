// The drawing: deck.gl with Viv's layer of tiles, panned and zoomed.

import { Deck, OrthographicView, type Layer } from "@deck.gl/core";
import { MultiscaleImageLayer, XRLayer } from "@vivjs/layers";
import { zeroIn } from "./curves";
import type { Frame } from "./frame";
import type { Pyramid } from "./pyramid";
import { isAbort, Level } from "./raster";
import type { Drawn } from "./sketch";
import { tileSources, type Selection, type Tile, type TileSource } from "./tiles";
import { ToneExtension } from "./tone";

interface Listeners {
  /** The camera is to be moved. */
  moved: (zoom: number, target: [number, number]) => void;
  failed: (error: unknown) => void;
  /** All tiles of what is to be seen are there. */
  loaded: () => void;
}

/** Across and down; deck.gl takes the smaller zoom for the resolution of tiles. */
interface State {
  zoom: [number, number];
  target: [number, number, number];
}

interface TileProps {
  id: string;
  tile: { index: { x: number; y: number; z: number } };
  data: (Omit<Tile, "data"> & { data: Tile["data"][] }) | null;
  loader: TileSource[];
  isSmooth: boolean;
}

export class Scene {
  private readonly deck: Deck<OrthographicView>;
  private readonly extensions = [new ToneExtension()];
  private drawn: Drawn[] = [];
  private selections: Selection[] = [];
  private isSmooth = true;
  private isLoaded = false;

  constructor(
    parent: HTMLElement,
    private readonly frame: Frame,
    private readonly pyramid: Pyramid,
    private sources: TileSource[],
    private readonly offset: number,
    /** The aspect that the sources are made for. */
    private readonly stretch: number,
    private readonly listeners: Listeners,
  ) {
    this.deck = new Deck({
      parent: parent as HTMLDivElement,
      views: new OrthographicView({ id: "plane", flipY: true }),
      viewState: this.state(),
      controller: { doubleClickZoom: true, scrollZoom: { speed: 0.01, smooth: false }, keyboard: false },
      layers: [],
      useDevicePixels: true,
      onViewStateChange: ({ viewState }) => {
        const { zoom, target } = viewState as unknown as State;
        listeners.moved(zoom[0], [target[0], target[1]]);
      },
      onError: (error) => listeners.failed(error),
      onAfterRender: () => this.rendered(),
    });
  }

  /** Follow the frame. */
  look(): void {
    this.deck.setProps({ viewState: this.state() });
  }

  draw(drawn: Drawn[], isSmooth: boolean): void {
    const selections = drawn.map(({ selection }) => selection);
    // Viv loads everything again when it is given another list.
    if (JSON.stringify(selections) !== JSON.stringify(this.selections)) this.selections = selections;
    this.drawn = drawn;
    this.isSmooth = isSmooth;
    this.update();
  }

  /** Read everything again. */
  reload(): void {
    Level.forget();
    this.sources = tileSources(this.pyramid.levels, this.offset, this.stretch);
    this.update();
  }

  /** Tell that all is there, once it is on the screen, too: shaders are linked while others draw. */
  private rendered(): void {
    if (!this.isLoaded || !this.isLinked()) return;
    this.isLoaded = false;
    this.deck.redraw("the shaders are linked");
    this.listeners.loaded();
  }

  private isLinked(): boolean {
    const { layerManager } = this.deck as unknown as { layerManager: { getLayers(): Layer[] } };
    const models = layerManager.getLayers().flatMap((layer) => layer.getModels());
    return models.every(({ pipeline }) => (pipeline as { linkStatus?: string }).linkStatus === "success");
  }

  private state(): object {
    const { zoom, target } = this.frame.camera;
    const state: State = { zoom: [zoom, zoom + Math.log2(this.frame.aspect)], target: [...target, 0] };
    return { plane: state };
  }

  private update(): void {
    this.deck.setProps({ layers: this.drawn.length ? [this.layer()] : [] });
  }

  private layer(): Layer {
    return new MultiscaleImageLayer({
      id: "image",
      loader: this.sources,
      selections: this.selections,
      contrastLimits: this.drawn.map(({ limits }) => limits.map((limit) => limit - this.offset)),
      channelsVisible: this.drawn.map(() => true),
      tones: this.drawn.map(({ tone, limits }) => ({ ...tone, zero: zeroIn(limits) })),
      extensions: this.extensions,
      isSmooth: this.isSmooth,
      excludeBackground: true,
      pickable: false,
      refinementStrategy: "best-available",
      maxCacheSize: 200,
      maxRequests: 12,
      renderSubLayers: tileLayer,
      onViewportLoad: () => {
        this.isLoaded = true;
        requestAnimationFrame(() => this.deck.redraw("all tiles are there"));
      },
      onTileError: (error: unknown) => {
        if (!isAbort(error)) this.listeners.failed(error);
      },
    } as unknown as ConstructorParameters<typeof MultiscaleImageLayer>[0]) as unknown as Layer;
  }
}

/** A tile as large as its pixels are; Viv's own stretches those at the edges. */
function tileLayer(props: TileProps): Layer | null {
  const { data, id, loader, tile, isSmooth } = props;
  const [finest] = loader;
  if (!data || !data.width || !data.height || !finest) return null;
  const { x, y, z } = tile.index;
  const side = finest.tileSize * 2 ** -z;
  const [left, top] = [x * side, y * side];
  const [down, across] = loader[-z]?.units ?? [2 ** -z, 2 ** -z];
  const own = {
    id: `${id}-pixels`,
    channelData: data,
    bounds: [left, top + data.height * down, left + data.width * across, top],
    dtype: finest.dtype,
    interpolation: isSmooth && z < 0 && down === across ? "linear" : "nearest",
  };
  return new XRLayer(props as never, own as never) as unknown as Layer;
}
