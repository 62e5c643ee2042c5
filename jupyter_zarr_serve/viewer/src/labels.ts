// Colours of label images: a colour for each number that stands for an object, and black for none. An image may tell colours of
// its own, by OME-Zarr's `image-label`; see https://ngff.openmicroscopy.org/0.5/#label-md

export const LABELS = "labels"; // the name, where others are those of palettes and colours
export const LABELS_NUMBER = 100; // the same in the shader

const STEP = 2654435761; // Knuth's multiplier: numbers beside each other get colours that are far apart

/** Red, green, blue and opacity, 0 to 255. */
export type Rgba = [number, number, number, number];

/** The colours that an image tells of its labels; the labels rise. */
export type LabelColours = readonly (readonly [label: number, rgba: Rgba])[];

const MOST = 256; // colours that are searched for each pixel
const MOST_STEPS = 9; // of a search among as many

/** The colours in an attribute `image-label`. */
export function coloursIn(attribute: unknown): LabelColours {
  const told: unknown = (attribute as { colors?: unknown } | undefined)?.colors;
  const colours = (Array.isArray(told) ? told : []).flatMap((one: unknown) => {
    const { "label-value": label, rgba } = (one ?? {}) as Record<string, unknown>;
    const parts = Array.isArray(rgba) ? rgba.map(Number) : [];
    const isColour = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255);
    const isLabel = typeof label === "number" && Number.isInteger(label) && label > 0 && label < 2 ** 32;
    return isColour && isLabel ? [[label, parts as Rgba] as const] : [];
  });
  const known = new Map(colours.slice(0, MOST));
  return [...known].sort(([one], [other]) => one - other);
}

/** The colour of a label: red, green and blue, 0 to 255. */
export function labelColour(label: number, own?: ReadonlyMap<number, Rgba>): [number, number, number] {
  if (label < 1) return [0, 0, 0];
  const told = own?.get(label);
  if (told) return [told[0], told[1], told[2]];
  const mixed = Math.imul(label, STEP) >>> 0;
  const [hue, light] = [(mixed >>> 8) / 2 ** 24, 0.65 + (0.35 * (mixed & 255)) / 255];
  const part = (shift: number): number => {
    const place = (hue + shift) % 1;
    return Math.min(Math.max(Math.abs(place * 6 - 3) - 1, 0), 1);
  };
  const pale = (value: number): number => Math.round(255 * light * (0.25 + 0.75 * value));
  return [pale(part(0)), pale(part(2 / 3)), pale(part(1 / 3))];
}

/** The same in the shader, and how opaque a label is. */
export const labelsGlsl = (own: LabelColours): string => `
float label_part(float hue, float shift) {
  return clamp(abs(fract(hue + shift) * 6.0 - 3.0) - 1.0, 0.0, 1.0);
}

${own.length ? searchOf(own) : "vec4 label_told(uint label) { return vec4(-1.0); }"}

float label_opacity(float label) {
  vec4 told = label_told(uint(label));
  return label < 1.0 ? 0.0 : told.a < 0.0 ? 1.0 : told.a;
}

vec3 label_colour(float label) {
  if (label < 1.0) return vec3(0.0);
  vec4 told = label_told(uint(label));
  if (told.a >= 0.0) return told.rgb;
  uint mixed = uint(label) * ${STEP}u;
  float hue = float(mixed >> 8) / 16777216.0;
  float light = 0.65 + 0.35 * float(mixed & 255u) / 255.0;
  vec3 pure = vec3(label_part(hue, 0.0), label_part(hue, 2.0 / 3.0), label_part(hue, 1.0 / 3.0));
  return light * (0.25 + 0.75 * pure);
}
`;

/** GLSL: the colour that an image tells of a label, found by halves; its opacity is negative where there is none. */
function searchOf(own: LabelColours): string {
  const parts = own.map(([, rgba]) => `vec4(${rgba.map((part) => (part / 255).toFixed(5)).join(", ")})`);
  return `
const uint LABELS_TOLD[${own.length}] = uint[${own.length}](${own.map(([label]) => `${label}u`).join(", ")});
const vec4 COLOURS_TOLD[${own.length}] = vec4[${own.length}](${parts.join(", ")});
vec4 label_told(uint label) {
  int low = 0;
  int high = ${own.length - 1};
  for (int step = 0; step < ${MOST_STEPS}; step++) {
    if (low > high) break;
    int middle = (low + high) / 2;
    if (LABELS_TOLD[middle] == label) return COLOURS_TOLD[middle];
    if (LABELS_TOLD[middle] < label) low = middle + 1;
    else high = middle - 1;
  }
  return vec4(-1.0);
}`;
}
