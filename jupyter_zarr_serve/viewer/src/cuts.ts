// Two further cuts through a volume, over the one that the picture shows: all three meet in a cross.

import { box, row, section } from "./controls";
import { Cut, type CutImage } from "./cut";
import { make, the } from "./dom";
import type { Place } from "./labelling";
import type { Kind } from "../../shared/live";
import { fail } from "./notices";
import type { Axis } from "./pyramid";

export class Cuts {
  readonly section: HTMLElement;
  private readonly element = make("div", { id: "cuts" });
  private readonly lines = [make("i", { class: "cross" }), make("i", { class: "cross" })];
  private readonly cuts: Cut[];

  private constructor(
    place: Place,
    private readonly shown: CutImage,
    private readonly axis: Axis,
    /** Where the cross is: indexes of the array along x and y; undefined where there are no cuts. */
    public cross: [number, number] | undefined,
  ) {
    const at = (): Record<string, number> => ({ x: this.cross?.[0] ?? 0, y: this.cross?.[1] ?? 0 });
    const picked = (indexes: Record<string, number>): void => this.pick(indexes);
    this.cuts = (["y", "x"] as const).map((letter) => new Cut(place, shown, letter, axis.name, at, picked));
    this.element.append(...this.cuts.map(({ canvas }) => canvas));
    const stage = the("stage");
    stage.append(this.element, ...this.lines);
    const shows = (isShown: boolean): void => {
      this.cross = isShown ? this.middle() : undefined;
      this.shown.moved();
    };
    this.section = section(
      `Cuts along ${axis.name}`,
      row(...box("cuts-shown", "Two further cuts", Boolean(cross), shows)),
    );
    stage.addEventListener("click", (event) => this.click(event));
    this.mark();
  }

  /** The cuts of a volume; undefined for an image without another axis, or whose array is not known. */
  static of(place: Place, shown: CutImage, cross: [number, number] | undefined): Cuts | undefined {
    const { axes, channelAxis, source } = shown.pyramid;
    const others = axes.slice(0, -2).filter(({ length }, i) => i !== channelAxis && length > 1);
    const axis = others.find(({ name }) => name === "z") ?? others[0];
    const roles = source.map(({ role }) => role);
    const isKnown = axis && [axis.name, "x", "y"].every((letter) => roles.includes(letter));
    return isKnown ? new Cuts(place, shown, axis, cross) : undefined;
  }

  /** Read again what may have changed; what comes back draws it. */
  async renew(kind: Kind): Promise<() => void> {
    if (!this.cross) return () => {};
    const drawn = await Promise.all(this.cuts.map((cut) => cut.renewed(kind)));
    return () => drawn.forEach((draw) => draw());
  }

  /** Follow what the picture shows. */
  async draw(): Promise<void> {
    this.mark();
    if (!this.cross) return;
    try {
      await Promise.all(this.cuts.map((cut) => cut.draw()));
    } catch (error) {
      fail(error, () => void this.draw());
    }
  }

  /** Follow the camera. */
  mark(): void {
    const { cross, lines, shown } = this;
    this.element.hidden = !cross;
    for (const line of lines) line.hidden = !cross;
    if (!cross) return;
    const [rows, columns] = shown.pyramid.axes.slice(-2);
    const place = (axis: Axis | undefined): number => {
      const index = axis?.name === "x" ? cross[0] : cross[1];
      return (axis?.index(index) ?? index) + 0.5; // mirroring is its own reverse
    };
    const [x, y] = shown.drawing.frame.spot(place(columns), place(rows));
    if (lines[0]) Object.assign(lines[0].style, { left: `${x}px`, top: "0", width: "1px", height: "100%" });
    if (lines[1]) Object.assign(lines[1].style, { left: "0", top: `${y}px`, width: "100%", height: "1px" });
    for (const cut of this.cuts) cut.mark();
  }

  /** Take the place of a click on the picture. */
  private click(event: MouseEvent): void {
    if (!this.cross || !(event.target instanceof HTMLCanvasElement)) return;
    if (this.element.contains(event.target)) return;
    const [x, y] = this.shown.drawing.frame.place(event.clientX, event.clientY);
    const [rows, columns] = this.shown.pyramid.axes.slice(-2);
    for (const [axis, place] of [
      [rows, y],
      [columns, x],
    ] as const)
      if (axis) this.move(axis.name, axis.index(within(place, axis.length)));
    this.shown.moved();
  }

  /** Take a place in a cut, in shares of its sides. */
  private pick(shares: Record<string, number>): void {
    for (const [name, share] of Object.entries(shares)) {
      const length = this.shown.pyramid.axes.find((axis) => axis.name === name)?.length ?? 1;
      if (name === this.axis.name) this.shown.view.axes[name] = within(share * length, length);
      else this.move(name, within(share * length, length));
    }
    this.shown.moved();
  }

  private move(name: string, index: number): void {
    const [x, y] = this.cross ?? [0, 0];
    this.cross = name === "x" ? [index, y] : [x, index];
  }

  private middle(): [number, number] {
    const length = (letter: string): number =>
      this.shown.pyramid.axes.find(({ name }) => name === letter)?.length ?? 1;
    return [Math.floor(length("x") / 2), Math.floor(length("y") / 2)];
  }
}

const within = (place: number, length: number): number =>
  Math.min(Math.max(Math.floor(place), 0), length - 1);
