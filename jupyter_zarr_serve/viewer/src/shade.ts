// From numbers to colours without a shader, for the picture that is there before the graphics are; as in tone.ts.

import { bent, zeroIn } from "./curves";
import { LABELS, labelColour, type LabelColours } from "./labels";
import { anchorsOf, isInk, rgb } from "./palettes";
import type { Pixels } from "./raster";
import type { Tone } from "./tone";

export interface Shade {
  limits: [number, number];
  tone: Tone;
  /** What an image of labels tells of their colours. */
  own: LabelColours;
}

/** The colours between the limits, red, green, blue and opacity of each place; and where a value is among them. */
interface Ramp {
  colours: Uint8Array;
  /** The same, each as one number. */
  whole: Uint32Array;
  last: number;
  low: number;
  scale: number;
}

const PLACES = 1 << 12; // that are told apart between the limits
const PLACES_BENT = 1 << 16; // where curves are steep at first

/** What makes colours and opacity of a plane of pixels for each shade; what is missing in all is transparent. */
export function shaderOf(
  shades: Shade[],
  offset: number,
): (planes: Pixels[]) => Uint8ClampedArray<ArrayBuffer> {
  const ramps = shades.map((shade) => rampOf(shade, offset));
  return (planes) => {
    const out = new Uint8ClampedArray(4 * (planes[0]?.length ?? 0));
    planes.forEach((plane, i) => {
      const [ramp, shade] = [ramps[i], shades[i]];
      if (shade?.tone.colour === LABELS) addLabels(out, plane, offset, shade.own);
      else if (ramp) (!i ? put : isInk(shade?.tone.colour ?? "") ? print : add)(out, plane, ramp);
    });
    return out;
  };
}

/** The first colours of pixels, which takes a fraction of the time of adding to them. */
function put(out: Uint8ClampedArray<ArrayBuffer>, plane: Pixels, { whole, last, low, scale }: Ramp): void {
  const pixels = new Uint32Array(out.buffer);
  for (let i = 0; i < plane.length; i++) {
    const place = (plane[i]! - low) * scale;
    if (place === place) pixels[i] = whole[place <= 0 ? 0 : place >= last ? last : (place + 0.5) | 0]!;
  }
}

/** Bytes that are clamped add up as light does. */
function add(out: Uint8ClampedArray, plane: Pixels, { colours, last, low, scale }: Ramp): void {
  for (let i = 0, to = 0; i < plane.length; i++, to += 4) {
    const place = (plane[i]! - low) * scale;
    if (place !== place) continue; // not a number
    const from = 4 * (place <= 0 ? 0 : place >= last ? last : (place + 0.5) | 0);
    out[to]! += colours[from]!;
    out[to + 1]! += colours[from + 1]!;
    out[to + 2]! += colours[from + 2]!;
    out[to + 3] = 255;
  }
}

/** Inks take from the light that those before leave. */
function print(out: Uint8ClampedArray, plane: Pixels, { colours, last, low, scale }: Ramp): void {
  for (let i = 0, to = 0; i < plane.length; i++, to += 4) {
    const place = (plane[i]! - low) * scale;
    if (place !== place) continue;
    const from = 4 * (place <= 0 ? 0 : place >= last ? last : (place + 0.5) | 0);
    for (let part = 0; part < 3; part++) out[to + part]! *= colours[from + part]! / 255;
    out[to + 3] = 255;
  }
}

function addLabels(out: Uint8ClampedArray, plane: Pixels, offset: number, own: LabelColours): void {
  const told = new Map(own);
  for (let i = 0, to = 0; i < plane.length; i++, to += 4) {
    const colour = labelColour(plane[i]! + offset, told);
    for (let part = 0; part < 3; part++) out[to + part]! += colour[part]!;
    out[to + 3] = 255;
  }
}

function rampOf({ limits, tone }: Shade, offset: number): Ramp {
  const { colour, gamma, curve, isInverted } = tone;
  const last = (curve !== "linear" || gamma < 1 ? PLACES_BENT : PLACES) - 1;
  const zero = zeroIn(limits);
  const anchors = anchorsOf(colour).map(rgb);
  const colours = new Uint8Array(4 * (last + 1)).fill(255);
  for (let i = 0; i <= last; i++) {
    const raised = Math.min(Math.max(bent(i / last, curve, zero), 0), 1) ** gamma;
    const along = (isInverted ? 1 - raised : raised) * (anchors.length - 1);
    const below = Math.min(Math.floor(along), anchors.length - 2);
    for (let part = 0; part < 3; part++) {
      const [from, to] = [anchors[below]![part]!, anchors[below + 1]![part]!];
      colours[4 * i + part] = Math.round(255 * (from + (to - from) * (along - below)));
    }
  }
  const scale = last / Math.max(1e-30, limits[1] - limits[0]);
  return { colours, whole: new Uint32Array(colours.buffer), last, low: limits[0] - offset, scale };
}
