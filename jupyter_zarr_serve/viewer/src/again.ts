// A button and a key by which what is shown is read again.

import { make } from "./dom";
import { listenToKeys } from "./keys";

/** The button, which has `act` done, as does its key. */
export function refreshButton(act: () => void): HTMLButtonElement {
  listenToKeys({ r: act, R: act });
  const title = "Read what is shown again (key: r)";
  return make("button", { type: "button", id: "refresh", title, "aria-label": title, click: act }, "⟳");
}
