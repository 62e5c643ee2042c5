// What Viv's layers want of Viv's loaders; theirs bring OME-TIFF and a second zarrita along.

interface Sized {
  shape: number[];
}

export const SIGNAL_ABORTED = "__vivSignalAborted";

/** Never: colours are an axis of channels here, and an image may be three pixels wide. */
export const isInterleaved = (): boolean => false;

export function getImageSize(source: Sized): { width: number; height: number } {
  const [height = 0, width = 0] = source.shape.slice(-2);
  return { width, height };
}
