// What h5web asks for, from our server.

import {
  DataProviderApi,
  type AttributeValues,
  type BuiltInExporter,
  type DataContextValue,
  type Dataset,
  type Entity,
  type ExportFormat,
  type ExportURL,
  type ProvidedEntity,
  type ValuesStoreParams,
} from "@h5web/app";
import { below, parentOf } from "../description";
import type { ArrayNode, GroupNode, Nodes } from "../nodes";
import { tellSeen } from "../seen";
import { nameDimensions } from "./axes";
import { bestOf } from "./best";
import { drawnOf, sliceAtFirst } from "./expected";
import { isBinary } from "./dtypes";
import { Entities, type Shown } from "./entities";
import { Given } from "./renewal";
import { isPicture } from "./shown";
import { exportOf, valuesOf } from "./values";

// Of an image that the server makes; h5web's others are made here, of what is shown.
const BY_SERVER: ExportFormat[] = ["npy"];

export class Provider extends DataProviderApi {
  private entities = new Entities();
  private readonly given = new Given();
  private readonly early = new Map<string, Promise<unknown>>();
  private most = 0; // axes of what is drawn

  constructor(
    private readonly nodes: Nodes,
    /** The path of what is shown. */
    private readonly path: string,
    /** Whether arrays are shown without their coordinates, in cells. */
    private readonly isPlain: boolean,
    private readonly failed: (error: unknown) => void,
  ) {
    super("");
  }

  /** Give h5web what there is now, values alone or all of it; until then it shows what it has. */
  async renew(stores: DataContextValue, isWhole: boolean): Promise<void> {
    const read = (params: ValuesStoreParams): Promise<unknown> => this.read(params);
    if (!isWhole) return this.given.renew(stores, read);
    this.entities = new Entities();
    return this.given.renew(stores, read, (path) => this.entity(path));
  }

  /** Ask for the values of the first picture, while h5web has not begun to. */
  async expect(path = `/${this.path}`): Promise<void> {
    const entity = await this.entity(path);
    const given = this.entities.attributesOf(path);
    const [next] = [given["default"]].flat();
    if (typeof next === "string") return this.expect(next.startsWith("/") ? next : `${path}/${next}`);
    for (const dataset of drawnOf(entity, given)) {
      const selection = sliceAtFirst(dataset);
      const value = this.read({ dataset, selection } as ValuesStoreParams);
      value.catch(() => {});
      this.early.set(keyOf(dataset.path, selection), value);
    }
  }

  async getEntity(path: string): Promise<ProvidedEntity> {
    this.given.entity(path);
    return this.telling(() => this.entity(path));
  }

  private async entity(path: string): Promise<ProvidedEntity> {
    // h5web asks for the root at once, and shows it nowhere, unless it is what is to be shown.
    if (path === "/" && this.path) return this.entities.group(EVERYTHING, {});
    const node = await this.nodes.get(path.slice(1));
    return node.kind === "array" ? this.array(node) : this.entities.group(node, await this.defaulted(node));
  }

  async getValue(params: ValuesStoreParams, signal?: AbortSignal): Promise<unknown> {
    this.given.value(params);
    const key = keyOf(params.dataset.path, params.selection);
    const early = this.early.get(key);
    this.early.delete(key);
    return this.telling(() => early ?? this.read(params, signal), signal);
  }

  private async read({ dataset, selection }: ValuesStoreParams, signal?: AbortSignal): Promise<unknown> {
    const shown = this.entities.valuesOf(dataset.path);
    if (!shown) throw new Error(`${dataset.path} has no values`);
    this.name(shown.array, dataset.path);
    this.see(shown, selection);
    return valuesOf(this.nodes.scope, shown, selection, signal);
  }

  /** What is drawn is what can be exported: the array of most axes, of those that are read. */
  private see({ array, isAxis }: Shown, selection = ""): void {
    if (isAxis || array.shape.length < this.most) return;
    this.most = array.shape.length;
    tellSeen(() => ({
      path: array.path,
      isTable: false,
      options: selection ? [["region", selection]] : [],
    }));
  }

  /** What its dimensions are called: by itself, or as a signal of NeXus. */
  private name({ shape, dimension_names: own }: ArrayNode, path: string): void {
    const told = namesIn(this.entities.attributesOf(parentOf(path))["axes"], shape.length);
    nameDimensions(
      shape,
      shape.map((_, axis) => own?.[axis] || told[axis]),
    );
  }

  async getAttrValues({ path }: Entity): Promise<AttributeValues> {
    return this.entities.attributesOf(path);
  }

  override getExportURL(
    format: ExportFormat,
    { path }: Dataset,
    selection?: string,
    builtIn?: BuiltInExporter,
  ): ExportURL | undefined {
    if (builtIn) return async () => new Blob([builtIn()]);
    const array = this.entities.valuesOf(path)?.array;
    if (!array || !BY_SERVER.includes(format) || !isBinary(array.dtype)) return undefined;
    return new URL(exportOf(this.nodes.scope, array.path, format, selection), location.href);
  }

  private async array(node: ArrayNode): Promise<ProvidedEntity> {
    if (this.isPlain || !isPicture(node) || !node.shape.length) return this.entities.dataset(node);
    const coordinates = await this.nodes.coordinatesOf(node);
    return coordinates.some(Boolean)
      ? this.entities.withAxes(node, coordinates)
      : this.entities.dataset(node);
  }

  /** The attributes of a group, with what to show first of it. */
  private async defaulted(node: GroupNode): Promise<Record<string, unknown>> {
    const told = node.attributes["default"];
    if (typeof told === "string" && told.startsWith("/"))
      return { ...node.attributes, default: (await this.ofFile(node, told)) ?? told };
    const best = bestOf(node);
    return best === undefined ? node.attributes : { ...node.attributes, default: best };
  }

  /** A path of a file's attribute: it begins at the group around, or further up, that has what it names. */
  private async ofFile(node: GroupNode, told: string): Promise<string | undefined> {
    const name = told.slice(1);
    for (let path = node.path; ; path = parentOf(path)) {
      const group = await this.nodes.group(path);
      if (!group || group.called === "folder") return undefined; // around the file
      if (name in group.documents) return `/${below(path, name)}`;
      if (!path) return undefined;
    }
  }

  /** Whatever fails is told above the picture, too, with a way on. */
  private async telling<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      this.failed(error);
      throw error;
    }
  }
}

const keyOf = (path: string, selection: string | undefined): string => `${selection ?? ""} ${path}`;

/** The names of axes that NeXus tells of a signal, "." for an axis without any. */
function namesIn(axes: unknown, count: number): string[] {
  const names = [axes].flat().map((name) => (typeof name === "string" && name !== "." ? name : ""));
  return names.length === count ? names : [];
}

const EVERYTHING: GroupNode = {
  kind: "group",
  called: "folder",
  name: "",
  path: "",
  attributes: {},
  items: [],
  total: 0,
  documents: {},
  coordinates: new Set(),
};
