// A chart of h5web's as a file: its pixels an image, its axes, titles and colours shapes and texts.

import { hand } from "../dom";
import { rasterized, shape } from "../svg";

const LOOK = [
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "fill",
  "fill-opacity",
  "opacity",
];
const LETTERS = [
  "font-family",
  "font-size",
  "font-style",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
];
const GRADIENT = /^linear-gradient\((to \w+|[\d.]+deg)?,?\s*(.*)\)$/;

type Place = (rectangle: DOMRect) => { x: number; y: number; width: number; height: number };

/** Save the chart that is shown. */
export async function saveFigure(kind: "png" | "svg"): Promise<void> {
  const figure = document.querySelector<HTMLElement>("#explorer figure");
  if (!figure) throw new Error("There is no picture yet: try again in a moment.");
  const drawing = svgOf(figure);
  const text = new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" });
  const name = figure.getAttribute("aria-label") || document.title || "picture";
  hand(
    kind === "svg" ? text : await rasterized(text, drawing),
    `${name.replace(/[^\p{L}\d ._-]+/gu, "_")}.${kind}`,
  );
}

function svgOf(figure: HTMLElement): SVGSVGElement {
  const { left, top, width, height } = figure.getBoundingClientRect();
  const place: Place = (rectangle) => ({
    x: rectangle.x - left,
    y: rectangle.y - top,
    width: rectangle.width,
    height: rectangle.height,
  });
  const parts = [...figure.querySelectorAll<HTMLElement | SVGElement>("*")].flatMap((element) =>
    partOf(element, place),
  );
  const whole = { width, height, viewBox: `0 0 ${width} ${height}` };
  return shape("svg", whole, [
    shape("rect", { width, height, fill: "#ffffff" }),
    ...parts,
  ]) as SVGSVGElement;
}

/** What an element is in the drawing, without what is in it. */
function partOf(element: HTMLElement | SVGElement, place: Place): SVGElement[] {
  if (element.closest("[class*=floatingToolbar], [class*=tooltip], button")) return [];
  const at = place(element.getBoundingClientRect());
  if (element instanceof HTMLCanvasElement)
    return [shape("image", { ...at, href: element.toDataURL("image/png"), preserveAspectRatio: "none" })];
  if (element instanceof SVGSVGElement)
    return element.parentElement?.closest("svg")
      ? []
      : [shape("g", { transform: `translate(${at.x} ${at.y})` }, [copied(element)])];
  if (element.closest("svg")) return [];
  const texts = [...element.childNodes].filter(
    (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
  );
  return [...gradientOf(element, at), ...texts.map((node) => textOf(element, node, place))];
}

/** A copy that looks the same without the page's style. */
function copied(element: SVGElement): SVGElement {
  const copy = element.cloneNode(false) as SVGElement;
  const style = getComputedStyle(element);
  copy.removeAttribute("class");
  copy.removeAttribute("style");
  for (const name of element instanceof SVGTextContentElement ? [...LOOK, ...LETTERS] : LOOK)
    copy.setAttribute(name, style.getPropertyValue(name));
  for (const child of element.childNodes)
    copy.append(child instanceof SVGElement ? copied(child) : child.cloneNode(true));
  return copy;
}

function textOf(element: HTMLElement | SVGElement, node: Node, place: Place): SVGElement {
  const range = document.createRange();
  range.selectNode(node);
  const { x, y, width, height } = place(range.getBoundingClientRect());
  const { color: fill, fontFamily, fontSize, fontWeight, writingMode } = getComputedStyle(element);
  const look = { "font-family": fontFamily, "font-size": fontSize, "font-weight": fontWeight, fill };
  const middle = {
    x: x + width / 2,
    y: y + height / 2,
    "text-anchor": "middle",
    "dominant-baseline": "central",
  };
  const isUpright = writingMode.startsWith("vertical") || height > 2 * parseFloat(fontSize);
  const turn = isUpright ? { transform: `rotate(-90 ${middle.x} ${middle.y})` } : {};
  return shape("text", { ...look, ...middle, ...turn }, [node.textContent?.trim() ?? ""]);
}

let count = 0;

/** The colours of a bar, which are the background of an element. */
function gradientOf(element: HTMLElement | SVGElement, at: ReturnType<Place>): SVGElement[] {
  const [, side = "", colours = ""] = GRADIENT.exec(getComputedStyle(element).backgroundImage) ?? [];
  const stops = [...colours.matchAll(/(rgba?\([^)]*\))\s*([\d.]+%)?/g)];
  if (!stops.length || !at.width || !at.height) return [];
  const ends: Record<string, [number, number, number, number]> = {
    "to top": [0, 1, 0, 0],
    "to right": [0, 0, 1, 0],
    "to left": [1, 0, 0, 0],
  };
  const [x1, y1, x2, y2] = ends[side] ?? [0, 0, 0, 1];
  const id = `colours-${count++}`;
  const made = stops.map(([, colour, offset], i) =>
    shape("stop", { offset: offset ?? i / (stops.length - 1), "stop-color": colour }),
  );
  return [
    shape("linearGradient", { id, x1, y1, x2, y2 }, made),
    shape("rect", { ...at, fill: `url(#${id})` }),
  ];
}
