// An image of several resolutions, out of the attributes of an OME-Zarr group.

import * as zarr from "zarrita";
import { dtypeOf, meaningOf, type ArrayDocument, type GroupDocument, type Meaning } from "./node";
import { coloursIn, type LabelColours } from "./labels";
import { levelsOf } from "./levels";
import { composed, placesOf, type Affine, type Places, type Transformation } from "./places";
import { inkOf } from "./palettes";
import type { Level } from "./raster";
import { aspectOf, length } from "./scale";
import type { SourceAxis } from "./roles";
import { Store } from "./server";
import { turnedAxes, upright, type Turn } from "./turn";

export interface Axis extends Places {
  name: string;
  length: number;
  /** The index in the array of one of what is shown; the same where it is not mirrored. */
  index: (shown: number) => number;
}

export interface Channel {
  label: string;
  /** RRGGBB; undefined where the image does not say. */
  colour: string | undefined;
  isShown: boolean;
  /** Whether its least number is drawn as the brightest. */
  isInverted: boolean;
  limits: [number, number] | undefined;
  domain: [number, number] | undefined;
}

export interface Pyramid {
  name: string;
  dtype: string;
  /** The axes of the array that it is made of, in their order there; empty where they are not told. */
  source: SourceAxis[];
  /** All axes; the last two are those of a plane. */
  axes: Axis[];
  /** Which axis has the channels; -1 for none. */
  channelAxis: number;
  channels: Channel[];
  /** How planes are turned, and how they are where nobody says. */
  turn: Turn;
  turnAtFirst: Turn;
  /** The height of a pixel, in its width. */
  aspect: number;
  /** The finest first. */
  levels: Level[];
  meaning: Meaning;
  /** Whether its numbers stand for objects. */
  isLabels: boolean;
  /** The colours that it tells of them. */
  labelColours: LabelColours;
  store: Store;
}

interface Multiscale {
  name?: string;
  type?: string;
  axes?: { name: string; type?: string; unit?: string }[];
  datasets: { path: string; coordinateTransformations?: Transformation[] }[];
  coordinateTransformations?: Transformation[];
  metadata?: {
    channel_names?: string[];
    /** Of each channel: "light", "inverted" or "ink"; undefined where all are light. */
    tones?: string[];
    coordinates?: Record<string, unknown>;
    source_axes?: unknown;
  };
}

interface Omero {
  channels?: {
    label?: string;
    color?: string;
    active?: boolean;
    inverted?: boolean;
    window?: { start?: number; end?: number; min?: number; max?: number };
  }[];
}

interface ImageAttributes {
  multiscales?: Multiscale[];
  omero?: Omero;
  "image-label"?: unknown;
}

const MOST_CHANNELS = 32; // more are looked at one by one, along an axis

type Found = zarr.Array<zarr.DataType>;

/** The image that a group describes. */
export async function openPyramid(root: string, group: GroupDocument, turn?: Turn): Promise<Pyramid> {
  const attributes = (group.attributes?.ome ?? group.attributes) as ImageAttributes;
  const multiscale = attributes.multiscales?.[0];
  if (!multiscale) throw new Error("this group is no image: its attributes have no multiscales");
  const known = group.consolidated_metadata?.metadata ?? {};
  const store = new Store(root);
  const documents = await Promise.all(
    multiscale.datasets.map(({ path }) => documentAt(store, path, known[path])),
  );
  const arrays = documents.map((document, i) => {
    const metadata = document as unknown as zarr.ArrayMetadata;
    return new zarr.Array(store, `/${multiscale.datasets[i]?.path ?? ""}`, metadata) as Found;
  });
  expect(documents);
  const dtype = dtypeOf(documents[0] as ArrayDocument);
  const count = arrays[0]?.shape.length ?? 0;
  const placed = multiscale.datasets.map((dataset) =>
    composed([dataset.coordinateTransformations, multiscale.coordinateTransformations], count),
  );
  const untouched = axesOf(documents[0] as ArrayDocument, multiscale, placed[0]);
  const turnAtFirst = upright(untouched.at(-2));
  const axes = turnedAxes(untouched, turn ?? turnAtFirst);
  const channelAxis = channelAxisOf(axes, multiscale);
  const channels = channelAxis < 0 ? 1 : (axes[channelAxis]?.length ?? 1);
  return {
    name: nameOf(documents[0] as ArrayDocument) ?? multiscale.name ?? "",
    dtype,
    source: sourceAxes(multiscale, documents[0] as ArrayDocument),
    axes,
    channelAxis,
    channels: channelsOf(channels, attributes.omero, multiscale.metadata),
    aspect: aspectOf(axes),
    turn: turn ?? turnAtFirst,
    turnAtFirst,
    levels: levelsOf(arrays, placed, turn ?? turnAtFirst),
    meaning: meaningOf(documents[0] as ArrayDocument),
    isLabels: isOfLabels(dtype, multiscale.type === "nearest", attributes),
    labelColours: coloursIn(attributes["image-label"]),
    store,
  };
}

/** The axes of the array of an image, as the server tells them; of a stored image, its own. */
function sourceAxes({ axes, metadata }: Multiscale, { shape }: ArrayDocument): SourceAxis[] {
  const told = metadata?.source_axes;
  if (Array.isArray(told)) return told as SourceAxis[];
  const letters = axes?.map(({ name }) => name) ?? [];
  const isKnown = letters.length === shape.length && letters.every((name) => /^[tczyx]$/.test(name));
  return isKnown ? letters.map((name, i) => ({ name, length: shape[i] ?? 1, role: name })) : [];
}

/** What CF says that values are, such as "sea surface temperature". */
function nameOf({ attributes = {} }: ArrayDocument): string | undefined {
  const told = attributes["long_name"] ?? attributes["standard_name"];
  return typeof told === "string" ? told : undefined;
}

/** Load the codecs while the first chunks are on their way; whoever decodes these is told what fails. */
function expect(documents: ArrayDocument[]): void {
  for (const { name } of documents[0]?.codecs ?? [])
    void Promise.resolve(zarr.registry.get(name)?.()).catch(() => {});
}

async function documentAt(store: Store, path: string, known: unknown): Promise<ArrayDocument> {
  if (known) return known as ArrayDocument;
  const body = await store.get(`/${path}/zarr.json`);
  if (!body) throw new Error(`the level ${path} is missing`);
  return JSON.parse(new TextDecoder().decode(body)) as ArrayDocument;
}

function axesOf(
  document: ArrayDocument,
  { axes, metadata }: Multiscale,
  affine: Affine | undefined,
): Axis[] {
  return document.shape.map((size, i) => {
    const { name = document.dimension_names?.[i] ?? `axis ${i}`, unit = "" } = axes?.[i] ?? {};
    const index = (shown: number): number => shown;
    return {
      name,
      length: size,
      index,
      ...placesOf(i, affine, unit, metadata?.coordinates?.[name], length),
    };
  });
}

function channelAxisOf(axes: Axis[], multiscale: Multiscale): number {
  const found = axes.findIndex(({ name }, i) => multiscale.axes?.[i]?.type === "channel" || name === "c");
  const isFew = (axes[found]?.length ?? 0) <= MOST_CHANNELS;
  return found < axes.length - 2 && isFew ? found : -1;
}

function channelsOf(
  count: number,
  omero: Omero | undefined,
  { channel_names: names = [], tones = [] }: Multiscale["metadata"] = {},
): Channel[] {
  return Array.from({ length: count }, (_, i) => {
    const { label, color, active, inverted, window } = omero?.channels?.[i] ?? {};
    const colour = color?.toLowerCase().replace("#", "");
    return {
      label: label ?? names[i] ?? `channel ${i}`,
      colour: colour && tones[i] === "ink" ? inkOf(colour) : colour,
      isShown: active ?? i < 4,
      isInverted: (inverted ?? false) || tones[i] === "inverted",
      limits: pair(window?.start, window?.end),
      domain: pair(window?.min, window?.max),
    };
  });
}

function pair(low: number | undefined, high: number | undefined): [number, number] | undefined {
  return low !== undefined && high !== undefined && low < high ? [low, high] : undefined;
}

/** Whether numbers name things; those of a mask, 0 and 1, are black and white as truth values are. */
function isOfLabels(dtype: string, isNearest: boolean, attributes: ImageAttributes): boolean {
  const isMask = attributes.omero?.channels?.[0]?.window?.max === 1;
  return /^u?int/.test(dtype) && !isMask && (isNearest || Boolean(attributes["image-label"]));
}
