// The choices of a picture that follows its data.

import { box, row, section } from "./controls";
import { the } from "./dom";
import type { Spread } from "./limits";
import type { View } from "./link";
import { say } from "./notices";
import type { Axis, Pyramid } from "./pyramid";

/** Whether limits follow, and whether the newest is shown; `changed` is told what was chosen. */
export function filmSection(view: View, sliders: Axis[], changed: () => void): HTMLElement {
  const keep = (isKept: boolean): void => {
    view.isAdapting = !isKept;
    changed();
  };
  const follow = (isNewest: boolean): void => {
    view.isNewest = isNewest;
    toNewest(view, sliders);
    changed();
  };
  const newest = box("newest", "Follow the newest", view.isNewest, follow);
  return section(
    "Live",
    row(...box("keep-limits", "Keep limits", !view.isAdapting, keep)),
    ...(sliders.length ? [row(...newest)] : []),
  );
}

/** Go to the last index along the first axis, if that is to be followed. */
export function toNewest(view: View, [axis]: Axis[]): void {
  if (axis && view.isNewest) view.axes[axis.name] = axis.length - 1;
}

/** Whoever sets limits by hand wants them to stay. */
export function keepOwn(view: View, spreads: Map<number, Spread>, shown: number[]): void {
  const isSet = (i: number): boolean => {
    const spread = spreads.get(i);
    return spread !== undefined && String(spread.limits) !== String(view.channels[i]?.limits);
  };
  if (view.isAdapting && shown.some(isSet)) view.isAdapting = false;
}

/** The shape and the dtype. */
export function tellFacts({ axes, dtype }: Pyramid): void {
  the("facts").textContent = `${axes.map(({ length }) => length).join(" × ")} ${dtype}`;
}

/** Go on along the first axis that has a slider; false where there is none. */
export function stepAlong(sliders: Axis[], view: View, by: number): boolean {
  const axis = sliders.find(({ length }) => length > 1);
  if (!axis) return false;
  const now = Math.min(Math.max((view.axes[axis.name] ?? 0) + by, 0), axis.length - 1);
  view.axes[axis.name] = now;
  say([`${axis.name} ${now}`, axis.text(now)].filter(Boolean).join(" · "), 0.8);
  return true;
}
