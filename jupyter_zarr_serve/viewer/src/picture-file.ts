// The picture as it is on the screen, as a file: its rulers, titles and colours are shapes and texts, its pixels an image.

import { barTitle, barValues } from "./colour-bar";
import { hand, the } from "./dom";
import type { Drawing } from "./drawing";
import type { ChannelView, View } from "./link";
import { LABELS } from "./labels";
import { anchorsOf } from "./palettes";
import type { Pyramid } from "./pyramid";
import { LONG, marksOf, THICK } from "./ruler";
import { rasterized, shape } from "./svg";

const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
const ANCHORS = { center: "middle", right: "end" };
const BAR = { wide: 16, beside: 96 }; // pixels of the screen

type Size = [width: number, height: number];

interface Shown {
  pyramid: Pyramid;
  drawing: Drawing;
  view: View;
}

/** Save what is shown as a file of the kind, named as the last part of a path. */
export async function savePicture(shown: Shown, kind: "png" | "svg", path: string): Promise<void> {
  const drawing = svgOf(shown);
  const name = path.slice(path.lastIndexOf("/") + 1);
  const text = new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" });
  const file = kind === "svg" ? text : await rasterized(text, drawing);
  hand(file, `${name || "picture"}.${kind}`);
}

function svgOf(shown: Shown): SVGSVGElement {
  const { pyramid, drawing } = shown;
  const { hasMarks, channels } = shown.view;
  const channel = pyramid.channelAxis < 0 ? channels[0] : undefined; // of several, no bar tells
  const { pixels } = drawing;
  if (!pixels) throw new Error("The picture is not drawn yet: try again in a moment.");
  const { clientWidth: width, clientHeight: height } = the("stage");
  const css = getComputedStyle(document.documentElement);
  const [ink, paper] = ["--text", "--bar"].map((name) => css.getPropertyValue(name).trim());
  const hasBar = hasMarks && channel !== undefined && channel.colour !== LABELS;
  const whole = width + (hasBar ? BAR.beside : 0);
  const parts = [
    shape("rect", { width: whole, height, fill: paper }),
    shape("image", { width, height, href: pixels.toDataURL("image/png"), preserveAspectRatio: "none" }),
    ...(hasMarks ? rulersOf(shown, [width, height], paper) : []),
    ...(hasBar && channel ? barOf(pyramid, channel, [width, height]) : []),
  ];
  const style = { "font-family": FONT, "font-size": 11, fill: ink };
  return shape("svg", { width: whole, height, viewBox: `0 0 ${whole} ${height}` }, [
    shape("g", style, parts),
  ]) as SVGSVGElement;
}

function rulersOf({ drawing, pyramid }: Shown, [width, height]: Size, paper = ""): SVGElement[] {
  const { across, down } = marksOf(drawing.frame, pyramid.axes, [width, height]);
  const low = height - THICK;
  const upright = (x: number): string => `translate(13 ${low - x}) rotate(-90)`;
  return [
    shape("rect", { y: low, width, height: THICK, fill: paper }),
    shape("rect", { width: THICK, height: low, fill: paper }),
    ...across.ticks.map(({ at }) => shape("rect", { x: at, y: low, width: 1, height: LONG })),
    ...down.ticks.map(({ at }) => shape("rect", { x: THICK - LONG, y: low - at, width: LONG, height: 1 })),
    ...across.labels.map(({ at, label, align }) =>
      shape("text", { x: at, y: low + 15, "text-anchor": ANCHORS[align] }, [label]),
    ),
    ...down.labels.map(({ at, label, align }) =>
      shape("text", { transform: upright(at), "text-anchor": ANCHORS[align] }, [label]),
    ),
  ];
}

/** The colours at the right, with their values and what these are. */
function barOf(pyramid: Pyramid, channel: ChannelView, [left, height]: Size): SVGElement[] {
  const anchors = anchorsOf(channel.colour);
  const stops = (channel.isInverted ? [...anchors].reverse() : anchors).map((anchor, i) =>
    shape("stop", { offset: i / (anchors.length - 1), "stop-color": `#${anchor}` }),
  );
  const [x, top, long] = [left + 10, 28, height - 28 - THICK];
  const texts = barValues(channel, pyramid).map((text, i, { length }) =>
    shape("text", { x: x + BAR.wide + 4, y: top + long * (1 - i / (length - 1)) + 4 }, [text]),
  );
  return [
    shape("linearGradient", { id: "colours", x1: 0, y1: 1, x2: 0, y2: 0 }, stops),
    shape("rect", { x, y: top, width: BAR.wide, height: long, fill: "url(#colours)" }),
    ...texts,
    shape("text", { x, y: 16 }, [barTitle(pyramid)]),
  ];
}
