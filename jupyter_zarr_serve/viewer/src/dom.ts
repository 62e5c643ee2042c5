// Elements in one expression.

type Attributes = Record<string, string | number | boolean | ((event: Event) => void)>;

/** An element with attributes (functions listen to the event of their name) and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** The element of the page's template with an id. */
export function the<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** Hand a file to the person. */
export function hand(body: Blob, name: string): void {
  const href = URL.createObjectURL(body);
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** A number as people read it, with some digits. */
export function told(value: number | bigint, digits = 6): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return String(value);
  if (!Number.isFinite(value)) return String(value);
  return String(Number(value.toPrecision(digits)));
}

/** Once what has been drawn is on the screen. */
export const onScreen = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

/** Programs that look on see that a new picture is there. */
export function countFrame(): void {
  const { dataset } = document.documentElement;
  dataset["frames"] = String(Number(dataset["frames"] ?? 0) + 1);
}

/** A copy of what a canvas shows now. */
export function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = make("canvas", { width: canvas.width, height: canvas.height });
  copy.getContext("2d")?.drawImage(canvas, 0, 0);
  return copy;
}
