// The drawing: deck.gl with Viv's layer of tiles, panned and zoomed.

import { Deck, OrthographicView, type Layer } from "@deck.gl/core";
import { MultiscaleImageLayer, XRLayer } from "@vivjs/layers";
import type { Pyramid } from "./pyramid";
import { isAbort, Level } from "./raster";
import type { Selection, Tile } from "./tiles";
import { tileSources, type TileSource } from "./tiles";
import { ToneExtension, type Tone } from "./tone";

export interface Drawn {
  selection: Selection;
  limits: [number, number];
  tone: Tone;
}

export interface Camera {
  zoom: number;
  target: [number, number, number];
}

interface Listeners {
  moved: (camera: Camera) => void;
  failed: (error: unknown) => void;
  /** All tiles of what is to be seen are there. */
  loaded: () => void;
}

interface TileProps {
  id: string;
  tile: { index: { x: number; y: number; z: number } };
  data: (Omit<Tile, "data"> & { data: Tile["data"][] }) | null;
  loader: TileSource[];
  isSmooth: boolean;
}

const CLOSEST = 6; // powers of two above one pixel a pixel
const MARGIN = 0.96;

export class Scene {
  private readonly deck: Deck<OrthographicView>;
  private readonly extensions = [new ToneExtension()];
  private sources: TileSource[];
  private camera: Camera;
  private drawn: Drawn[] = [];
  private selections: Selection[] = [];
  private isSmooth = true;
  private isLoaded = false;

  constructor(
    private readonly parent: HTMLElement,
    private readonly pyramid: Pyramid,
    private readonly offset: number,
    private readonly listeners: Listeners,
    camera: Partial<Camera>,
  ) {
    this.sources = tileSources(pyramid.levels, offset);
    this.camera = { ...this.whole(), ...camera };
    this.deck = new Deck({
      parent: parent as HTMLDivElement,
      views: new OrthographicView({ id: "plane", flipY: true }),
      viewState: this.state(),
      controller: { doubleClickZoom: true, scrollZoom: { speed: 0.01, smooth: false }, keyboard: false },
      layers: [],
      useDevicePixels: true,
      onViewStateChange: ({ viewState }) => this.look(viewState as unknown as Camera),
      onError: (error) => listeners.failed(error),
      onAfterRender: () => this.rendered(),
    });
  }

  /** Ask for the first tiles while the graphics start, which takes longer. */
  private prefetch(): void {
    const [finest] = this.sources;
    if (!finest) return;
    const k = Math.min(Math.max(Math.floor(-this.camera.zoom), 0), this.sources.length - 1);
    const side = finest.tileSize * 2 ** k;
    const { left, top, right, bottom } = this.parent.getBoundingClientRect();
    const [x0, y0] = this.place(left, top).map((place) => Math.max(0, Math.floor(place / side)));
    const [x1, y1] = this.place(right, bottom).map((place) => Math.floor(place / side));
    for (let y = y0 ?? 0; y <= (y1 ?? 0) && y * side < this.size[0]; y++) {
      for (let x = x0 ?? 0; x <= (x1 ?? 0) && x * side < this.size[1]; x++) {
        for (const selection of this.selections) {
          this.sources[k]?.getTile({ x, y, selection }).catch(() => {}); // asked for again, and told then
        }
      }
    }
  }

  /** The camera that shows all. */
  whole(): Camera {
    const { clientWidth, clientHeight } = this.parent;
    const [height, width] = this.size;
    const zoom = Math.log2(Math.min(clientWidth / width, clientHeight / height) * MARGIN);
    return { zoom: Math.min(zoom, CLOSEST), target: [width / 2, height / 2, 0] };
  }

  get size(): [number, number] {
    const [finest] = this.pyramid.levels;
    return [finest?.height ?? 1, finest?.width ?? 1];
  }

  get view(): Camera {
    return this.camera;
  }

  /** Move the camera. */
  look({ zoom, target }: Partial<Camera>): void {
    const [height, width] = this.size;
    const furthest = Math.min(0, this.whole().zoom - 2);
    const within = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
    const [x, y] = target ?? this.camera.target;
    this.camera = {
      zoom: Math.min(Math.max(zoom ?? this.camera.zoom, furthest), CLOSEST),
      target: [within(x, width), within(y, height), 0],
    };
    this.deck.setProps({ viewState: this.state() });
    this.listeners.moved(this.camera);
  }

  /** Move by a share of what is to be seen. */
  pan(right: number, down: number): void {
    const unit = 2 ** -this.camera.zoom;
    const [x, y] = this.camera.target;
    const { clientWidth, clientHeight } = this.parent;
    this.look({ target: [x + right * clientWidth * unit, y + down * clientHeight * unit, 0] });
  }

  /** Where on the image a place on the screen is. */
  place(clientX: number, clientY: number): [number, number] {
    const { left, top, width, height } = this.parent.getBoundingClientRect();
    const unit = 2 ** -this.camera.zoom;
    const [x, y] = this.camera.target;
    return [x + (clientX - left - width / 2) * unit, y + (clientY - top - height / 2) * unit];
  }

  draw(drawn: Drawn[], isSmooth: boolean): void {
    const selections = drawn.map(({ selection }) => selection);
    // Viv loads everything again when it is given another list.
    if (JSON.stringify(selections) !== JSON.stringify(this.selections)) this.selections = selections;
    if (!this.drawn.length) this.prefetch();
    this.drawn = drawn;
    this.isSmooth = isSmooth;
    this.update();
  }

  /** Read everything again. */
  reload(): void {
    Level.forget();
    this.sources = tileSources(this.pyramid.levels, this.offset);
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
    return { plane: { ...this.camera } };
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
      tones: this.drawn.map(({ tone }) => tone),
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
  const unit = 2 ** -z;
  const [left, top] = [x * finest.tileSize * unit, y * finest.tileSize * unit];
  const own = {
    id: `${id}-pixels`,
    channelData: data,
    bounds: [left, top + data.height * unit, left + data.width * unit, top],
    dtype: finest.dtype,
    interpolation: isSmooth && z < 0 ? "linear" : "nearest",
  };
  return new XRLayer(props as never, own as never) as unknown as Layer;
}
