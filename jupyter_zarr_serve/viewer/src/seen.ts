// What of the data is to be seen, as far as the form that shows it tells: which part of an array, which rows of a table.

export interface Seen {
  /** The path of the array or table. */
  path: string;
  isTable: boolean;
  /** The path of the image whose finest level it is; undefined for what is an image by itself, or none. */
  image?: string;
  /** Its options in a request for an export; none where all is to be seen. */
  options: [string, string][];
}

let tell: () => Seen | undefined = () => undefined;

/** Whoever shows data from now on tells what is to be seen. */
export const tellSeen = (telling: () => Seen | undefined): void => void (tell = telling);

export const seen = (): Seen | undefined => tell();
