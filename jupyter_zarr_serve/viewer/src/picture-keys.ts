// The keys of an image, and the buttons that move or save it.

import type { Drawing } from "./drawing";
import { listenToKeys } from "./keys";
import type { View } from "./link";
import { fail } from "./notices";
import type { Actions } from "./panel";
import type { Pyramid } from "./pyramid";

/** Move the picture by keys; `step` goes back and forth along the first other axis. */
export function listenToPicture(drawing: Drawing, step: (by: number) => void): void {
  listenToKeys({
    ArrowLeft: () => drawing.pan(-0.2, 0),
    ArrowRight: () => drawing.pan(0.2, 0),
    ArrowUp: () => drawing.pan(0, -0.2),
    ArrowDown: () => drawing.pan(0, 0.2),
    "+": () => drawing.zoom(0.5),
    "=": () => drawing.zoom(0.5),
    "-": () => drawing.zoom(-0.5),
    "0": () => drawing.look(drawing.frame.whole()),
    "1": () => drawing.look({ zoom: 0 }),
    "[": () => step(-1),
    "]": () => step(1),
  });
}

/** What buttons do that change nothing of the view but where it is. */
export const actionsOf = (
  drawing: Drawing,
  pyramid: Pyramid,
  view: View,
  path: string,
): Pick<Actions, "zoomIn" | "zoomOut" | "fit" | "exact" | "save"> => ({
  zoomIn: () => drawing.zoom(1),
  zoomOut: () => drawing.zoom(-1),
  fit: () => drawing.look(drawing.frame.whole()),
  exact: () => drawing.look({ zoom: 0 }),
  save: (kind) => {
    import("./picture-file")
      .then(({ savePicture }) => savePicture({ pyramid, drawing, view }, kind, path))
      .catch((error: unknown) => fail(error));
  },
});
