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
}

interface Entry {
  reading: Promise<Block>;
  block?: Block;
  bytes: number;
}

/** Chunks by key, the least recently used of which go first; reads of one chunk are shared. */
export class Chunks {
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  /** A chunk that has been read. */
  peek(key: string): Block | undefined {
    return this.entries.get(key)?.block;
  }

  async get(key: string, read: () => Promise<Block>): Promise<Block> {
    const known = this.entries.get(key);
    if (known) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known.reading;
    }
    const entry: Entry = { reading: read(), bytes: 0 };
    this.entries.set(key, entry);
    try {
      const block = await entry.reading;
      if (this.entries.get(key) !== entry) return block; // it was forgotten meanwhile
      entry.block = block;
      entry.bytes = entry.block.values.length * (entry.block.values.BYTES_PER_ELEMENT ?? 8);
      this.bytes += entry.bytes;
      this.shrink();
      return entry.block;
    } catch (error) {
      if (this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    }
  }

  /** Forget those below a path whose coordinates are wanted no longer. */
  drop(path: string, isOld: (coords: number[]) => boolean): void {
    for (const [key, entry] of this.entries) {
      if (!key.startsWith(path) || !isOld(key.slice(path.length).split("/").map(Number))) continue;
      this.entries.delete(key);
      this.bytes -= entry.bytes;
    }
  }

  clear(): void {
    this.entries.clear();
    this.bytes = 0;
  }

  private shrink(): void {
    for (const [key, entry] of this.entries) {
      if (this.bytes <= MOST_BYTES) return;
      if (!entry.block) continue;
      this.entries.delete(key);
      this.bytes -= entry.bytes;
    }
  }
}
