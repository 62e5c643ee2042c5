// The drawing of an image: a sketch at first, then the scene, which can be moved and is refined.

import { copyOf, countFrame, onScreen, the } from "./dom";
import { Frame, type Camera } from "./frame";
import type { View } from "./link";
import type { Region } from "../../shared/live";
import { fail } from "./notices";
import type { Overlaid } from "./overlay";
import type { Axis, Pyramid } from "./pyramid";
import { Rulers, THICK } from "./ruler";
import type { Scene } from "./scene";
import { Sketch, type Drawn } from "./sketch";
import { tileSources, type TileSource } from "./tiles";

const HEAD_START = 700; // milliseconds for the sketch, as the graphics leave it no time while they start
const CALM = 500; // milliseconds without a picture after which the graphics show the last one

/** What the picture knows, and wants to know. */
interface Above {
  moved: () => void;
  /** All of what is to be seen has come, of the image or of the labels over it. */
  read: (isOfLabels: boolean) => void;
  /** The labels that lie over the image now. */
  overlaid: () => Overlaid | undefined;
  /** Whether labels are still to be opened, or read for the first time. */
  isLabelling: () => boolean;
}

export class Drawing {
  readonly frame: Frame;
  private readonly stage = the("stage");
  private readonly sketch: Sketch;
  private readonly rulers: Rulers;
  private readonly isFilled: boolean;
  readonly stretch: number;
  private scene: Scene | undefined;
  private hasLoaded = false;
  private trouble: "" | "failed" | "old" = "";
  private isRough = false;
  private calm = 0;
  private pictures = 0;
  /** The camera that shows all, at the present size of the stage. */
  private whole: Camera;

  constructor(
    private readonly pyramid: Pyramid,
    /** What is taken from all values, so that they can be told apart in 32 bits. */
    readonly offset: number,
    { zoom, centre, hasMarks = true, isFilled = false }: Partial<View>,
    private readonly picture: Above,
  ) {
    const [finest] = pyramid.levels;
    const size: [number, number] = [finest?.height ?? 1, finest?.width ?? 1];
    const camera = { ...(zoom === undefined ? {} : { zoom }), ...(centre ? { target: centre } : {}) };
    this.frame = new Frame(this.stage, size, pyramid.aspect, camera, hasMarks ? [THICK, THICK] : [0, 0]);
    this.isFilled = isFilled;
    if (isFilled) {
      this.frame.aspect = this.frame.filling;
      this.frame.look({ ...this.frame.whole(), ...camera });
    }
    this.rulers = new Rulers(this.stage, this.frame, pyramid.axes.slice(-2) as [Axis, Axis]);
    this.rulers.draw();
    this.stretch = isFilled ? this.frame.aspect : 1;
    this.sketch = new Sketch(this.stage, this.frame, this.sources, offset);
    if (isFilled) this.sketch.remove(); // it is of squares
    pyramid.store.isHasty = pyramid.levels.length > 1;
    this.whole = this.frame.whole();
    new ResizeObserver(() => this.resized()).observe(this.stage);
    const redraw = new MutationObserver(() => this.rulers.draw());
    redraw.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** Draw for the first time, by what `drawn` says when the graphics are there. */
  async start(drawn: () => Drawn[], isSmooth: () => boolean): Promise<void> {
    const sketching = this.sketch.draw(drawn(), isSmooth()).then(async () => {
      await onScreen();
      document.documentElement.dataset["drawn"] ??= "sketch";
    });
    // What fails is asked for by the scene again, and told then.
    await Promise.race([
      sketching.catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, HEAD_START)),
    ]);
    const { Scene } = await import("./scene");
    this.scene = new Scene(this.stage, this.frame, this.pyramid, () => this.sources, this.offset, {
      moved: (zoom, target) => this.look({ zoom, target }),
      failed: (error) => this.failed(error),
      loaded: () => this.loaded(),
      read: (isOfLabels) => this.picture.read(isOfLabels),
    });
    this.draw(drawn(), isSmooth());
  }

  /** A copy of what the graphics show; undefined before they do. */
  get pixels(): HTMLCanvasElement | undefined {
    if (this.isFilming) return this.sketch.pixels;
    const shown = this.scene?.redrawn();
    return shown ? copyOf(shown) : undefined;
  }

  /** Show rulers and the bar of colours, or not. */
  mark(hasMarks: boolean): void {
    const thick = hasMarks ? THICK : 0;
    this.stage.classList.toggle("bare", !hasMarks);
    if (this.frame.taken[0] === thick) return;
    this.frame.taken.fill(thick);
    this.resized();
  }

  draw(drawn: Drawn[], isSmooth: boolean, overlaid?: Overlaid): void {
    if (this.isFilming && !overlaid) return this.drawFilm(drawn, isSmooth);
    if (this.isFilming) this.endFilm();
    if (!this.scene) void this.sketch.draw(drawn, isSmooth).catch(() => {});
    this.scene?.draw(drawn, isSmooth, overlaid);
  }

  /** Read again what may have changed, in a part of the image or everywhere; until it is there, all stays. */
  async refresh(drawn: () => Drawn[], isSmooth: () => boolean, part?: Region): Promise<void> {
    const { levels, store } = this.pyramid;
    for (const level of levels) level.forget(part);
    store.isHasty = false;
    clearTimeout(this.calm);
    this.pictures++;
    const overlaid = this.picture.overlaid();
    this.sketch.sources = this.sources;
    if (!this.hasLoaded || this.isFilled || overlaid) {
      await this.sketch.ahead(drawn(), overlaid); // the graphics ask for one tile after the other
      await this.renew(drawn(), overlaid);
      return countFrame();
    }
    this.sketch.resume();
    const isDrawn = await this.sketch.draw(drawn(), isSmooth());
    if (isDrawn) this.film();
    this.calm = window.setTimeout(() => void this.rest(drawn, isSmooth).catch(() => {}), CALM);
  }

  /** Pictures of data that change are drawn without the graphics. */
  private get isFilming(): boolean {
    return this.stage.classList.contains("filming");
  }

  private film(): void {
    countFrame();
    this.stage.classList.add("filming");
    this.scene?.pause();
  }

  private drawFilm(drawn: Drawn[], isSmooth: boolean): void {
    if (this.sketch.recolour(drawn, isSmooth)) return;
    for (const level of this.pyramid.levels) level.forget(); // a picture is of one moment
    void this.sketch.draw(drawn, isSmooth).catch((error: unknown) => this.failed(error));
  }

  /** Let the graphics draw the last picture, out of what has been read for it. */
  private async rest(drawn: () => Drawn[], isSmooth: () => boolean): Promise<void> {
    if (!this.isFilming) return;
    if (!this.sketch.isWhole) return this.refresh(drawn, isSmooth);
    this.scene?.look();
    await this.renew(drawn());
  }

  /** Have the graphics read again, and show what they have read unless a later picture is on its way. */
  private async renew(drawn: Drawn[], overlaid?: Overlaid): Promise<void> {
    const { pictures } = this;
    await this.scene?.refresh(drawn, overlaid);
    this.tellDrawn("");
    if (this.isFilming && pictures === this.pictures) this.endFilm();
  }

  private endFilm(): void {
    this.stage.classList.remove("filming");
    this.sketch.remove();
  }

  /** The sources of tiles for the levels that there are now. */
  get sources(): TileSource[] {
    return tileSources(this.pyramid.levels, this.offset, this.stretch);
  }

  /** Take the size of the image anew. */
  resize(): void {
    const [finest] = this.pyramid.levels;
    this.frame.size.splice(0, 2, finest?.height ?? 1, finest?.width ?? 1);
    this.resized();
  }

  /** Move the camera. */
  look(camera: Partial<Camera>): void {
    this.frame.look(camera);
    this.follow();
  }

  zoom(by: number): void {
    this.look({ zoom: this.frame.camera.zoom + by });
  }

  pan(right: number, down: number): void {
    this.frame.pan(right, down);
    this.follow();
  }

  /** Keep the middle, or show all of what has been shown whole. */
  private resized(): void {
    const { clientWidth, clientHeight } = this.stage;
    if (!clientWidth || !clientHeight) return; // in a hidden tab
    this.sketch.look();
    this.rulers.draw();
    const wasWhole = this.frame.isAt(this.whole);
    const [{ zoom }, { aspect }] = [this.whole, this.frame];
    if (this.isFilled) this.frame.aspect = this.frame.filling;
    this.whole = this.frame.whole();
    const isOther = this.whole.zoom !== zoom || this.frame.aspect !== aspect;
    if (isOther) this.look(wasWhole ? this.whole : {});
  }

  private follow(): void {
    this.sketch.look();
    this.rulers.draw();
    if (!this.isFilming) this.scene?.look();
    this.picture.moved();
  }

  private failed(error: unknown): void {
    const retry = (): void => (this.tellDrawn("old"), this.scene?.reload());
    this.tellDrawn("failed");
    if (document.createElement("canvas").getContext("webgl2")) fail(error, retry);
    else fail(new Error("This browser has no graphics (WebGL 2): only the first picture can be shown."));
  }

  /** Once the rough picture is there, ask for the real one. */
  private loaded(): void {
    const { store } = this.pyramid;
    this.hasLoaded = true;
    if (!this.isFilming) this.sketch.remove();
    this.isRough = store.isHasty && store.hasRough;
    this.tellDrawn(this.trouble === "old" ? "" : this.trouble);
    if (!store.isHasty) return;
    store.isHasty = false;
    if (store.hasRough) this.scene?.reload();
  }

  /** Programs that look on see whether all that the address asks for is there. */
  tellDrawn(trouble = this.trouble): void {
    this.trouble = trouble;
    if (!this.hasLoaded) return;
    const isRough = this.isRough || this.picture.isLabelling();
    document.documentElement.dataset["drawn"] = trouble || (isRough ? "rough" : "fine");
  }
}
