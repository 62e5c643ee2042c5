// The controls beside the picture. They change the view they are given and say so.

import { rolesSection } from "./axes-panel";
import { channelSection } from "./channel-panel";
import { box, button, fillPanel, range, row, section } from "./controls";
import { make, the } from "./dom";
import type { Spread } from "./limits";
import type { View } from "./link";
import { fail } from "./notices";
import { playButton } from "./play";
import type { Axis, Pyramid } from "./pyramid";
import type { Turn } from "./turn";

export interface Actions {
  changed: () => void;
  zoomIn: () => void;
  zoomOut: () => void;
  fit: () => void;
  turn: (turn: Turn) => void;
  fill: () => void;
  exact: () => void;
  save: (kind: "png" | "svg") => void;
  lay: (roles: string[]) => void;
}

/** Fill the panel; again whenever something else than it changes the view. */
export function showPanel(
  pyramid: Pyramid,
  view: View,
  spreads: Map<number, Spread>,
  others: HTMLElement[],
  actions: Actions,
): void {
  fillPanel(
    ...axisSection(pyramid, view, actions),
    ...rolesSection(pyramid.source, actions.lay),
    channelSection(pyramid, view, spreads, actions.changed),
    viewSection(view, actions),
    ...others,
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
  const made = range(id, [0, axis.length - 1, 1], index, take);
  return make("div", {}, row(label, shown), row(made, playButton(axis.name, made)));
}

function viewSection(view: View, actions: Actions): HTMLElement {
  const smooth = (isSmooth: boolean): void => {
    view.isSmooth = isSmooth;
    actions.changed();
  };
  const mark = (hasMarks: boolean): void => {
    view.hasMarks = hasMarks;
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
    ...(document.fullscreenEnabled
      ? [row(button("Full screen", "Show only the picture", toFullScreen))]
      : []),
    row(...turnButtons(view.turn, actions.turn), fillButton(view, actions)),
    row(
      "Save as",
      button("PNG", "Save the picture as it is on the screen", () => actions.save("png")),
      button("SVG", "The same, its rulers and texts as shapes", () => actions.save("svg")),
    ),
    row(...box("marks", "Rulers and colours", view.hasMarks, mark)),
    row(...box("smooth", "Smooth when zoomed out", view.isSmooth, smooth)),
  );
}

function turnButtons(turn: Turn, take: (turn: Turn) => void): HTMLElement[] {
  const { isTransposed, isMirrored } = turn;
  const [down, across] = isMirrored;
  const choices: [string, string, boolean, Turn][] = [
    [
      "⤡",
      "Exchange rows and columns",
      isTransposed,
      { isMirrored: [across, down], isTransposed: !isTransposed },
    ],
    ["↔", "Mirror from left to right", across, { isTransposed, isMirrored: [down, !across] }],
    ["↕", "Mirror from top to bottom", down, { isTransposed, isMirrored: [!down, across] }],
  ];
  return choices.map(([label, title, isOn, next]) => {
    const made = button(label, title, () => take(next));
    made.setAttribute("aria-pressed", String(isOn));
    return made;
  });
}

function fillButton({ isFilled }: View, actions: Actions): HTMLElement {
  const made = button("Fill", "Make pixels as high and as wide as fills the page", actions.fill);
  made.setAttribute("aria-pressed", String(isFilled));
  return made;
}

function toFullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else
    the("page")
      .requestFullscreen()
      .catch((error: unknown) => fail(error));
}

function factSection({ axes, dtype, levels }: Pyramid): HTMLElement {
  const shape = axes.map(({ name, length: size }) => `${name} ${size}`).join(" × ");
  const count = `${levels.length} level${levels.length === 1 ? "" : "s"}`;
  const notes = [make("div", {}, shape), make("div", {}, `${dtype}, ${count}`)];
  if (/int64|float64/.test(dtype)) notes.push(make("div", {}, "drawn as 32-bit floats"));
  return section("Image", ...notes);
}
