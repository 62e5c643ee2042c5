// How h5web shows what it shows, in the address of the page: the kind of plot, the slice, and what of the settings differs
// from how h5web begins. So a link, a reload and "Back" show the same.

import {
  ComplexVisType,
  CurveType,
  ImageType,
  Interpolation,
  INTERPOLATORS,
  Notation,
  ScaleType,
} from "@h5web/lib";

export type Settings = Record<string, unknown>;

/** Which index along each dimension, or which axis of the plot. */
export type Mapping = (number | "x" | "y" | null)[];

export interface Slice {
  dims: number[];
  axesCount: number;
  lockedDimsCount: number;
  mapping: Mapping;
}

interface Kept {
  atFirst: Settings;
  now: () => Settings;
}

const STILL = 150; // milliseconds between the last change and the address
const ENUMERATIONS = [
  ComplexVisType,
  CurveType,
  ImageType,
  Interpolation,
  Notation,
  ScaleType,
  Object.fromEntries(Object.keys(INTERPOLATORS).map((name) => [name, name])),
].map((names) => Object.values(names) as unknown[]);

const kept = new Map<string, Kept>();
let told = new URLSearchParams();
let kind: string | undefined;
let slice: Slice | undefined;
let timer = 0;

/** Take the view that the address tells, for what is drawn from now on. */
export function beginView(): void {
  clearTimeout(timer);
  told = new URLSearchParams(location.hash.slice(1));
  kind = told.get("plot") ?? undefined;
  slice = sliceRead(told.get("slice") ?? "", told.get("of") ?? "");
  kept.clear();
}

/** Whether the address tells a view: then nothing is taken from what this browser preferred before. */
export const isTold = (): boolean => told.has("plot");

export const kindOf = (): string | undefined => kind;

export function takeKind(chosen: string): void {
  kind = chosen;
  remember();
}

export const sliceOf = (): Slice | undefined => slice;

export function takeSlice(chosen: Slice): void {
  slice = chosen;
  remember();
}

/** The settings of a name, which begin as `atFirst`: those that the address tells. */
export function keep(name: string, atFirst: Settings, now: () => Settings): Settings {
  kept.set(name, { atFirst, now });
  const found = Object.entries(atFirst).flatMap(([key, value]) => {
    const text = told.get(`${name}.${key}`);
    const read = text === null ? undefined : settingRead(text, value);
    return read === undefined ? [] : [[key, read] as const];
  });
  return Object.fromEntries(found);
}

/** Write the view into the address, but not with each step of a slider. */
export function remember(): void {
  clearTimeout(timer);
  timer = window.setTimeout(write, STILL);
}

/** Write it at once. */
export function write(): void {
  clearTimeout(timer);
  const parts = new URLSearchParams();
  if (slice?.mapping.length) {
    parts.set("slice", slice.mapping.map((index) => index ?? "-").join());
    parts.set("of", slice.dims.join());
  }
  for (const [name, { atFirst, now }] of kept)
    for (const [key, value] of Object.entries(now())) {
      const text = settingWritten(value);
      if (typeof value !== "function" && text !== settingWritten(atFirst[key]))
        parts.set(`${name}.${key}`, text);
    }
  if (!kind && !parts.size && !told.size) return;
  parts.set("plot", kind ?? "");
  const hash = parts.toString().replaceAll("%2C", ",");
  history.replaceState(history.state, "", `${location.pathname}${location.search}#${hash}`);
}

/** Whether the view that is told is of an array of these dimensions; the part of it that is to be read then. */
export function selectionOf(dims: number[]): string | undefined {
  if (!slice || slice.dims.join() !== dims.join()) return undefined;
  return slice.mapping.map((index) => (typeof index === "number" ? index : ":")).join();
}

function sliceRead(text: string, of: string): Slice | undefined {
  if (!/^(\d+|x|y|-)(,(\d+|x|y|-))*$/.test(text) || !/^\d+(,\d+)*$/.test(of)) return undefined;
  const dims = of.split(",").map(Number);
  const mapping = text
    .split(",")
    .map((part) => (part === "-" ? null : part === "x" || part === "y" ? part : Number(part)));
  const fits = mapping.every((index, axis) => typeof index !== "number" || index < (dims[axis] ?? 0));
  if (!fits || mapping.length !== dims.length) return undefined;
  const axesCount = mapping.filter((index) => index === "x" || index === "y").length;
  if (new Set(mapping.filter((index) => typeof index === "string")).size !== axesCount) return undefined;
  return { dims, axesCount, lockedDimsCount: mapping.filter((index) => index === null).length, mapping };
}

function settingWritten(value: unknown): string {
  if (Array.isArray(value)) return value.map((part) => part ?? "").join();
  return typeof value === "boolean" ? String(Number(value)) : String(value ?? "");
}

/** A setting of the kind that another has; undefined for what is none. */
function settingRead(text: string, atFirst: unknown): unknown {
  if (typeof atFirst === "boolean") return text === "1";
  if (Array.isArray(atFirst)) {
    const parts = text.split(",").map((part) => (part ? Number(part) : null));
    const isLike =
      parts.length === atFirst.length && parts.every((part) => part === null || Number.isFinite(part));
    return isLike ? parts : undefined;
  }
  if (typeof atFirst === "string")
    return ENUMERATIONS.some((names) => names.includes(atFirst) && names.includes(text)) ? text : undefined;
  const number = Number(text);
  return atFirst === undefined && text && Number.isFinite(number) ? number : undefined;
}
