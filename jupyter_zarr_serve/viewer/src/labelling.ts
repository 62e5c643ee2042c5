// The controls of the labels over an image, and the labels that they choose.

import { box, range, row, section } from "./controls";
import { make } from "./dom";
import { fail } from "./notices";
import { describe, parentOf, below } from "./description";
import { Overlay, type Overlaid, type OverlayView } from "./overlay";
import type { Kind } from "../../shared/live";
import type { Pyramid } from "./pyramid";

const OPACITY = 0.5; // at first
const MOST = 1000; // members beside the image that are looked at

/** Where an image is. */
export interface Place {
  scope: string;
  path: string;
  /** The path of the array that has all of its pixels. */
  finest: string;
  /** The roles of the axes of its array; "" for those that the server gives them. */
  roles: string;
  /** The paths of its labels. */
  labels: string[];
  /** Whether whoever made it says between which limits it is to be seen. */
  hasOwnLimits: boolean;
  /** Follow another path beside that of the image; "" for none. */
  follow: (path: string) => void;
}

export class Labelling {
  readonly section: HTMLElement;
  view: OverlayView | undefined;
  private overlay: Overlay | undefined;
  private readonly list = make("datalist", { id: "label-paths" });
  private readonly controls = make("div", {});
  private opening = 0;
  private failure: HTMLElement | undefined;
  private isListed = false;
  /** Whether what the address asks for is not there yet. */
  isComing: boolean;

  constructor(
    private readonly place: Place,
    private readonly image: Pyramid,
    given: OverlayView | undefined,
    private readonly drawing: { stretch: () => number; changed: () => void },
  ) {
    this.view = given;
    this.isComing = given?.isShown ?? false;
    this.section = section("Labels over it", this.controls, this.list);
    this.section.id = "labels";
    this.show();
  }

  /** Open the labels that the address asks for. */
  async start(): Promise<void> {
    if (this.view) await this.take(this.view.path, this.view);
  }

  /** What to draw over a plane, whose indexes are known by name. */
  drawn(indexes: Record<string, number>): Overlaid | undefined {
    const { overlay, view } = this;
    if (!overlay || !view?.isShown) return undefined;
    const { path, sources, colours } = overlay;
    return { path, sources, at: overlay.at(indexes), opacity: view.opacity, colours };
  }

  /** The label at a place of the image. */
  text(indexes: Record<string, number>, place: [number, number] | undefined): string {
    return place && this.view?.isShown ? (this.overlay?.text(indexes, place) ?? "") : "";
  }

  /** Grows with each change of the labels that was read. */
  get changes(): number {
    return this.overlay?.changes ?? 0;
  }

  /** Have what changed read again, with the next picture of the image. */
  async renew(kind: Kind): Promise<void> {
    const { overlay, view, opening } = this;
    overlay?.forget();
    if (!view || (overlay && (kind === "data" || kind === "members"))) return;
    this.failure?.remove();
    const opened = Overlay.open(this.place, view.path, this.image, this.drawing.stretch());
    const now = await opened.catch((error: unknown) => void (this.failure = fail(error)));
    if (opening === this.opening) this.overlay = now ?? undefined;
  }

  /** Show the labels at a path; none where it is empty. */
  private async take(path: string, given?: OverlayView): Promise<void> {
    const turn = ++this.opening;
    this.overlay = undefined;
    this.view = path
      ? (given ?? { path, opacity: this.view?.opacity ?? OPACITY, isShown: true })
      : undefined;
    try {
      if (path) {
        const overlay = await Overlay.open(this.place, path, this.image, this.drawing.stretch());
        if (turn === this.opening) this.overlay = overlay;
      }
    } catch (error) {
      if (turn === this.opening) this.view = undefined;
      this.isComing = false;
      fail(error);
    }
    this.show();
    this.place.follow(this.overlay?.path ?? "");
    this.drawing.changed();
  }

  private show(): void {
    this.controls.replaceChildren(this.choice(), ...(this.view ? this.tones(this.view) : []));
  }

  private choice(): HTMLElement {
    const take = (event: Event): void =>
      void this.take((event.target as HTMLInputElement).value.trim().replace(/^\/+|\/+$/g, ""));
    const paths = this.place.labels.map((path) =>
      make("option", { value: path }, path.split("/").at(-1) ?? ""),
    );
    const none = make("option", { value: "" }, "none");
    const title = "The path of an image of whole numbers that has the shape of this one";
    const field = make("input", {
      type: "text",
      class: "grow",
      list: "label-paths",
      placeholder: "another array",
      "aria-label": title,
      title,
      change: take,
      focus: () => void this.suggest(),
    });
    const path = this.view?.path ?? "";
    if (!this.place.labels.includes(path)) field.value = path;
    if (!paths.length) return row(field);
    const select = make("select", { class: "grow", "aria-label": "Labels", change: take }, none, ...paths);
    select.value = this.place.labels.includes(path) ? path : "";
    return make("div", {}, row(select), row(field));
  }

  private tones(view: OverlayView): HTMLElement[] {
    const show = (isShown: boolean): void => {
      view.isShown = isShown;
      this.drawing.changed();
    };
    const fade = (opacity: number): void => {
      view.opacity = opacity;
      this.drawing.changed();
    };
    const slider = range("label-opacity", [0, 1, 0.05], view.opacity, fade);
    const label = make("label", { for: "label-opacity" }, "Opacity");
    return [row(...box("labels-shown", "Shown", view.isShown, show)), row(label, slider)];
  }

  /** Arrays beside the image that could be its labels, as suggestions of the field. */
  private async suggest(): Promise<void> {
    if (this.isListed) return;
    this.isListed = true;
    const parent = parentOf(this.place.path);
    const found = await describe(this.place.scope, parent, { limit: MOST }).catch(() => undefined);
    if (found?.kind !== "group") return;
    const plane = this.image.axes.slice(-2).map(({ length }) => length);
    const options = found.members.items.flatMap((item) => {
      const isLike =
        item.kind === "array" &&
        /^(u?int\d+|bool)$/.test(item.dtype) &&
        item.shape.slice(-2).every((length, axis) => length === plane[axis]);
      return isLike ? [make("option", { value: below(parent, item.name) })] : [];
    });
    this.list.replaceChildren(...options);
  }
}
