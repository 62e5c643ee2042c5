// Which part of an array an image shows, as a region of an export: "0,100:200,:".

import type { Frame } from "./frame";
import type { Place } from "./labelling";
import type { Axis, Pyramid } from "./pyramid";
import { tellSeen } from "./seen";

/** Where the picture lies, indexes along the axes that have sliders, by name, and the channels that are shown. */
type Shown = [frame: Pick<Frame, "seen">, at: Record<string, number>, channels: number[]];

/** Tell from now on what of an image is to be seen. */
export function tellRegion(
  pyramid: Pyramid,
  { finest: path, path: image }: Place,
  shown: () => Shown,
): void {
  tellSeen(() => {
    const region = regionOf(pyramid, shown());
    const options: [string, string][] = region ? [["region", region]] : [];
    return { path, isTable: false, ...(path !== image && { image }), options };
  });
}

/** The region; undefined where all is seen, or what is seen is no part of the array but made of it. */
export function regionOf(
  { source, axes, channelAxis }: Pick<Pyramid, "source" | "axes" | "channelAxis">,
  [{ seen }, at, channels]: Shown,
): string | undefined {
  const [left, top, right, bottom] = seen;
  const ends: Record<string, [number, number]> = {};
  const rows = axes.at(-2) as Axis;
  const columns = axes.at(-1) as Axis;
  ends[rows.name] = spanOf(rows, top, bottom);
  ends[columns.name] = spanOf(columns, left, right);
  const channel = channelAxis < 0 ? undefined : axes[channelAxis]?.name;
  const parts = source.map(({ role, length }) => {
    if (/^\d+$/.test(role)) return role;
    const span = ends[role];
    if (span) return span[0] === 0 && span[1] === length ? ":" : span.join(":");
    if (role === channel) return channels.length === 1 ? String(channels[0]) : ":";
    return axes.some(({ name }) => name === role) ? String(at[role] ?? 0) : undefined;
  });
  if (!parts.length || parts.includes(undefined)) return undefined;
  return parts.every((part) => part === ":") ? undefined : parts.join();
}

/** The indexes in the array from the first that is seen to behind the last. */
function spanOf({ index, length }: Axis, from: number, to: number): [number, number] {
  const first = Math.min(Math.max(Math.floor(from), 0), length - 1);
  const last = Math.min(Math.max(Math.ceil(to) - 1, first), length - 1);
  const [one, other] = [index(first), index(last)];
  return [Math.min(one, other), Math.max(one, other) + 1];
}
