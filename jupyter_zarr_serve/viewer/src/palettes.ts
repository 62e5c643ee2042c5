// Colours for channels: plain ones from black on, and palettes of a few colours with a straight way between.

import { LABELS, LABELS_NUMBER } from "./labels";

const spread = (text: string): string[] => text.match(/.{6}/g) ?? [];

/** Anchors of each palette, at equal distances, as they are drawn and shown. */
export const PALETTES: Record<string, string[]> = {
  grey: ["000000", "ffffff"],
  viridis: spread(
    "440154470d6048186a482374472d7b4537814240863e49893b528b375b8d33638d2f6b8e2c728e297a8e26828e23898e21918c1f988b1fa08822a78528ae8032b67a3fbc734ec36b5ec96270cf5784d44b98d83eaddc30c2df23d8e219ece51bfde725",
  ),
  magma: spread(
    "0000040303120a0822130d341d114729115a36106b440f7651127c5d177f6a1c81762181832681902a819c2e7faa337db73779c43c75d0416fdc4869e75263ef5d5ef56b5cf9795dfc8961fd9869fea772feb67cfec488fed395fde2a3fcf0b2fcfdbf",
  ),
  inferno: spread(
    "0000040403120b0724150b37210c4a2f0a5b3d09654a0c6b57106e64156e71196e7d1e6d8a226a972766a32c61b0315bbc3754c73e4cd24644db503be45a31eb6628f1731df68013f98e09fb9d07fcac11fbbc21f9cb35f5db4cf2ea69f3f68afcffa4",
  ),
  cividis: spread(
    "00224e00285b002e6a0533711a386f273e6e32436d3b496c434e6c4b546c535a6d5a5f6e61656f686a716f70737676767d7c788482798c8878938e789b9476a39a74aba072b4a76fbcae6cc4b468cdbb63d5c25edec958e7d150f0d846f9e03afee838",
  ),
  turbo: spread(
    "30123b392a734040a24456c7466be34680f64294ff37a8fa28bceb1ccdd818ddc21fe9af32f2984ef97d6dfe628bff4ba4fc3cb9f635cdec34dfdf37eecf3af8be39fdac34fe962bfb7e21f46617eb500edf3f08d02f05be2102a91601920b017a0403",
  ),
  "blue-red": spread(
    "3b4cc0445acc4e68d85875e16282ea6c8ff1779af782a6fb8db0fe98b9ffa3c2feaec9fcb9d0f9c3d5f4ccd9edd5dbe5dddcdce5d8d1ecd3c5f1ccb8f5c4acf7ba9ff7b093f6a586f4987af08b6eeb7d62e46e56dd5f4bd44e41ca3b37be242eb40426",
  ),
};

export const COLOURS: Record<string, string> = {
  white: "ffffff",
  red: "ff0000",
  green: "00ff00",
  blue: "0000ff",
  cyan: "00ffff",
  magenta: "ff00ff",
  yellow: "ffff00",
};

/** The colours of channels that say nothing of theirs. */
const DEFAULTS = ["00ff00", "ff00ff", "00ffff", "ff0000", "0000ff", "ffff00", "ffffff"];

const INK = "ink-"; // before the colour of an ink on white paper

export const inkOf = (colour: string): string => INK + colour;

/** Whether it takes from the light that others leave, and adds none. */
export const isInk = (colour: string): boolean => colour.startsWith(INK);

/** Those of print. */
export const INKS: Record<string, string> = {
  "cyan ink": inkOf("00ffff"),
  "magenta ink": inkOf("ff00ff"),
  "yellow ink": inkOf("ffff00"),
  "black ink": inkOf("000000"),
};

export function defaultColour(index: number, count: number): string {
  return count === 1 ? "grey" : (DEFAULTS[index % DEFAULTS.length] ?? "ffffff");
}

/** The anchors of a palette's name, or of a colour. */
export function anchorsOf(colour: string): string[] {
  if (isInk(colour)) return ["ffffff", colour.slice(INK.length)];
  return colour === LABELS ? ["000000", "ffffff"] : (PALETTES[colour] ?? ["000000", colour]);
}

/** The parts of a colour, or of that of an ink. */
export function rgb(hex: string): [number, number, number] {
  const value = parseInt(isInk(hex) ? hex.slice(INK.length) : hex, 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** The palette whose middle is neither of its ends. */
export const DIVERGING = "blue-red";

export const isDiverging = (colour: string): boolean => colour === DIVERGING;

/** A CSS gradient of a colour, from left to right or another side. */
export function gradient(colour: string, isInverted = false, side = "right"): string {
  const anchors = anchorsOf(colour).map((anchor) => `#${anchor}`);
  return `linear-gradient(to ${side}, ${(isInverted ? anchors.reverse() : anchors).join(", ")})`;
}

const names = Object.keys(PALETTES);

/** The number of a palette in the shader; -1 for plain colours, -2 for inks. */
export function paletteNumber(colour: string): number {
  if (isInk(colour)) return -2;
  return colour === LABELS ? LABELS_NUMBER : names.indexOf(colour);
}

/** GLSL: `palette(number, t)` is a colour. */
export const PALETTES_GLSL = `
${Object.values(PALETTES).map(constant).join("\n")}
vec3 palette(int number, float t) {
${Object.values(PALETTES).map(branch).join("\n")}
  return vec3(t);
}
`;

function constant(anchors: string[], i: number): string {
  const colours = anchors.map(
    (anchor) =>
      `vec3(${rgb(anchor)
        .map((part) => part.toFixed(5))
        .join(", ")})`,
  );
  return `const vec3 PALETTE_${i}[${anchors.length}] = vec3[${anchors.length}](${colours.join(", ")});`;
}

function branch(anchors: string[], i: number): string {
  const last = anchors.length - 1;
  return `  if (number == ${i}) {
    float place = t * ${last}.0;
    int below = min(int(place), ${last - 1});
    return mix(PALETTE_${i}[below], PALETTE_${i}[below + 1], place - float(below));
  }`;
}
