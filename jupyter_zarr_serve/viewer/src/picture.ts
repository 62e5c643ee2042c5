// An image: its view, its controls, and its drawing, kept in step.

import { countAll, firstViews, measured, MOST_SHOWN, offsetOf, toldSpreads } from "./channels";
import { ColourBar } from "./colour-bar";
import { Cuts } from "./cuts";
import { the } from "./dom";
import { Drawing } from "./drawing";
import { Film, type Filmed } from "./film";
import { filmSection, keepOwn, stepAlong, tellFacts, toNewest } from "./film-panel";
import { Foresight } from "./foresight";
import { Labelling, type Place } from "./labelling";
import type { Spread } from "./limits";
import { read, type ChannelView, type View } from "./link";
import { fail } from "./notices";
import { showPanel } from "./panel";
import { actionsOf, listenToPicture } from "./picture-keys";
import type { Axis, Pyramid } from "./pyramid";
import { Probe } from "./probe";
import { Readout, valueText, type Looked } from "./readout";
import { tellRegion } from "./region";
import { showScale } from "./scale";
import { underWay } from "./server";
import type { Drawn } from "./sketch";
import { takeTogether } from "./taking-together";
import type { Take } from "./takes";
import { sourceFor, type Selection } from "./tiles";
import { ViewAddress } from "./view-address";

export class Picture {
  private readonly spreads: Map<number, Spread>;
  private readonly given = read(location.hash);
  private readonly view: View;
  private drawing!: Drawing;
  private bar: ColourBar | undefined;
  private probe: Probe | undefined;
  private cuts: Cuts | undefined;
  private readout: Readout | undefined;
  private foresight: Foresight | undefined;
  private readonly address: ViewAddress;
  private readonly labelling: Labelling;

  constructor(
    private readonly pyramid: Pyramid,
    private readonly place: Place,
  ) {
    const { given } = this;
    this.address = new ViewAddress(() => this.whole, pyramid.turnAtFirst);
    this.spreads = toldSpreads(pyramid);
    this.view = {
      isSmooth: given.isSmooth ?? (pyramid.dtype !== "bool" && !pyramid.isLabels),
      axes: {},
      turn: pyramid.turn,
      hasMarks: given.hasMarks ?? true,
      isFilled: given.isFilled ?? false,
      isAdapting: given.isAdapting ?? !(place.hasOwnLimits || Object.keys(given.channels ?? {}).length),
      isNewest: given.isNewest ?? false,
      roles: given.roles,
      channels: firstViews(pyramid, given.channels ?? {}),
    };
    for (const { name, length } of this.sliders)
      this.view.axes[name] = Math.min(given.axes?.[name] ?? 0, length - 1);
    toNewest(this.view, this.sliders);
    this.labelling = new Labelling(place, pyramid, given.overlay, {
      stretch: () => this.drawing.stretch,
      changed: () => this.draw(),
    });
  }

  /** Find out the limits, and draw. */
  async show(): Promise<void> {
    const { pyramid, view, given } = this;
    await Promise.all(this.shown.map((i) => this.measure(i, !given.channels?.[i])));
    this.refresh(); // the panel takes some of the room
    this.drawing = new Drawing(pyramid, offsetOf(pyramid, view.channels), given, {
      moved: () => this.moved(),
      read: (isOfLabels) => this.read(isOfLabels),
      overlaid: () => this.labelling.drawn(view.axes),
      isLabelling: () => this.labelling.isComing,
    });
    tellFacts(pyramid);
    this.probe = new Probe(the("stage"), this.drawing.frame, pyramid, () => this.looked());
    const [drawing, drawn] = [this.drawing, (): Drawn[] => this.drawn()];
    const moved = (): void => (this.refresh(), this.draw());
    this.cuts = Cuts.of(this.place, { pyramid, drawing, view, drawn, moved }, given.cross);
    this.refresh();
    if (pyramid.channelAxis < 0) this.bar = new ColourBar(the("stage"), pyramid);
    this.tell();
    this.moved();
    this.listen();
    tellRegion(pyramid, this.place, () => [this.drawing.frame, view.axes, this.shown]);
    await this.drawing.start(
      () => this.drawn(),
      () => view.isSmooth,
    );
    void this.cuts?.draw();
    await this.labelling.start();
    if (await countAll(pyramid, this.spreads, this.positions)) this.refresh();
  }

  /** What keeps this in step with its data. */
  film(by: Pick<Filmed, "open" | "hasRegions" | "replaced">): Take {
    const { pyramid, drawing, view, spreads, labelling } = this;
    const film = new Film({
      ...by,
      pyramid,
      drawing,
      view,
      spreads,
      drawn: () => this.drawn(),
      shown: () => this.positions,
      valued: () => {
        if (!the("panel").matches(":hover, :focus-within")) this.refresh();
        this.draw();
      },
    });
    return takeTogether(film, labelling, this.cuts, () => this.readout?.tell());
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

  /** Where each channel that is shown is. */
  private get positions(): [channel: number, at: number[]][] {
    return this.shown.map((i) => [i, this.at(i)]);
  }

  private drawn(): Drawn[] {
    return this.shown.map((i) => {
      const { limits, ...tone } = this.view.channels[i] as ChannelView;
      return { selection: { at: this.at(i) }, limits, tone, own: this.pyramid.labelColours };
    });
  }

  private draw(): void {
    this.foresight?.moved();
    this.drawing.draw(this.drawn(), this.view.isSmooth, this.labelling.drawn(this.view.axes));
    this.tell();
    void this.probe?.measure();
    void this.cuts?.draw();
    this.address.remember();
    this.readout?.tell();
  }

  private tell(): void {
    this.drawing.mark(this.view.hasMarks);
    const [channel] = Object.values(this.view.channels);
    if (channel) this.bar?.show(channel, this.pyramid);
  }

  private get sections(): HTMLElement[] {
    const live = filmSection(this.view, this.sliders, () => {
      this.refresh();
      void this.changed();
    });
    const parts = [this.cuts, this.labelling, this.probe];
    return [live, ...parts.flatMap((part) => (part ? [part.section] : []))];
  }

  private refresh(): void {
    showPanel(this.pyramid, this.view, this.spreads, this.sections, {
      changed: () => void this.changed(),
      ...actionsOf(this.drawing, this.pyramid, this.view, this.place.path),
      turn: (turn) => this.address.reopen({ turn }),
      fill: () => this.address.reopen({ isFilled: !this.view.isFilled }),
      // Another image: of what is in the address, only what suits any is kept.
      lay: (roles) =>
        this.address.reopen({ axes: {}, channels: {}, overlay: undefined, roles: roles.join() }),
    });
  }

  private async changed(): Promise<void> {
    keepOwn(this.view, this.spreads, this.shown);
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
    this.foresight?.moved();
    showScale(this.pyramid.axes.at(-1) as Axis, this.drawing.frame.camera.zoom);
    this.probe?.draw();
    this.cuts?.mark();
    this.address.remember();
    this.readout?.tell();
  }

  /** What is to be seen has come, and with it what is under the pointer. */
  private read(isOfLabels: boolean): void {
    if (isOfLabels) this.labelling.isComing = false;
    this.drawing.tellDrawn();
    this.readout?.tell();
  }

  /** The view as it is in the address. */
  private get whole(): View {
    const { zoom, target } = this.drawing.frame.camera;
    return { ...this.view, overlay: this.labelling.view, cross: this.cuts?.cross, zoom, centre: target };
  }

  private looked(): Looked[] {
    return this.shown.map((i) => ({
      label: this.pyramid.channelAxis < 0 ? "" : (this.pyramid.channels[i]?.label ?? ""),
      at: this.at(i),
    }));
  }

  private listen(): void {
    const { drawing } = this;
    const source = (): ReturnType<typeof sourceFor> => sourceFor(drawing.sources, drawing.frame.scale);
    const selections = (): Selection[] => this.positions.map(([, at]) => ({ at }));
    if (!this.view.isFilled) this.foresight = new Foresight(drawing.frame, source, selections, underWay);
    this.readout = new Readout(the("stage"), (...spot) => {
      const place = this.drawing.frame.place(...spot);
      return valueText(this.pyramid, this.looked(), place, this.labelling.text(this.view.axes, place));
    });
    listenToPicture(this.drawing, (by) => {
      if (stepAlong(this.sliders, this.view, by)) void (this.refresh(), this.draw());
    });
  }
}
