// Tiles as Viv's layer draws them, but each as large as its pixels are.

import type { Layer } from "@deck.gl/core";
import { MultiscaleImageLayer, XRLayer } from "@vivjs/layers";
import type { Tile, TileSource } from "./tiles";

interface TileProps {
  id: string;
  tile: { index: { x: number; y: number; z: number } };
  data: (Omit<Tile, "data"> & { data: Tile["data"][] }) | null;
  loader: TileSource[];
  isSmooth: boolean;
}

/** Viv's layer of an image, of properties that its types do not all know. */
export const imageLayer = (props: object): Layer =>
  new MultiscaleImageLayer(
    props as ConstructorParameters<typeof MultiscaleImageLayer>[0],
  ) as unknown as Layer;

/** A tile as large as its pixels are; Viv's own stretches those at the edges. */
export function tileLayer(props: TileProps): Layer | null {
  const { data, id, loader, tile, isSmooth } = props;
  const [finest] = loader;
  if (!data || !data.width || !data.height || !finest) return null;
  const { x, y, z } = tile.index;
  const side = finest.tileSize * 2 ** -z;
  const [left, top] = [x * side, y * side];
  const [down, across] = loader[-z]?.units ?? [2 ** -z, 2 ** -z];
  const own = {
    id: `${id}-pixels`,
    channelData: data,
    bounds: [left, top + data.height * down, left + data.width * across, top],
    dtype: finest.dtype,
    interpolation: isSmooth && z < 0 && down === across ? "linear" : "nearest",
  };
  return new XRLayer(props as never, own as never) as unknown as Layer;
}
