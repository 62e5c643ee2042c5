// The view of an image in the address of its page.

import { MOST_SHOWN } from "./channels";
import { written, type ChannelView, type View } from "./link";
import type { Turn } from "./turn";

const STILL = 150; // milliseconds

export class ViewAddress {
  private timer = 0;

  constructor(
    /** The view as it is now. */
    private readonly view: () => View,
    private readonly turnAtFirst: Turn,
  ) {}

  /** Write the view into the address, but not with each step of a slider. */
  remember(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.write(this.view()), STILL);
  }

  /** Open the page anew with the plane laid otherwise, whole again. */
  reopen(laid: Partial<View>): void {
    clearTimeout(this.timer);
    const { zoom: _, centre: __, ...view } = this.view();
    this.write({ ...view, ...laid });
    location.reload();
  }

  private write(view: View): void {
    const hash = written({ ...view, channels: changed(view.channels) }, this.turnAtFirst);
    history.replaceState(null, "", `${location.pathname}${location.search}#${hash}`);
  }
}

/** Channels that look otherwise than at first; all if there are few. */
function changed(channels: Record<number, ChannelView>): Record<number, ChannelView> {
  const entries = Object.entries(channels);
  return Object.fromEntries(entries.filter(([, { isShown }]) => isShown || entries.length <= MOST_SHOWN));
}
