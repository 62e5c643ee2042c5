// The view in the address: what is after the `#`, readable, and only what differs from the beginning.

import { CURVES, type Curve } from "./curves";
import type { OverlayView } from "./overlay";
import { areRoles } from "./roles";
import { turnRead, turnWritten, type Turn } from "./turn";

export interface ChannelView {
  isShown: boolean;
  limits: [number, number];
  colour: string;
  gamma: number;
  curve: Curve;
  isInverted: boolean;
}

export interface View {
  /** Indexes along the axes that have sliders, by name. */
  axes: Record<string, number>;
  channels: Record<number, ChannelView>;
  zoom?: number;
  centre?: [number, number];
  isSmooth: boolean;
  turn: Turn;
  /** Whether there are rulers and the bar of colours. */
  hasMarks: boolean;
  /** Whether pixels are as high and as wide as fills the page. */
  isFilled: boolean;
  /** The roles of the axes of the array; undefined for those that the server gives them. */
  roles?: string | undefined;
  /** Where the cuts through a volume meet: indexes of the array along x and y; undefined without cuts. */
  cross?: [number, number] | undefined;
  /** Labels over the image. */
  overlay?: OverlayView | undefined;
  /** Whether limits follow the values. */
  isAdapting: boolean;
  /** Whether the last index along a growing axis is to be shown. */
  isNewest: boolean;
}

const SIGNIFICANT = 9;

const short = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(SIGNIFICANT)));

/** What to write behind the `#`; `turnAtFirst` is that of a view that says nothing about it. */
export function written(view: View, turnAtFirst: Turn): string {
  const parts = new URLSearchParams();
  for (const [name, index] of Object.entries(view.axes)) parts.set(`at.${name}`, String(index));
  for (const [index, { isShown, limits, colour, gamma, curve, isInverted }] of Object.entries(
    view.channels,
  )) {
    const words = [...limits.map(short), colour, short(gamma), curve, ...(isInverted ? ["inverted"] : [])];
    parts.set(`c${index}`, isShown ? words.join(",") : `off,${words.join(",")}`);
  }
  if (view.zoom !== undefined) parts.set("zoom", view.zoom.toFixed(2));
  if (view.centre) parts.set("centre", view.centre.map((value) => value.toFixed(1)).join(","));
  if (view.isFilled) parts.set("fill", "1");
  if (!view.hasMarks) parts.set("marks", "0");
  if (view.isAdapting) parts.set("adapt", "1");
  if (view.isNewest) parts.set("newest", "1");
  const turn = turnWritten(view.turn);
  if (turn !== turnWritten(turnAtFirst)) parts.set("turn", turn);
  if (view.roles) parts.set("axes", view.roles);
  if (view.cross) parts.set("cross", view.cross.join());
  if (view.overlay) {
    parts.set("labels", view.overlay.path);
    parts.set("opacity", short(view.overlay.opacity));
    if (!view.overlay.isShown) parts.set("labelled", "0");
  }
  if (!view.isSmooth) parts.set("smooth", "0");
  return parts.toString().replaceAll("%2C", ",");
}

/** A view out of an address, as far as it can be understood. */
export function read(hash: string): Partial<View> {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const view: Partial<View> & Pick<View, "axes" | "channels"> = { axes: {}, channels: {} };
  for (const [key, value] of parts) {
    const channel = /^c(\d+)$/.exec(key);
    if (channel) {
      const found = channelOf(value);
      if (found) view.channels[Number(channel[1])] = found;
    } else if (key.startsWith("at.") && /^\d+$/.test(value)) {
      view.axes[key.slice(3)] = Number(value);
    }
  }
  const zoom = Number(parts.get("zoom") ?? NaN);
  if (Number.isFinite(zoom)) view.zoom = zoom;
  const [x = NaN, y = NaN] = (parts.get("centre") ?? "")
    .split(",")
    .map((part) => (part ? Number(part) : NaN));
  if (Number.isFinite(x) && Number.isFinite(y)) view.centre = [x, y];
  if (parts.has("turn")) view.turn = turnRead(parts.get("turn") ?? "");
  if (parts.has("fill")) view.isFilled = parts.get("fill") === "1";
  if (parts.has("adapt")) view.isAdapting = parts.get("adapt") === "1";
  if (parts.has("newest")) view.isNewest = parts.get("newest") === "1";
  if (parts.has("marks")) view.hasMarks = parts.get("marks") !== "0";
  const cross = /^(\d+),(\d+)$/.exec(parts.get("cross") ?? "");
  if (cross) view.cross = [Number(cross[1]), Number(cross[2])];
  const roles = parts.get("axes");
  if (roles && areRoles(roles)) view.roles = roles;
  const [path, opacity] = [parts.get("labels"), Number(parts.get("opacity") ?? NaN)];
  if (path)
    view.overlay = {
      path,
      opacity: opacity >= 0 && opacity <= 1 ? opacity : 0.5,
      isShown: parts.get("labelled") !== "0",
    };
  if (parts.has("smooth")) view.isSmooth = parts.get("smooth") !== "0";
  return view;
}

function channelOf(text: string): ChannelView | undefined {
  const words = text.split(",");
  const isShown = words[0] !== "off";
  const [low, high, colour = "", gamma, scale, turned] = isShown ? words : words.slice(1);
  const limits: [number, number] = [Number(low), Number(high)];
  if (!limits.every(Number.isFinite) || !/^[\w-]+$/.test(colour)) return undefined;
  const curve = CURVES.find((name) => name === scale) ?? "linear";
  return { isShown, limits, colour, gamma: Number(gamma) || 1, curve, isInverted: turned === "inverted" };
}
