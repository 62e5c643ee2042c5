// The controls of channels: which are shown, their colours, limits and curves.

import { box, range, row, section } from "./controls";
import { make, told } from "./dom";
import { limitControls } from "./limit-panel";
import type { Spread } from "./limits";
import type { ChannelView, View } from "./link";
import { COLOURS, gradient, PALETTES } from "./palettes";
import type { Channel, Pyramid } from "./pyramid";

/** The controls of all channels; they change the view, and say so. */
export function channelSection(
  pyramid: Pyramid,
  view: View,
  spreads: Map<number, Spread>,
  changed: () => void,
): HTMLElement {
  const isAlone = pyramid.channelAxis < 0;
  const blocks = pyramid.channels.map((channel, i) => {
    const state = view.channels[i];
    return state ? channelBlock(i, channel, isAlone, state, spreads.get(i), changed) : "";
  });
  return section(isAlone ? "Colours" : "Channels", make("div", {}, ...blocks));
}

function channelBlock(
  i: number,
  channel: Channel,
  isAlone: boolean,
  state: ChannelView,
  spread: Spread | undefined,
  changed: () => void,
): HTMLElement {
  const block = make("div", { class: "channel" });
  const bar = make("div", { class: "colours" });
  const paint = (): void => {
    block.classList.toggle("off", !state.isShown);
    bar.style.background = gradient(state.colour);
  };
  const change = (): void => {
    paint();
    changed();
  };
  const limits = limitControls(i, state, spread?.domain ?? channel.domain ?? state.limits, bar, change);
  const auto = (): void => {
    if (spread) state.limits = [...spread.limits];
    limits.set();
    change();
  };
  if (!isAlone) block.append(switchRow(i, channel, state, change));
  const colours = row(
    colourSelect(i, state, change),
    make("button", { type: "button", click: auto }, "Auto"),
  );
  block.append(make("div", { class: "tone" }, colours, limits.element, curveRow(i, state, change)));
  paint();
  return block;
}

function switchRow(i: number, channel: Channel, state: ChannelView, change: () => void): HTMLElement {
  const take = (isShown: boolean): void => {
    state.isShown = isShown;
    change();
  };
  return row(...box(`shown-${i}`, channel.label, state.isShown, take, "name"));
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

function curveRow(i: number, state: ChannelView, change: () => void): HTMLElement {
  const id = `gamma-${i}`;
  const shown = make("output", { for: id }, told(state.gamma, 2));
  const bend = (power: number): void => {
    state.gamma = Number((10 ** power).toPrecision(2));
    shown.textContent = told(state.gamma, 2);
    change();
  };
  const log = (isLog: boolean): void => {
    state.isLog = isLog;
    change();
  };
  const slider = range(id, [-1, 1, 0.05], Math.log10(state.gamma), bend);
  const label = make("label", { for: id }, "Gamma");
  return row(label, slider, shown, ...box(`log-${i}`, "Log", state.isLog, log));
}
