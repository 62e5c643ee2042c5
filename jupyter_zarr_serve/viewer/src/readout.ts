// The value under the pointer, exact, from the finest level that has been read.

import { the, told } from "./dom";
import type { Pyramid } from "./pyramid";

export interface Looked {
  label: string;
  at: number[];
}

/** Says what is under the pointer, and says it again once that has been read. */
export class Readout {
  private pointer: [number, number] | undefined;

  constructor(
    stage: HTMLElement,
    private readonly text: (clientX: number, clientY: number) => string,
  ) {
    stage.addEventListener("pointermove", ({ clientX, clientY }) => this.at([clientX, clientY]));
    stage.addEventListener("pointerleave", () => this.at(undefined));
  }

  tell(): void {
    the("readout").textContent = this.pointer ? this.text(...this.pointer) : "";
  }

  private at(pointer: [number, number] | undefined): void {
    this.pointer = pointer;
    this.tell();
  }
}

/** What is at a place of the image, and the label that is there. */
export function valueText(
  pyramid: Pyramid,
  looked: Looked[],
  place: [number, number],
  label: string,
): string {
  const text = textAt(pyramid, looked, place);
  return text && label ? `${text}   ${label}` : text;
}

function textAt(pyramid: Pyramid, looked: Looked[], [x, y]: [number, number]): string {
  const [first] = pyramid.levels;
  if (!first || x < 0 || y < 0 || x >= first.width || y >= first.height) return "";
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const spot = [row, column].map((index, i) => {
    const axis = pyramid.axes.at(i - 2);
    const where = axis?.text(index);
    return `${axis?.name ?? ""} ${axis?.index(index) ?? index}${where ? ` (${where})` : ""}`;
  });
  const values = looked.map(({ label, at }) => {
    const found = valueAt(pyramid, at, row, column);
    return found ? `${label ? `${label} ` : ""}${found}` : "";
  });
  return [...spot, ...values.filter(Boolean)].join("   ");
}

function valueAt(pyramid: Pyramid, at: number[], row: number, column: number): string | undefined {
  for (const [i, level] of pyramid.levels.entries()) {
    const value = level.value(at, row, column);
    if (value === undefined) continue;
    return `= ${meant(value, pyramid)}${i ? ` (level ${i})` : ""}`;
  }
  return undefined;
}

/** A value with its unit; of one that is packed, what it stands for, and itself. */
function meant(value: number | bigint, { dtype, meaning: { unit, factor, offset } }: Pyramid): string {
  if (dtype === "bool") return value ? "true" : "false";
  const stored = told(value, dtype === "float64" ? 17 : 7);
  if (factor === 1 && offset === 0) return `${stored} ${unit}`.trim();
  return `${told(Number(value) * factor + offset, 7)} ${unit} (stored: ${stored})`.replace("  ", " ");
}
