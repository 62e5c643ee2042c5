// How each channel looks at first: its colour, and what is black and what white, out of the image or of its pixels.

import { countsIn, sampleOf, spreadOf, type Spread } from "./limits";
import { LABELS } from "./labels";
import type { ChannelView } from "./link";
import { defaultColour } from "./palettes";
import type { Channel, Pyramid } from "./pyramid";

export const MOST_SHOWN = 8; // channels at a time
const WIDE = 2 ** 24; // whole numbers beyond lose digits in float32

/** Each channel as the link says, or as the image does; limits may have to be measured. */
export function firstViews(
  { channels, isLabels }: Pyramid,
  given: Record<number, ChannelView>,
): Record<number, ChannelView> {
  if (isLabels && !given[0] && channels[0])
    return { 0: { ...firstView(channels[0], 0, 1, true), colour: LABELS } };
  let left = MOST_SHOWN;
  const views = channels.map((channel, i) => {
    const isShown = given[i]?.isShown ?? (channel.isShown && left > 0);
    left -= isShown ? 1 : 0;
    return given[i] ?? firstView(channel, i, channels.length, isShown);
  });
  return { ...views };
}

function firstView(channel: Channel, i: number, count: number, isShown: boolean): ChannelView {
  const colour = count > 1 && channel.colour ? channel.colour : defaultColour(i, count);
  return {
    isShown,
    limits: channel.limits ?? [0, 1],
    colour,
    gamma: 1,
    curve: "linear",
    isInverted: channel.isInverted,
  };
}

/** The spreads that the image tells. */
export function toldSpreads({ channels }: Pyramid): Map<number, Spread> {
  const spreads = new Map<number, Spread>();
  channels.forEach(({ limits, domain }, i) => {
    if (limits && domain) spreads.set(i, { limits, domain });
  });
  return spreads;
}

/** The spread of a plane, out of its smallest level; of at most so many of its pixels. */
export async function measured({ levels }: Pyramid, at: number[], most?: number): Promise<Spread> {
  const smallest = levels.at(-1);
  if (!smallest) throw new Error("the image has no level");
  return spreadOf(smallest, at, most);
}

/** Count the values of channels whose limits the image tells, out of its smallest level; whether there were any. */
export async function countAll(
  { levels }: Pyramid,
  spreads: Map<number, Spread>,
  shown: [channel: number, at: number[]][],
): Promise<boolean> {
  const smallest = levels.at(-1);
  let isAny = false;
  for (const [channel, at] of shown) {
    const spread = spreads.get(channel);
    if (!smallest || !spread || spread.counts) continue;
    spreads.set(channel, { ...spread, counts: countsIn(await sampleOf(smallest, at), spread.domain) });
    isAny = true;
  }
  return isAny;
}

/** What to take from all values so that those between the limits can be told apart in 32 bits. */
export function offsetOf({ dtype }: Pyramid, views: Record<number, ChannelView>): number {
  if (Object.values(views).some(({ colour }) => colour === LABELS)) return 0;
  const limits = Object.values(views).flatMap((channel) => channel.limits);
  const isWide = /int32|int64|float64/.test(dtype);
  return isWide && Math.max(...limits.map(Math.abs)) > WIDE ? Math.min(...limits) : 0;
}
