// Places along an axis of a heat map, whose pixels are all of one width: uneven ones are drawn as wide as they are.

export type Places = ArrayLike<number>;

/** Pixels of one width in the place of uneven ones: where they are, and which element each shows. */
export interface Even {
  values: number[];
  elements: Int32Array;
}

const MOST = 2048; // pixels, which are more than a screen has
const TOLERANCE = 1e-3; // of a step

/** Whether values only rise, or only fall. */
export function isOrdered(values: Places): boolean {
  const sign = Math.sign((values[1] ?? NaN) - (values[0] ?? NaN));
  for (let at = 1; at < values.length; at++)
    if (Math.sign((values[at] as number) - (values[at - 1] as number)) !== sign || !sign) return false;
  return values.length < 2 || Number.isFinite(sign);
}

/** Pixels of one width for values that rise or fall by different steps; undefined where the steps are the same. */
export function evened(values: Places): Even | undefined {
  const edges = edgesOf(values);
  const [first, last] = [edges[0] as number, edges.at(-1) as number];
  const mean = (last - first) / values.length;
  const steps = edges.slice(1).map((edge, at) => edge - (edges[at] as number));
  if (steps.every((step) => Math.abs(step - mean) <= TOLERANCE * Math.abs(mean))) return undefined;
  const least = Math.min(...steps.map(Math.abs));
  const count = Math.min(MOST, Math.max(values.length, Math.ceil(Math.abs(last - first) / least)));
  const step = (last - first) / count;
  const centres = Array.from({ length: count }, (_, at) => first + (at + 0.5) * step);
  const elements = new Int32Array(count);
  let element = 0;
  centres.forEach((centre, at) => {
    while (element + 1 < values.length && (centre - (edges[element + 1] as number)) * step > 0) element++;
    elements[at] = element;
  });
  return { values: centres, elements };
}

/** Where the elements begin and end: in the middle between two. */
function edgesOf(values: Places): number[] {
  const at = (index: number): number => values[index] as number;
  const last = values.length - 1;
  const middles = Array.from({ length: last }, (_, index) => (at(index) + at(index + 1)) / 2);
  const [before, after] = [at(0) - (at(1) - at(0)) / 2, at(last) + (at(last) - at(last - 1)) / 2];
  return [before, ...middles, after];
}
