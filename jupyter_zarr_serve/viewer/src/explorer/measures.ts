// In the place of `@react-hookz/web`, by which the charts of `@h5web/lib` measure how large things are; see build.mjs.
//
// React hides a picture, and its toolbar, while the values of another slice are awaited. What is hidden has no size: the
// library would find no room for its toolbar, and fold it into a menu for some moments of each step of a slider.

import { useMeasure as useMeasured } from "@react-hookz/web";
import { useRef } from "react";

export * from "@react-hookz/web";

/** The size of an element, as it was when it was last to be seen. */
export function useMeasure(isEnabled?: boolean): ReturnType<typeof useMeasured> {
  const [now, element] = useMeasured<Element>(isEnabled);
  const size = useRef(now);
  if (!now || now.width || now.height) size.current = now;
  return [size.current, element] as ReturnType<typeof useMeasured>;
}
