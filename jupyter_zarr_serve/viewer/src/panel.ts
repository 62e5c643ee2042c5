// The controls beside the picture. They change the view they are given and say so.

import { channelSection } from "./channel-panel";
import { box, button, fillPanel, range, row, section } from "./controls";
import { make } from "./dom";
import type { Spread } from "./limits";
import type { View } from "./link";
import type { Axis, Pyramid } from "./pyramid";

export interface Actions {
  changed: () => void;
  zoomIn: () => void;
  zoomOut: () => void;
  fit: () => void;
  exact: () => void;
}

/** Fill the panel; again whenever something else than it changes the view. */
export function showPanel(
  pyramid: Pyramid,
  view: View,
  spreads: Map<number, Spread>,
  actions: Actions,
): void {
  fillPanel(
    ...axisSection(pyramid, view, actions),
    channelSection(pyramid, view, spreads, actions.changed),
    viewSection(view, actions),
    factSection(pyramid),
  );
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
    const where = axis.text(index);
    shown.textContent = `${index} / ${axis.length - 1}${where && ` · ${where}`}`;
  };
  const take = (index: number): void => {
    view.axes[axis.name] = index;
    tell(index);
    actions.changed();
  };
  const index = view.axes[axis.name] ?? 0;
  tell(index);
  const label = make("label", { for: id, class: "grow" }, axis.name);
  return make("div", {}, row(label, shown), range(id, [0, axis.length - 1, 1], index, take));
}

function viewSection(view: View, actions: Actions): HTMLElement {
  const smooth = (isSmooth: boolean): void => {
    view.isSmooth = isSmooth;
    actions.changed();
  };
  return section(
    "View",
    row(
      button("−", "Zoom out", actions.zoomOut),
      button("+", "Zoom in", actions.zoomIn),
      button("Fit", "Show all", actions.fit),
      button("1:1", "One pixel on one pixel", actions.exact),
    ),
    row(...box("smooth", "Smooth when zoomed out", view.isSmooth, smooth)),
  );
}

function factSection({ axes, dtype, levels }: Pyramid): HTMLElement {
  const shape = axes.map(({ name, length: size }) => `${name} ${size}`).join(" × ");
  const count = `${levels.length} level${levels.length === 1 ? "" : "s"}`;
  const notes = [make("div", {}, shape), make("div", {}, `${dtype}, ${count}`)];
  if (/int64|float64/.test(dtype)) notes.push(make("div", {}, "drawn as 32-bit floats"));
  return section("Image", ...notes);
}
