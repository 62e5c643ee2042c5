// Which redraws change a picture: without graphics of its own, a machine takes a quarter of a second for each.

import type { Layer } from "@deck.gl/core";

const SETTLING = 1000; // milliseconds in which deck.gl has told a change to all layers

/** Knows what was drawn last. */
export class Redraws {
  private shown: unknown[] = [];
  private changedAt = performance.now();

  /** How layers are drawn has changed. */
  changed(): void {
    this.changedAt = performance.now();
  }

  /** Whether a redraw, for the reason that deck.gl gives, can show anything new; then it counts as done. */
  isNeeded(reason: string, layers: Layer[]): boolean {
    const shown = layers.flatMap(({ id, props }) =>
      "channelData" in props ? [id, props.channelData, props.visible] : [],
    );
    const isSame =
      shown.length === this.shown.length && shown.every((one, index) => one === this.shown[index]);
    const isSettled = performance.now() - this.changedAt > SETTLING;
    if (isSame && isSettled && reason.startsWith("updating layers")) return false;
    this.shown = shown;
    return true;
  }
}

/** Whether the graphics can draw layers: they link shaders while others draw. */
export function areLinked(layers: Layer[]): boolean {
  const pipelines = layers.flatMap((layer) => layer.getModels().map(({ pipeline }) => pipeline));
  return (pipelines as { linkStatus?: string }[]).every(({ linkStatus }) => linkStatus === "success");
}
