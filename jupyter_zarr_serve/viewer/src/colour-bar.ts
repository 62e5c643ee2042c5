// The bar beside an image that says which colour stands for which value.

import { straight, zeroIn } from "./curves";
import { make, told } from "./dom";
import { LABELS } from "./labels";
import type { ChannelView } from "./link";
import { gradient } from "./palettes";
import type { Pyramid } from "./pyramid";

const TICKS = 5;
const NEARLY = 1e-5; // of the range, what is 0: limits are seldom the same on both sides to the last digit

/** What an image's colours are of: its name, and its unit. */
export const barTitle = ({ meaning: { unit }, name }: Pyramid): string =>
  [name, unit && `[${unit}]`].filter(Boolean).join(" ");

/** The values beside the bar, at equal distances from the lowest colour on. */
export function barValues(channel: ChannelView, { meaning: { factor, offset } }: Pyramid): string[] {
  const { limits, gamma, curve } = channel;
  const [low, high] = limits;
  return Array.from({ length: TICKS }, (_, i) => {
    const place = straight((i / (TICKS - 1)) ** (1 / gamma), curve, zeroIn(limits));
    const value = (low + (high - low) * place) * factor + offset;
    return told(Math.abs(value) < NEARLY * Math.abs((high - low) * factor) ? 0 : value, 4);
  });
}

export class ColourBar {
  private readonly element = make("figure", { id: "colour-bar", "aria-label": "Colours and their values" });
  private readonly stripe = make("div", { class: "stripe" });
  private readonly values = make("div", { class: "values" });

  constructor(parent: HTMLElement, pyramid: Pyramid) {
    const title = make("figcaption", {}, barTitle(pyramid));
    this.element.append(title, make("div", { class: "bar" }, this.stripe, this.values));
    parent.append(this.element);
  }

  /** Say what the colours of a channel mean now. */
  show(channel: ChannelView, pyramid: Pyramid): void {
    this.element.hidden = channel.colour === LABELS;
    this.stripe.style.background = gradient(channel.colour, channel.isInverted, "top");
    const values = barValues(channel, pyramid).map((text) => make("span", {}, text));
    this.values.replaceChildren(...values.reverse());
  }
}
