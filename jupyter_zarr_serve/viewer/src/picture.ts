// An image: its view, its controls, and its drawing, kept in step.

import { counted, firstViews, measured, MOST_SHOWN, offsetOf, toldSpreads } from "./channels";
import { ColourBar } from "./colour-bar";
import { the } from "./dom";
import { Drawing } from "./drawing";
import { listenToKeys } from "./keys";
import type { Spread } from "./limits";
import { read, written, type ChannelView, type View } from "./link";
import { fail, say } from "./notices";
import { showPanel } from "./panel";
import type { Axis, Pyramid } from "./pyramid";
import { Probe } from "./probe";
import { showValue, type Looked } from "./readout";
import { showScale } from "./scale";
import { UNTURNED } from "./turn";
import type { Drawn } from "./sketch";

export class Picture {
  private readonly spreads: Map<number, Spread>;
  private readonly given = read(location.hash);
  private readonly view: View;
  private drawing!: Drawing;
  private bar: ColourBar | undefined;
  private probe: Probe | undefined;
  private pointer: [number, number] | undefined;
  private timer = 0;

  constructor(private readonly pyramid: Pyramid) {
    const { given } = this;
    this.spreads = toldSpreads(pyramid);
    this.view = {
      isSmooth: given.isSmooth ?? (pyramid.dtype !== "bool" && !pyramid.isLabels),
      axes: {},
      turn: given.turn ?? UNTURNED,
      hasMarks: given.hasMarks ?? true,
      isFilled: given.isFilled ?? false,
      channels: firstViews(pyramid, given.channels ?? {}),
    };
    for (const { name, length } of this.sliders)
      this.view.axes[name] = Math.min(given.axes?.[name] ?? 0, length - 1);
  }

  /** Find out the limits, and draw. */
  async show(): Promise<void> {
    const { pyramid, view, given } = this;
    await Promise.all(this.shown.map((i) => this.measure(i, !given.channels?.[i])));
    this.refresh(); // the panel takes some of the room
    this.drawing = new Drawing(pyramid, offsetOf(pyramid, view.channels), given, () => this.moved());
    the("facts").textContent = `${pyramid.axes.map(({ length }) => length).join(" × ")} ${pyramid.dtype}`;
    this.probe = new Probe(the("stage"), this.drawing.frame, pyramid, () => this.looked());
    this.refresh();
    if (pyramid.channelAxis < 0) this.bar = new ColourBar(the("stage"), pyramid);
    this.tell();
    this.moved();
    this.listen();
    await this.drawing.start(
      () => this.drawn(),
      () => view.isSmooth,
    );
    await this.count();
  }

  /** Count the values of channels whose limits the image tells. */
  private async count(): Promise<void> {
    const uncounted = this.shown.filter((i) => !this.spreads.get(i)?.counts);
    for (const i of uncounted) {
      const spread = this.spreads.get(i);
      if (spread)
        this.spreads.set(i, { ...spread, counts: await counted(this.pyramid, this.at(i), spread) });
    }
    if (uncounted.length) this.refresh();
  }

  private get sliders(): Axis[] {
    return this.pyramid.axes.slice(0, -2).filter((_, i) => i !== this.pyramid.channelAxis);
  }

  /** Take the limits of a channel from the data, where nothing else tells them. */
  private async measure(i: number, isTaken = true): Promise<void> {
    const channel = this.view.channels[i];
    if (this.spreads.has(i) || !channel) return;
    const spread = await measured(this.pyramid, this.at(i));
    this.spreads.set(i, spread);
    if (isTaken) channel.limits = [...spread.limits];
  }

  /** Indexes along all axes but the last two. */
  private at(channel: number): number[] {
    return this.pyramid.axes
      .slice(0, -2)
      .map(({ name }, axis) => (axis === this.pyramid.channelAxis ? channel : (this.view.axes[name] ?? 0)));
  }

  private get shown(): number[] {
    const indexes = Object.keys(this.view.channels).map(Number);
    return indexes.filter((i) => this.view.channels[i]?.isShown).slice(0, MOST_SHOWN);
  }

  private drawn(): Drawn[] {
    return this.shown.map((i) => {
      const { limits, ...tone } = this.view.channels[i] as ChannelView;
      return { selection: { at: this.at(i) }, limits, tone };
    });
  }

  private draw(): void {
    this.drawing.draw(this.drawn(), this.view.isSmooth);
    this.tell();
    void this.probe?.measure();
    this.remember();
    this.point();
  }

  private tell(): void {
    this.drawing.mark(this.view.hasMarks);
    const [channel] = Object.values(this.view.channels);
    if (channel) this.bar?.show(channel, this.pyramid);
  }

  private refresh(): void {
    showPanel(this.pyramid, this.view, this.spreads, this.probe?.section, {
      changed: () => void this.changed(),
      zoomIn: () => this.drawing.zoom(1),
      zoomOut: () => this.drawing.zoom(-1),
      fit: () => this.drawing.look(this.drawing.frame.whole()),
      turn: (turn) => this.reopen({ turn }),
      fill: () => this.reopen({ isFilled: !this.view.isFilled }),
      exact: () => this.drawing.look({ zoom: 0 }),
    });
  }

  private async changed(): Promise<void> {
    const unknown = this.shown.filter((i) => !this.spreads.has(i));
    this.draw();
    if (!unknown.length) return;
    try {
      await Promise.all(unknown.map((i) => this.measure(i)));
    } catch (error) {
      fail(error);
    }
    this.refresh();
    this.draw();
  }

  private moved(): void {
    const across = this.pyramid.axes.at(-1);
    if (across) showScale(across, this.drawing.frame.camera.zoom);
    this.probe?.draw();
    this.remember();
    this.point();
  }

  /** Open the page anew with the plane laid otherwise, whole again. */
  private reopen(laid: Partial<View>): void {
    clearTimeout(this.timer);
    const hash = written({ ...this.view, channels: this.changedChannels(), ...laid });
    history.replaceState(null, "", `${location.pathname}${location.search}#${hash}`);
    location.reload();
  }

  /** Write the view into the address, but not with each step of a slider. */
  private remember(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const { zoom, target } = this.drawing.frame.camera;
      const hash = written({ ...this.view, channels: this.changedChannels(), zoom, centre: target });
      history.replaceState(null, "", `${location.pathname}${location.search}#${hash}`);
    }, 150);
  }

  /** Channels that look otherwise than at first; all if there are few. */
  private changedChannels(): Record<number, ChannelView> {
    const entries = Object.entries(this.view.channels);
    return Object.fromEntries(entries.filter(([, { isShown }]) => isShown || entries.length <= MOST_SHOWN));
  }

  private point(): void {
    showValue(this.pyramid, this.looked(), this.pointer && this.drawing.frame.place(...this.pointer));
  }

  private looked(): Looked[] {
    return this.shown.map((i) => ({
      label: this.pyramid.channelAxis < 0 ? "" : (this.pyramid.channels[i]?.label ?? ""),
      at: this.at(i),
    }));
  }

  private listen(): void {
    const stage = the("stage");
    stage.addEventListener("pointermove", ({ clientX, clientY }) => {
      this.pointer = [clientX, clientY];
      this.point();
    });
    stage.addEventListener("pointerleave", () => {
      this.pointer = undefined;
      this.point();
    });
    const { drawing } = this;
    listenToKeys({
      ArrowLeft: () => drawing.pan(-0.2, 0),
      ArrowRight: () => drawing.pan(0.2, 0),
      ArrowUp: () => drawing.pan(0, -0.2),
      ArrowDown: () => drawing.pan(0, 0.2),
      "+": () => drawing.zoom(0.5),
      "=": () => drawing.zoom(0.5),
      "-": () => drawing.zoom(-0.5),
      "0": () => drawing.look(drawing.frame.whole()),
      "1": () => drawing.look({ zoom: 0 }),
      "[": () => this.step(-1),
      "]": () => this.step(1),
    });
  }

  /** Go on along the first axis that has a slider. */
  private step(by: number): void {
    const axis = this.sliders.find(({ length }) => length > 1);
    if (!axis) return;
    const index = (this.view.axes[axis.name] ?? 0) + by;
    this.view.axes[axis.name] = Math.min(Math.max(index, 0), axis.length - 1);
    this.refresh();
    this.draw();
    const now = this.view.axes[axis.name] ?? 0;
    say([`${axis.name} ${now}`, axis.text(now)].filter(Boolean).join(" · "), 0.8);
  }
}
