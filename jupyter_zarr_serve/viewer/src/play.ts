// A button that moves a slider on by itself, one step as soon as the picture of the last one is there.

import { button } from "./controls";
import { traffic } from "./server";

const PACE = 200; // milliseconds of a step, at least

/** The button of the slider of an axis. */
export function playButton(name: string, slider: HTMLInputElement): HTMLElement {
  let timer = 0;
  const made = button("▶", `Play along ${name}`, () => (timer ? stop() : start()));
  const tell = (): void => {
    made.textContent = timer ? "⏸" : "▶";
    made.setAttribute("aria-pressed", String(timer > 0));
  };
  const start = (): void => {
    timer = window.setInterval(step, PACE);
    tell();
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = 0;
    tell();
  };
  const step = (): void => {
    if (!slider.isConnected) return stop();
    if (traffic.waiting) return;
    slider.value = String((Number(slider.value) + 1) % (Number(slider.max) + 1));
    slider.dispatchEvent(new Event("input"));
  };
  tell();
  return made;
}
