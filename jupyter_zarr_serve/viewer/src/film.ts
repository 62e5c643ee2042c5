// A picture kept in step with its data: values are read again, grown axes followed, limits adapted.

import { measured } from "./channels";
import type { Drawing } from "./drawing";
import { tellFacts } from "./film-panel";
import type { Spread } from "./limits";
import type { View } from "./link";
import type { Change, Region } from "../../shared/live";
import { isInk } from "./palettes";
import type { Pyramid } from "./pyramid";
import type { Drawn } from "./sketch";

const PACE = 500; // milliseconds between looks at limits and statistics
const MOST = 1 << 14; // pixels that are looked at for them
const SLACK = 0.05; // of the range that limits may be off before they are adapted

/** What of a picture has to follow. */
export interface Filmed {
  pyramid: Pyramid;
  drawing: Drawing;
  view: View;
  spreads: Map<number, Spread>;
  /** The image as it is described now; undefined where there is none any longer. */
  open: () => Promise<Pyramid | undefined>;
  /** Whether regions of changes are of this image's axes. */
  hasRegions: boolean;
  /** The channels that are shown, and where each is. */
  shown: () => [channel: number, at: number[]][];
  drawn: () => Drawn[];
  /** Limits, statistics, the value under the pointer or the length of axes may be others. */
  valued: () => void;
  /** It has become another thing. */
  replaced: (isAlike: boolean) => void;
}

export class Film {
  private looked = 0;
  private timer = 0;

  constructor(private readonly filmed: Filmed) {}

  /** Take a change; whether anything is other than before. */
  async take({ kind, region }: Change): Promise<boolean> {
    const { pyramid, drawing } = this.filmed;
    const before = pyramid.store.changes;
    const isData = kind === "data" || kind === "members";
    const hasGrown = !isData && (await this.open());
    if (hasGrown === undefined) return false;
    const { drawn, view } = this.filmed;
    await drawing.refresh(drawn, () => view.isSmooth, isData ? this.part(region) : undefined);
    if (hasGrown) drawing.resize();
    const isOther = Boolean(hasGrown) || pyramid.store.changes !== before;
    if (isOther) this.value(Boolean(hasGrown)).catch(() => {}); // the next picture tells what fails
    return isOther;
  }

  /** Regions of tiny images are not worth it, and may be of another order of the axes. */
  private part(region: Region | undefined): Region | undefined {
    const { hasRegions, pyramid } = this.filmed;
    return hasRegions && region?.length === pyramid.axes.length ? region : undefined;
  }

  /** Take the metadata as they are now; whether the shape is another, undefined if all is. */
  private async open(): Promise<boolean | undefined> {
    const { pyramid, view, replaced } = this.filmed;
    const now = await this.filmed.open();
    const isAlike = now?.dtype === pyramid.dtype && now.axes.length === pyramid.axes.length;
    if (!now || !isSame(now, pyramid)) {
      replaced(isAlike);
      return undefined;
    }
    const shape = pyramid.axes.map(({ length }) => length);
    pyramid.levels.splice(0, Infinity, ...now.levels);
    now.axes.forEach((axis, i) => Object.assign(pyramid.axes[i] ?? axis, axis));
    if (pyramid.axes.every(({ length }, i) => length === shape[i])) return false;
    pyramid.axes.slice(0, -2).forEach(({ name, length }, i) => {
      const [index = 0, old = 1] = [view.axes[name], shape[i]];
      if (i === pyramid.channelAxis) return;
      const wasLast = index === old - 1 && length > old;
      view.axes[name] = wasLast || (view.isNewest && i === 0) ? length - 1 : Math.min(index, length - 1);
    });
    tellFacts(pyramid);
    return true;
  }

  /** The last picture must not be the one that is passed over. */
  private later(left: number): void {
    this.timer = window.setTimeout(() => void this.value(true).catch(() => {}), left);
  }

  /** Adapt the limits, and have statistics follow, but not with each picture. */
  private async value(isUrgent: boolean): Promise<void> {
    clearTimeout(this.timer);
    const now = performance.now();
    const left = isUrgent ? 0 : this.looked + PACE - now;
    if (left > 0) return this.later(left);
    this.looked = now;
    const { pyramid, view, spreads, shown, valued } = this.filmed;
    for (const [channel, at] of shown()) {
      const spread = await measured(pyramid, at, MOST);
      const state = view.channels[channel];
      spreads.set(channel, spread);
      if (!state || !view.isAdapting || isInk(state.colour)) continue; // inks go from none to all
      if (isOff(state.limits, spread.limits)) state.limits = [...spread.limits];
      else spread.limits = [...state.limits];
    }
    valued();
  }
}

function isSame(one: Pyramid, other: Pyramid): boolean {
  const facts = ({ dtype, axes, channelAxis, channels, aspect, meaning }: Pyramid): string =>
    JSON.stringify([dtype, axes.map(({ name }) => name), channelAxis, channels.length, aspect, meaning]);
  return facts(one) === facts(other);
}

function isOff([low, high]: [number, number], [least, most]: [number, number]): boolean {
  return Math.max(Math.abs(low - least), Math.abs(high - most)) > SLACK * (most - least);
}
