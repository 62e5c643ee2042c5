// Chunks that have been read, kept while there is room.

const MOST_BYTES = 256 << 20;

/** Anything that holds the values of a chunk. */
export interface Values {
  readonly length: number;
  readonly BYTES_PER_ELEMENT?: number;
  [index: number]: number | bigint;
}

export interface Block {
  values: Values;
  stride: number[];
  /** The shape of the array's chunks when it was read. */
  shape: string;
}

interface Entry {
  reading: Promise<Block>;
  /** What has been read; while it is read anew, what it was before. */
  block: Block | undefined;
  bytes: number;
  isOld: boolean;
}

/** Chunks by key, the least recently used of which go first; reads of one chunk are shared. */
export class Chunks {
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  /** A chunk that has been read; while it is read anew, as it was before. */
  peek(key: string): Block | undefined {
    return this.entries.get(key)?.block;
  }

  async get(key: string, read: () => Promise<Block>): Promise<Block> {
    const known = this.entries.get(key);
    this.entries.delete(key);
    if (known && !known.isOld) {
      this.entries.set(key, known);
      return known.reading;
    }
    const entry: Entry = { reading: read(), block: known?.block, bytes: known?.bytes ?? 0, isOld: false };
    this.entries.set(key, entry);
    try {
      const block = await entry.reading;
      if (this.entries.get(key) !== entry || entry.isOld) return block; // it may have changed meanwhile
      this.bytes -= entry.bytes;
      entry.block = block;
      entry.bytes = block.values.length * (block.values.BYTES_PER_ELEMENT ?? 8);
      this.bytes += entry.bytes;
      this.shrink();
      return block;
    } catch (error) {
      if (this.entries.get(key) === entry) this.remove(key, entry);
      throw error;
    }
  }

  /** Have those below a path read anew whose coordinates say that they may have changed. */
  renew(path: string, isOld: (coords: number[]) => boolean): void {
    for (const [key, entry] of this.entries)
      entry.isOld ||= key.startsWith(path) && isOld(key.slice(path.length).split("/").map(Number));
  }

  private remove(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.bytes -= entry.bytes;
  }

  clear(): void {
    this.entries.clear();
    this.bytes = 0;
  }

  private shrink(): void {
    for (const [key, entry] of this.entries) {
      if (this.bytes <= MOST_BYTES) return;
      if (entry.block) this.remove(key, entry);
    }
  }
}
