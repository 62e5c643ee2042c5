// Drawings of shapes and texts, and their pixels.

import { make } from "./dom";

const SVG = "http://www.w3.org/2000/svg";

/** An element of a drawing; attributes that are undefined are left out. */
export function shape(
  tag: string,
  attributes: Record<string, string | number | undefined>,
  children: (Node | string)[] = [],
): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** The pixels of a drawing, as many as the screen has. */
export async function rasterized(text: Blob, drawing: SVGSVGElement): Promise<Blob> {
  const url = URL.createObjectURL(text);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const [width, height] = ["width", "height"].map((side) => Number(drawing.getAttribute(side)));
    const ratio = devicePixelRatio;
    const canvas = make("canvas", {
      width: Math.round((width ?? 0) * ratio),
      height: Math.round((height ?? 0) * ratio),
    });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      const failed = new Error("This browser makes no file of the picture.");
      canvas.toBlob((made) => (made ? resolve(made) : reject(failed)), "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
