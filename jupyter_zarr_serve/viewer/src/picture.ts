// An image: its view, its controls, and its drawing, kept in step.

import { the, told } from "./dom";
import { defaultColour } from "./palettes";
import { fail, say } from "./notices";
import { read, written, type View, type ChannelView } from "./link";
import { spreadOf, type Spread } from "./limits";
import { showPanel } from "./panel";
import type { Pyramid } from "./pyramid";
import { showValue } from "./readout";
import { showScale } from "./scale";
import { Scene, type Camera, type Drawn } from "./scene";

const MOST_SHOWN = 8; // channels at a time
const WIDE = 2 ** 24; // whole numbers beyond lose digits in float32

export class Picture {
  private readonly spreads = new Map<number, Spread>();
  private readonly view: View;
  private scene!: Scene;
  private offset = 0;
  private pointer: [number, number] | undefined;

  constructor(private readonly pyramid: Pyramid) {
    this.view = { isSmooth: pyramid.dtype !== "bool", ...read(location.hash), axes: {}, channels: {} };
  }

  /** Find out the limits, and draw. */
  async show(): Promise<void> {
    const { pyramid, view } = this;
    const given = read(location.hash);
    for (const axis of this.sliders) {
      view.axes[axis.name] = Math.min(given.axes?.[axis.name] ?? 0, axis.length - 1);
    }
    await this.initialise(given.channels ?? {});
    pyramid.store.isHasty = pyramid.levels.length > 1;
    this.refresh(); // the panel takes some of the room
    this.scene = new Scene(
      the("stage"),
      pyramid,
      this.offset,
      {
        moved: () => this.moved(),
        failed: (error) => fail(error, () => this.scene.reload()),
        loaded: () => this.refine(),
      },
      cameraOf(given),
    );
    this.draw();
    this.moved();
    this.listen();
    the("facts").textContent = `${pyramid.axes.map(({ length }) => length).join(" × ")} ${pyramid.dtype}`;
  }

  private get sliders(): { name: string; length: number }[] {
    return this.pyramid.axes.slice(0, -2).filter((_, i) => i !== this.pyramid.channelAxis);
  }

  /** Limits and colours of each channel. */
  private async initialise(given: Record<number, ChannelView>): Promise<void> {
    const { channels } = this.pyramid;
    let left = MOST_SHOWN;
    for (const [i, channel] of channels.entries()) {
      const isShown = given[i]?.isShown ?? (channel.isShown && left > 0);
      left -= isShown ? 1 : 0;
      if (channel.limits && channel.domain)
        this.spreads.set(i, { limits: channel.limits, domain: channel.domain });
      this.view.channels[i] = given[i] ?? {
        isShown,
        limits: channel.limits ?? [0, 1],
        colour: channels.length > 1 && channel.colour ? channel.colour : defaultColour(i, channels.length),
        gamma: 1,
        isLog: false,
      };
    }
    await Promise.all(
      channels.map((_, i) => (this.view.channels[i]?.isShown ? this.measure(i, given[i]) : undefined)),
    );
    const limits = Object.values(this.view.channels).flatMap((channel) => channel.limits);
    const isWide = /int32|int64|float64/.test(this.pyramid.dtype);
    if (isWide && Math.max(...limits.map(Math.abs)) > WIDE) this.offset = Math.min(...limits);
  }

  /** Take the limits of a channel from the data, where nothing else tells them. */
  private async measure(i: number, given?: ChannelView): Promise<void> {
    const smallest = this.pyramid.levels.at(-1);
    const channel = this.view.channels[i];
    if (this.spreads.has(i) || !smallest || !channel) return;
    const spread = await spreadOf(smallest, this.at(i));
    this.spreads.set(i, spread);
    if (!given) channel.limits = [...spread.limits];
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
    this.scene.draw(this.drawn(), this.view.isSmooth);
    this.remember();
    this.point();
  }

  private refresh(): void {
    showPanel(this.pyramid, this.view, this.spreads, {
      changed: () => void this.changed(),
      zoomIn: () => this.zoom(1),
      zoomOut: () => this.zoom(-1),
      fit: () => this.scene.look(this.scene.whole()),
      exact: () => this.scene.look({ zoom: 0 }),
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

  /** Once the rough picture is there, ask for the real one. */
  private refine(): void {
    const { store } = this.pyramid;
    document.documentElement.dataset["drawn"] = store.isHasty && store.hasRough ? "rough" : "fine";
    if (!store.isHasty) return;
    store.isHasty = false;
    if (store.hasRough) this.scene.reload();
  }

  private zoom(by: number): void {
    this.scene.look({ zoom: this.scene.view.zoom + by });
  }

  private moved(): void {
    const across = this.pyramid.axes.at(-1);
    if (across && this.scene) showScale(across, this.scene.view.zoom);
    this.remember();
    this.point();
  }

  private timer = 0;

  /** Write the view into the address, but not with each step of a slider. */
  private remember(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const { zoom, target } = this.scene.view;
      const hash = written({
        ...this.view,
        channels: this.changedChannels(),
        zoom,
        centre: [target[0], target[1]],
      });
      history.replaceState(null, "", `${location.pathname}${location.search}#${hash}`);
    }, 150);
  }

  /** Channels that look otherwise than at first; all if there are few. */
  private changedChannels(): Record<number, ChannelView> {
    const entries = Object.entries(this.view.channels);
    return Object.fromEntries(entries.filter(([, { isShown }]) => isShown || entries.length <= MOST_SHOWN));
  }

  private point(): void {
    const looked = this.shown.map((i) => ({
      label: this.pyramid.channelAxis < 0 ? "" : (this.pyramid.channels[i]?.label ?? ""),
      at: this.at(i),
    }));
    showValue(this.pyramid, looked, this.pointer && this.scene.place(...this.pointer));
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
    document.addEventListener("keydown", (event) => this.press(event));
  }

  private press(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea")) return;
    const act = {
      ArrowLeft: () => this.scene.pan(-0.2, 0),
      ArrowRight: () => this.scene.pan(0.2, 0),
      ArrowUp: () => this.scene.pan(0, -0.2),
      ArrowDown: () => this.scene.pan(0, 0.2),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(-0.5),
      "0": () => this.scene.look(this.scene.whole()),
      "1": () => this.scene.look({ zoom: 0 }),
      "[": () => this.step(-1),
      "]": () => this.step(1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Go on along the first axis that has a slider. */
  private step(by: number): void {
    const axis = this.sliders.find(({ length }) => length > 1);
    if (!axis) return;
    const index = (this.view.axes[axis.name] ?? 0) + by;
    this.view.axes[axis.name] = Math.min(Math.max(index, 0), axis.length - 1);
    this.refresh();
    this.draw();
    say(`${axis.name} ${told(this.view.axes[axis.name] ?? 0)}`, 0.8);
  }
}

function cameraOf({ zoom, centre }: Partial<View>): Partial<Camera> {
  return {
    ...(zoom === undefined ? {} : { zoom }),
    ...(centre ? { target: [centre[0], centre[1], 0] as [number, number, number] } : {}),
  };
}
