// Colours of label images: a colour for each number that stands for an object, and black for none.

export const LABELS = "labels"; // the name, where others are those of palettes and colours
export const LABELS_NUMBER = 100; // the same in the shader

const STEP = 2654435761; // Knuth's multiplier: numbers beside each other get colours that are far apart

/** The colour of a label: red, green and blue, 0 to 255. */
export function labelColour(label: number): [number, number, number] {
  if (label < 1) return [0, 0, 0];
  const mixed = Math.imul(label, STEP) >>> 0;
  const [hue, light] = [(mixed >>> 8) / 2 ** 24, 0.65 + (0.35 * (mixed & 255)) / 255];
  const part = (shift: number): number => {
    const place = (hue + shift) % 1;
    return Math.min(Math.max(Math.abs(place * 6 - 3) - 1, 0), 1);
  };
  const pale = (value: number): number => Math.round(255 * light * (0.25 + 0.75 * value));
  return [pale(part(0)), pale(part(2 / 3)), pale(part(1 / 3))];
}

/** The same in the shader. */
export const LABELS_GLSL = `
float label_part(float hue, float shift) {
  return clamp(abs(fract(hue + shift) * 6.0 - 3.0) - 1.0, 0.0, 1.0);
}

vec3 label_colour(float label) {
  if (label < 1.0) return vec3(0.0);
  uint mixed = uint(label) * ${STEP}u;
  float hue = float(mixed >> 8) / 16777216.0;
  float light = 0.65 + 0.35 * float(mixed & 255u) / 255.0;
  vec3 pure = vec3(label_part(hue, 0.0), label_part(hue, 2.0 / 3.0), label_part(hue, 1.0 / 3.0));
  return light * (0.25 + 0.75 * pure);
}
`;
