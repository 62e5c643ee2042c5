// The drawing of an image: a sketch at first, then the scene, which can be moved and is refined.

import { the } from "./dom";
import { Frame, type Camera } from "./frame";
import type { View } from "./link";
import { fail } from "./notices";
import type { Axis, Pyramid } from "./pyramid";
import { Rulers, THICK } from "./ruler";
import type { Scene } from "./scene";
import { Sketch, type Drawn } from "./sketch";
import { tileSources } from "./tiles";

const HEAD_START = 700; // milliseconds for the sketch, as the graphics leave it no time while they start

export class Drawing {
  readonly frame: Frame;
  private readonly stage = the("stage");
  private readonly sketch: Sketch;
  private readonly rulers: Rulers;
  private readonly isFilled: boolean;
  private readonly stretch: number;
  private readonly sources;
  private scene: Scene | undefined;
  /** The camera that shows all, at the present size of the stage. */
  private whole: Camera;

  constructor(
    private readonly pyramid: Pyramid,
    /** What is taken from all values, so that they can be told apart in 32 bits. */
    private readonly offset: number,
    { zoom, centre, hasMarks = true, isFilled = false }: Partial<View>,
    private readonly moved: () => void,
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
    this.sources = tileSources(pyramid.levels, offset, this.stretch);
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
    const sketching = this.sketch.draw(drawn(), isSmooth()).then(() => {
      document.documentElement.dataset["drawn"] ??= "sketch";
    });
    // What fails is asked for by the scene again, and told then.
    await Promise.race([
      sketching.catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, HEAD_START)),
    ]);
    const { Scene } = await import("./scene");
    this.scene = new Scene(this.stage, this.frame, this.pyramid, this.sources, this.offset, this.stretch, {
      moved: (zoom, target) => this.look({ zoom, target }),
      failed: (error) => this.failed(error),
      loaded: () => this.loaded(),
    });
    this.draw(drawn(), isSmooth());
  }

  /** Show rulers and the bar of colours, or not. */
  mark(hasMarks: boolean): void {
    const thick = hasMarks ? THICK : 0;
    this.stage.classList.toggle("bare", !hasMarks);
    if (this.frame.taken[0] === thick) return;
    this.frame.taken.fill(thick);
    this.resized();
  }

  draw(drawn: Drawn[], isSmooth: boolean): void {
    if (this.scene) this.scene.draw(drawn, isSmooth);
    else void this.sketch.draw(drawn, isSmooth).catch(() => {});
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
    this.scene?.look();
    this.moved();
  }

  private failed(error: unknown): void {
    if (document.createElement("canvas").getContext("webgl2")) fail(error, () => this.scene?.reload());
    else fail(new Error("This browser has no graphics (WebGL 2): only the first picture can be shown."));
  }

  /** Once the rough picture is there, ask for the real one. */
  private loaded(): void {
    const { store } = this.pyramid;
    this.sketch.remove();
    document.documentElement.dataset["drawn"] = store.isHasty && store.hasRough ? "rough" : "fine";
    if (!store.isHasty) return;
    store.isHasty = false;
    if (store.hasRough) this.scene?.reload();
  }
}
