// What h5web asks for, from our server.

import {
  DataProviderApi,
  type AttributeValues,
  type BuiltInExporter,
  type Dataset,
  type Entity,
  type ExportFormat,
  type ExportURL,
  type ProvidedEntity,
  type ValuesStoreParams,
} from "@h5web/app";
import { below, parentOf } from "../description";
import { documentOf } from "../node";
import type { ArrayNode, GroupNode, Nodes } from "../nodes";
import { bestOf } from "./best";
import { isBinary } from "./dtypes";
import { Entities } from "./entities";
import { isPicture } from "./shown";
import { exportOf, valuesOf } from "./values";

// Of an image that the server makes; h5web's others are made here, of what is shown.
const BY_SERVER: ExportFormat[] = ["npy"];

export class Provider extends DataProviderApi {
  private readonly entities = new Entities();

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

  async getEntity(path: string): Promise<ProvidedEntity> {
    // h5web asks for the root at once, and shows it nowhere, unless it is what is to be shown.
    if (path === "/" && this.path) return this.entities.group(EVERYTHING, {});
    return this.telling(async () => {
      const node = await this.nodes.get(path.slice(1));
      return node.kind === "array"
        ? this.array(node)
        : this.entities.group(node, await this.defaulted(node));
    });
  }

  async getValue({ dataset, selection }: ValuesStoreParams, signal?: AbortSignal): Promise<unknown> {
    const shown = this.entities.valuesOf(dataset.path);
    if (!shown) throw new Error(`${dataset.path} has no values`);
    return this.telling(() => valuesOf(this.nodes.scope, shown, selection, signal), signal);
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
      const document = await documentOf(this.nodes.scope, path).catch(() => undefined);
      const members =
        document?.node_type === "group" ? document.consolidated_metadata?.metadata : undefined;
      if (!members) return undefined; // a folder, around the file
      if (name in members) return `/${below(path, name)}`;
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
