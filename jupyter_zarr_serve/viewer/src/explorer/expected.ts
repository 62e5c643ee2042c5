// What h5web draws first of an entity, and which slice of it: so that it can be asked for before h5web does.

import type { Dataset, ProvidedEntity } from "@h5web/app";
import { selectionOf } from "./view";

/** The datasets that h5web reads for the picture of an entity. */
export function drawnOf(entity: ProvidedEntity, attributes: Record<string, unknown>): Dataset[] {
  if (isDataset(entity)) return [entity];
  if (!("children" in entity) || attributes["NX_class"] !== "NXdata") return [];
  const told = (key: string): string[] =>
    [attributes[key]].flat().filter((name): name is string => typeof name === "string");
  const signals = [...told("signal"), ...told("auxiliary_signals")];
  const names = [
    ...signals,
    ...signals.map((name) => `${name}_errors`),
    ...told("axes"),
    "errors",
    "title",
  ];
  return entity.children.filter(isDataset).filter(({ name }) => names.includes(name));
}

const isDataset = (entity: { kind: string }): entity is Dataset => entity.kind === "dataset";

/** The part of a dataset that h5web reads first: what the address tells, or a plane of the last two dimensions. */
export function sliceAtFirst({ shape }: Dataset): string | undefined {
  const dims = "dims" in shape ? shape.dims : [];
  const told = selectionOf(dims);
  if (told !== undefined) return /\d/.test(told) ? told : undefined;
  const { length } = dims;
  return length > 2 ? [...Array<number>(length - 2).fill(0), ":", ":"].join() : undefined;
}
