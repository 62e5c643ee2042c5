// What was chosen for notebooks, remembered by their paths. It knows nothing of Lab.

const MOST = 200; // notebooks

/** Where choices outlive a reload. */
export interface Memory {
  readonly read: () => Promise<unknown>;
  readonly write: (paths: string[]) => Promise<unknown>;
}

export class Choices {
  readonly #memory: Memory;
  #chosen: Promise<Set<string>> | undefined;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Whether something was chosen for a notebook. */
  async has(path: string): Promise<boolean> {
    return (await this.#paths()).has(path);
  }

  /** Choose it, or choose it no longer; the oldest choices of very many are forgotten. */
  async set(path: string, isChosen: boolean): Promise<void> {
    const paths = await this.#paths();
    paths.delete(path);
    if (isChosen) paths.add(path);
    for (const oldest of [...paths].slice(0, -MOST)) paths.delete(oldest);
    await this.#memory.write([...paths]);
  }

  /** A notebook has another path now. */
  async rename(before: string, after: string): Promise<void> {
    if (!(await this.has(before))) return;
    await this.set(before, false);
    await this.set(after, true);
  }

  #paths(): Promise<Set<string>> {
    return (this.#chosen ??= this.#memory
      .read()
      .then((told) => new Set(Array.isArray(told) ? told.map(String) : [])));
  }
}
