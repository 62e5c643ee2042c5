// The controls of a channel's limits.

import { row } from "./controls";
import { make, told } from "./dom";
import type { ChannelView } from "./link";

const STEPS = 1000; // of a slider

/** Sliders and fields of the darkest and the brightest value, and what sets them anew. */
export function limitControls(
  i: number,
  state: ChannelView,
  domain: [number, number],
  counts: number[] | undefined,
  bar: HTMLElement,
  change: () => void,
): { element: HTMLElement; set: () => void } {
  const [least, most] = domain;
  const share = (value: number): number => ((value - least) / (most - least)) * STEPS;
  const names = ["Darkest", "Brightest"];
  const ranges = names.map((name) =>
    make("input", {
      type: "range",
      min: 0,
      max: STEPS,
      step: 1,
      "aria-label": `${name} value of channel ${i}`,
    }),
  );
  const fields = names.map((name) =>
    make("input", {
      type: "number",
      step: "any",
      "aria-label": `${name} value of channel ${i}, as a number`,
    }),
  );
  const set = (): void => {
    state.limits.forEach((limit, end) => {
      const [range, field] = [ranges[end], fields[end]];
      if (range) range.value = String(share(limit));
      if (field) field.value = told(limit);
    });
  };
  const take = (end: number, value: number): void => {
    if (!Number.isFinite(value)) return;
    state.limits[end] = value;
    const [low, high] = state.limits;
    if (low >= high) state.limits[end] = end ? low + (most - least) / STEPS : high - (most - least) / STEPS;
    set();
    change();
  };
  ranges.forEach((range, end) =>
    range.addEventListener("input", () =>
      take(end, least + (Number(range.value) / STEPS) * (most - least)),
    ),
  );
  fields.forEach((field, end) => field.addEventListener("change", () => take(end, Number(field.value))));
  set();
  const element = make("div", {}, make("div", { class: "limits" }, bar, ...ranges), row(...fields));
  if (counts) element.prepend(histogram(counts, i));
  return { element, set };
}

const TALL = 36; // pixels of a histogram

/** How many values lie where, above the sliders; by square roots, so that few are seen beside many. */
function histogram(counts: number[], i: number): HTMLElement {
  const most = Math.sqrt(Math.max(1, ...counts));
  const label = `Histogram of the values of channel ${i}`;
  const canvas = make("canvas", { class: "histogram", role: "img", width: counts.length, height: TALL });
  canvas.setAttribute("aria-label", label);
  const drawing = canvas.getContext("2d");
  if (drawing) drawing.fillStyle = "#808080"; // seen on light and on dark
  counts.forEach((count, x) => {
    const tall = Math.ceil((Math.sqrt(count) / most) * TALL);
    drawing?.fillRect(x, TALL - tall, 1, tall);
  });
  return canvas;
}
