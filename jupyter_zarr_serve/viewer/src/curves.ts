// From a place between the limits to a place among the colours: straight, by logarithms, or by those of both signs.

export type Curve = "linear" | "log" | "symlog";

export const CURVES: Curve[] = ["linear", "log", "symlog"];

const STEEP = 1023; // the logarithm tells apart what is this part of the range

/** Where the number 0 lies between the limits, which are 0 and 1; it may lie outside. */
export const zeroIn = ([low, high]: [number, number]): number => -low / Math.max(1e-30, high - low);

/** The place, 0 to 1, that a curve gives one; `zero` is where the number 0 lies. */
export function bent(place: number, curve: Curve, zero: number): number {
  if (curve === "linear") return place;
  if (curve === "log") return Math.log2(1 + STEEP * place) / Math.log2(1 + STEEP);
  const [low, high] = [signed(-zero), signed(1 - zero)];
  return (signed(place - zero) - low) / (high - low);
}

/** The place that a curve brings to one: the other way round. */
export function straight(bentPlace: number, curve: Curve, zero: number): number {
  if (curve === "linear") return bentPlace;
  if (curve === "log") return (2 ** (bentPlace * Math.log2(1 + STEEP)) - 1) / STEEP;
  const [low, high] = [signed(-zero), signed(1 - zero)];
  const value = low + bentPlace * (high - low);
  return zero + (Math.sign(value) * (2 ** Math.abs(value) - 1)) / STEEP;
}

const signed = (value: number): number => Math.sign(value) * Math.log2(1 + STEEP * Math.abs(value));

/** The same in the shader. */
export const CURVES_GLSL = `
float curve_signed(float value) { return sign(value) * log2(1.0 + ${STEEP}.0 * abs(value)); }

float curve_bent(float place, int curve, float zero) {
  if (curve == 0) return place;
  if (curve == 1) return log2(1.0 + ${STEEP}.0 * place) / log2(${STEEP + 1}.0);
  float low = curve_signed(-zero);
  return (curve_signed(place - zero) - low) / (curve_signed(1.0 - zero) - low);
}
`;
