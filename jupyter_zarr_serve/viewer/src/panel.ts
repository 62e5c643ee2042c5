// The controls beside the picture. They change the view they are given and say so.

import { make, the, told } from "./dom";
import type { View, ChannelView } from "./link";
import { COLOURS, gradient, PALETTES } from "./palettes";
import type { Axis, Channel, Pyramid } from "./pyramid";
import type { Spread } from "./limits";
import { length } from "./scale";

export interface Actions {
  changed: () => void;
  zoomIn: () => void;
  zoomOut: () => void;
  fit: () => void;
  exact: () => void;
}

const STEPS = 1000; // of a slider of limits

/** Fill the panel; again whenever something else than it changes the view. */
export function showPanel(
  pyramid: Pyramid,
  view: View,
  spreads: Map<number, Spread>,
  actions: Actions,
): void {
  const panel = the("panel");
  panel.hidden = false;
  panel.replaceChildren(
    ...axisSection(pyramid, view, actions),
    channelSection(pyramid, view, spreads, actions),
    viewSection(view, actions),
    factSection(pyramid),
  );
}

function section(title: string, ...children: Node[]): HTMLElement {
  return make("section", {}, make("h2", {}, title), ...children);
}

function axisSection(pyramid: Pyramid, view: View, actions: Actions): HTMLElement[] {
  const sliders = pyramid.axes
    .slice(0, -2)
    .filter((axis, i) => i !== pyramid.channelAxis && axis.length > 1)
    .map((axis) => slider(axis, view, actions));
  return sliders.length ? [section("Axes", ...sliders)] : [];
}

function slider(axis: Axis, view: View, actions: Actions): HTMLElement {
  const id = `axis-${axis.name}`;
  const shown = make("output", { for: id });
  const tell = (index: number): void => {
    const where = axis.unit ? ` · ${length(index * axis.step, axis.unit)}` : "";
    shown.textContent = `${index} / ${axis.length - 1}${where}`;
  };
  const input = (event: Event): void => {
    const index = Number((event.target as HTMLInputElement).value);
    view.axes[axis.name] = index;
    tell(index);
    actions.changed();
  };
  const index = view.axes[axis.name] ?? 0;
  tell(index);
  const range = make("input", { type: "range", id, min: 0, max: axis.length - 1, step: 1, input });
  range.value = String(index);
  return make(
    "div",
    {},
    make("div", { class: "row" }, make("label", { for: id, class: "grow" }, axis.name), shown),
    range,
  );
}

function channelSection(
  pyramid: Pyramid,
  view: View,
  spreads: Map<number, Spread>,
  actions: Actions,
): HTMLElement {
  const blocks = pyramid.channels.map((channel, i) => {
    const state = view.channels[i];
    return state ? channelBlock(i, channel, pyramid, state, spreads.get(i), actions) : "";
  });
  return section(pyramid.channelAxis < 0 ? "Colours" : "Channels", make("div", {}, ...blocks));
}

function channelBlock(
  i: number,
  channel: Channel,
  pyramid: Pyramid,
  state: ChannelView,
  spread: Spread | undefined,
  actions: Actions,
): HTMLElement {
  const block = make("div", { class: "channel" });
  const bar = make("div", { class: "colours" });
  const paint = (): void => {
    block.classList.toggle("off", !state.isShown);
    bar.style.background = gradient(state.colour);
  };
  const change = (): void => {
    paint();
    actions.changed();
  };
  if (pyramid.channelAxis >= 0) block.append(switchRow(i, channel, state, change));
  const tone = make("div", { class: "tone" });
  const domain = spread?.domain ?? channel.domain ?? state.limits;
  const auto = (): void => {
    if (spread) state.limits = [...spread.limits];
    limits.set();
    change();
  };
  const limits = limitControls(i, state, domain, bar, change);
  tone.append(
    make(
      "div",
      { class: "row" },
      colourSelect(i, state, change),
      make("button", { type: "button", click: auto }, "Auto"),
    ),
    limits.element,
    curveRow(i, state, change),
  );
  block.append(tone);
  paint();
  return block;
}

function switchRow(i: number, channel: Channel, state: ChannelView, change: () => void): HTMLElement {
  const id = `shown-${i}`;
  const box = make("input", {
    type: "checkbox",
    id,
    change: (event) => {
      state.isShown = (event.target as HTMLInputElement).checked;
      change();
    },
  });
  box.checked = state.isShown;
  return make("div", { class: "row" }, box, make("label", { for: id, class: "name" }, channel.label));
}

function colourSelect(i: number, state: ChannelView, change: () => void): HTMLElement {
  const known = [...Object.entries(COLOURS), ...Object.keys(PALETTES).map((name) => [name, name])];
  if (!known.some(([, value]) => value === state.colour)) known.push([`#${state.colour}`, state.colour]);
  const select = make(
    "select",
    {
      class: "grow",
      "aria-label": `Colours of channel ${i}`,
      change: (event) => {
        state.colour = (event.target as HTMLSelectElement).value;
        change();
      },
    },
    ...known.map(([name = "", value = ""]) => make("option", { value }, name)),
  );
  select.value = state.colour;
  return select;
}

function limitControls(
  i: number,
  state: ChannelView,
  domain: [number, number],
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
  const element = make(
    "div",
    {},
    make("div", { class: "limits" }, bar, ...ranges),
    make("div", { class: "row" }, ...fields),
  );
  return { element, set };
}

function curveRow(i: number, state: ChannelView, change: () => void): HTMLElement {
  const gamma = `gamma-${i}`;
  const shown = make("output", { for: gamma }, told(state.gamma, 2));
  const range = make("input", {
    type: "range",
    id: gamma,
    min: -1,
    max: 1,
    step: 0.05,
    input: (event) => {
      state.gamma = Number((10 ** Number((event.target as HTMLInputElement).value)).toPrecision(2));
      shown.textContent = told(state.gamma, 2);
      change();
    },
  });
  range.value = String(Math.log10(state.gamma));
  const log = `log-${i}`;
  const box = make("input", {
    type: "checkbox",
    id: log,
    change: (event) => {
      state.isLog = (event.target as HTMLInputElement).checked;
      change();
    },
  });
  box.checked = state.isLog;
  return make(
    "div",
    { class: "row" },
    make("label", { for: gamma }, "Gamma"),
    range,
    shown,
    box,
    make("label", { for: log }, "Log"),
  );
}

function viewSection(view: View, actions: Actions): HTMLElement {
  const button = (label: string, title: string, click: () => void): HTMLElement =>
    make("button", { type: "button", title, "aria-label": title, click }, label);
  const smooth = make("input", {
    type: "checkbox",
    id: "smooth",
    change: (event) => {
      view.isSmooth = (event.target as HTMLInputElement).checked;
      actions.changed();
    },
  });
  smooth.checked = view.isSmooth;
  return section(
    "View",
    make(
      "div",
      { class: "row" },
      button("−", "Zoom out", actions.zoomOut),
      button("+", "Zoom in", actions.zoomIn),
      button("Fit", "Show all", actions.fit),
      button("1:1", "One pixel on one pixel", actions.exact),
    ),
    make("div", { class: "row" }, smooth, make("label", { for: "smooth" }, "Smooth when zoomed out")),
  );
}

function factSection({ axes, dtype, levels }: Pyramid): HTMLElement {
  const shape = axes.map(({ name, length: size }) => `${name} ${size}`).join(" × ");
  const count = `${levels.length} level${levels.length === 1 ? "" : "s"}`;
  const notes = [make("div", {}, shape), make("div", {}, `${dtype}, ${count}`)];
  if (/int64|float64/.test(dtype)) notes.push(make("div", {}, "drawn as 32-bit floats"));
  return section("Image", ...notes);
}
