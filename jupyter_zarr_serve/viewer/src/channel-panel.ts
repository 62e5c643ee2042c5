// The controls of channels: which are shown, their colours, limits and curves.

import { box, button, range, row, section } from "./controls";
import { CURVES } from "./curves";
import { make, told } from "./dom";
import { limitControls } from "./limit-panel";
import type { Spread } from "./limits";
import type { ChannelView, View } from "./link";
import { LABELS } from "./labels";
import { COLOURS, DIVERGING, gradient, INKS, isDiverging, isInk, PALETTES } from "./palettes";
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
    block.classList.toggle("labelled", state.colour === LABELS);
    bar.style.background = gradient(state.colour, state.isInverted);
  };
  const change = (): void => {
    paint();
    changed();
  };
  const domain = spread?.domain ?? channel.domain ?? state.limits;
  const limits = limitControls(i, state, domain, spread?.counts, bar, change);
  const auto = (): void => {
    if (spread) state.limits = [...spread.limits];
    limits.set();
    change();
  };
  if (!isAlone) block.append(switchRow(i, channel, state, change));
  const centre = (): void => {
    const most = Math.max(...(spread?.limits ?? state.limits).map(Math.abs));
    state.limits = [-most, most];
    if (!isDiverging(state.colour)) state.colour = DIVERGING;
    colour.value = state.colour;
    limits.set();
    change();
  };
  const colour = colourSelect(i, state, change);
  const colours = row(
    colour,
    button("Auto", "Limits out of the values", auto),
    button("±", "Limits with 0 in the middle", centre),
  );
  block.append(
    make(
      "div",
      { class: "tone" },
      colours,
      limits.element,
      curveRow(i, state, change),
      scaleRow(i, state, change),
    ),
  );
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

function colourSelect(i: number, state: ChannelView, change: () => void): HTMLSelectElement {
  const known = [
    ...Object.entries(isInk(state.colour) ? { ...INKS, ...COLOURS } : COLOURS),
    ...[...Object.keys(PALETTES), LABELS].map((name) => [name, name]),
  ];
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
  const slider = range(id, [-1, 1, 0.05], Math.log10(state.gamma), bend);
  const label = make("label", { for: id }, "Gamma");
  return row(label, slider, shown);
}

function scaleRow(i: number, state: ChannelView, change: () => void): HTMLElement {
  const id = `scale-${i}`;
  const choose = (event: Event): void => {
    state.curve = CURVES.find((name) => name === (event.target as HTMLSelectElement).value) ?? "linear";
    change();
  };
  const options = CURVES.map((name) => make("option", { value: name }, name));
  const select = make("select", { id, class: "grow", change: choose }, ...options);
  select.value = state.curve;
  const invert = (isInverted: boolean): void => {
    state.isInverted = isInverted;
    change();
  };
  const inverted = box(`inverted-${i}`, "Inverted", state.isInverted, invert);
  return row(make("label", { for: id }, "Scale"), select, ...inverted);
}
