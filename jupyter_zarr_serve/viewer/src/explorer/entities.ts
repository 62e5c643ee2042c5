// Nodes as h5web knows them: groups and datasets. An array that has coordinates is shown as NeXus's NXdata.
//
// h5web draws axes with titles and units for NXdata alone, so this is how it is told of those of xarray, CF and NetCDF:
// a group that holds the array as its signal, and its coordinates as axes. The array by itself is inside, for those who
// want its values in cells.

import {
  EntityKind,
  parseShape,
  type Attribute,
  type ChildEntity,
  type Dataset,
  type GroupWithChildren,
} from "@h5web/app";
import { below, dimensionName } from "../description";
import { attributesOf } from "./attributes";
import { labelled } from "./labels";
import { memberOf, type ArrayNode, type GroupNode } from "../nodes";
import { isAlong, typeOfShown } from "./shown";

/** A dataset of h5web's: the array whose values it has. */
export interface Shown {
  array: ArrayNode;
  /** Whether its times are numbers to draw along, instead of words. */
  isAxis: boolean;
  /** Whether its values are the indices of a dimension that has a name and no coordinates. */
  isCounted?: boolean;
}

const MOST_COUNTED = 2 ** 20; // indices of a dimension

/** What h5web asks of the entities that it was given, by their paths, which are absolute. */
export class Entities {
  private readonly shown = new Map<string, Shown>();
  private readonly attributes = new Map<string, Record<string, unknown>>();

  valuesOf = (path: string): Shown | undefined => this.shown.get(path);
  attributesOf = (path: string): Record<string, unknown> => this.attributes.get(path) ?? {};

  /** A group; h5web looks for members only in those of NeXus that are one picture or text. */
  group(node: GroupNode, values: Record<string, unknown>): GroupWithChildren {
    const isWhole = ["NXdata", "NXnote"].includes(String(values["NX_class"]));
    const children = node.items.flatMap(({ name, kind }): ChildEntity[] => {
      const path = `/${below(node.path, name)}`;
      const array = kind === "array" && isWhole ? memberOf(node, name) : undefined;
      if (array) return [this.dataset(array, path, array.attributes, true)];
      if (kind !== "group") return [];
      return [{ ...this.entity(name, path, node.documents[name]?.attributes), kind: EntityKind.Group }];
    });
    return { ...this.entity(node.name, `/${node.path}`, values), kind: EntityKind.Group, children };
  }

  dataset(array: ArrayNode, path = `/${array.path}`, values = array.attributes, isAxis = false): Dataset {
    this.shown.set(path, { array, isAxis });
    return {
      ...this.entity(array.name, path, values),
      kind: EntityKind.Dataset,
      shape: parseShape(array.shape),
      type: typeOfShown(array, isAxis),
      chunks: array.chunk_shape,
      rawType: array.dtype,
    };
  }

  /** An array and its coordinates. */
  withAxes(array: ArrayNode, coordinates: (ArrayNode | undefined)[]): GroupWithChildren {
    const axes = coordinates.map((axis) => (axis && isAlong(axis) ? axis : undefined));
    const taken = new Set([array.name, ...axes.map((axis) => axis?.name)]);
    const lengthOf = (name: string): number => array.shape[array.dimension_names?.indexOf(name) ?? 0] ?? 0;
    const counted = array.shape.map((length, axis) => {
      const name = dimensionName(array.dimension_names, axis);
      if (axes[axis] || !name || length > MOST_COUNTED || taken.has(name)) return undefined;
      return lengthOf(name) === length ? name : undefined;
    });
    const inside = ({ name }: ArrayNode): string => `/${array.path}/${name}`;
    const children = [this.dataset(array, inside(array), labelled(array))];
    for (const axis of new Set(axes))
      if (axis) children.push(this.dataset(axis, inside(axis), labelled(axis), true));
    for (const name of new Set(counted))
      if (name) children.push(this.counted(name, lengthOf(name), `/${array.path}/${name}`));
    const values = {
      ...array.attributes,
      NX_class: "NXdata",
      signal: array.name,
      axes: axes.map((axis, at) => axis?.name ?? counted[at] ?? "."),
    };
    return { ...this.entity(array.name, `/${array.path}`, values), kind: EntityKind.Group, children };
  }

  /** The indices of a dimension, so that it has its name in charts. */
  private counted(name: string, length: number, path: string): Dataset {
    const array: ArrayNode = {
      ...{ kind: "array", dtype: "int32", name, path: path.slice(1), attributes: {} },
      ...{ shape: [length], chunk_shape: [length], dimension_names: [name] },
    };
    const found = this.dataset(array, path, {}, true);
    this.shown.set(path, { array, isAxis: true, isCounted: true });
    return found;
  }

  private entity(
    name: string,
    path: string,
    values: Record<string, unknown> = {},
  ): { name: string; path: string; attributes: Attribute[] } {
    this.attributes.set(path, values);
    return { name, path, attributes: attributesOf(values) };
  }
}
