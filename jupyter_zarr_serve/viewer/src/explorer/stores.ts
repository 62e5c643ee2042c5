// In the place of `zustand`, in whose stores h5web has how it shows things: here, they are in the address, too. What the
// address does not tell comes from the browser's own store, as in h5web; see build.mjs.

import { Notation } from "@h5web/lib";
import { createStore as created, type StateCreator, type StoreApi } from "zustand";
import { isTold, keep, remember, sliceOf, takeSlice, type Settings, type Slice } from "./view";

export * from "zustand";

// h5web writes all cells as 1.234e+5 at first, which hides digits.
const AT_FIRST: Record<string, Settings> = { "h5web:matrix": { notation: Notation.Exact } };

interface Options {
  name: string;
  version: number;
}

/** A store's state, and changes of it, in the browser's store and in the address. */
export const persist =
  (initial: StateCreator<Settings>, { name, version }: Options): StateCreator<Settings> =>
  (set, get, api) => {
    const taken = (part: unknown): void => {
      set(part as Settings);
      store(name, version, get());
      remember();
    };
    const atFirst = { ...initial(taken as typeof set, get, api), ...AT_FIRST[name] };
    const told = keep(name.replace("h5web:", ""), atFirst, get);
    return { ...atFirst, ...(isTold() ? told : stored(name, version)) };
  };

/** Without a state, as in zustand, what makes the store of one. */
export const createStore = ((initial?: StateCreator<Settings>) =>
  initial ? sliced(created(initial)) : created) as typeof created;

/** The store of the slice is the one that has a mapping. */
function sliced(made: StoreApi<Settings>): StoreApi<Settings> {
  if (!("mapping" in made.getState())) return made;
  const told = sliceOf();
  if (told) made.setState({ ...told });
  made.subscribe((state) => takeSlice(state as unknown as Slice));
  return made;
}

function store(name: string, version: number, state: Settings): void {
  try {
    localStorage.setItem(name, JSON.stringify({ state, version }));
  } catch {
    // A frame that may keep nothing has it until it is closed.
  }
}

function stored(name: string, version: number): Settings {
  try {
    const found = JSON.parse(localStorage.getItem(name) ?? "{}") as { state?: Settings; version?: number };
    return found.version === version ? (found.state ?? {}) : {};
  } catch {
    return {};
  }
}
