// The bar beside an image that says which colour stands for which value.

import { straight, zeroIn } from "./curves";
import { make, told } from "./dom";
import { LABELS } from "./labels";
import type { ChannelView } from "./link";
import { gradient } from "./palettes";
import type { Pyramid } from "./pyramid";

const TICKS = 5;

export class ColourBar {
  private readonly element = make("figure", { id: "colour-bar", "aria-label": "Colours and their values" });
  private readonly stripe = make("div", { class: "stripe" });
  private readonly values = make("div", { class: "values" });

  constructor(parent: HTMLElement, { meaning: { unit }, name }: Pyramid) {
    const title = make("figcaption", {}, [name, unit && `[${unit}]`].filter(Boolean).join(" "));
    this.element.append(title, make("div", { class: "bar" }, this.stripe, this.values));
    parent.append(this.element);
  }

  /** Say what the colours of a channel mean now. */
  show(channel: ChannelView, { meaning: { factor, offset } }: Pyramid): void {
    const { colour, isInverted, limits, gamma, curve } = channel;
    const [low, high] = limits;
    this.element.hidden = colour === LABELS;
    this.stripe.style.background = gradient(colour, isInverted, "top");
    const ticks = Array.from({ length: TICKS }, (_, i) => {
      const place = straight((i / (TICKS - 1)) ** (1 / gamma), curve, zeroIn(limits));
      const value = (low + (high - low) * place) * factor + offset;
      return make("span", {}, told(value, 4));
    });
    this.values.replaceChildren(...ticks.reverse());
  }
}
