// The place of the tree beside what is shown: there at once, so that nothing moves, and filled later.

import { asked, viewOf } from "./address";
import { the } from "./dom";
import { treeSwitch } from "./header";
import type { Live } from "../../shared/live";
import { fail } from "./notices";
import { quoted } from "./server";
import type { Tree } from "./tree";

const SLOW = 2000; // milliseconds

interface Wanted {
  scope: string;
  path: string;
  live: Live;
  isOpen?: boolean;
  /** What to do with what is chosen; at first, it is opened on a page of its own. */
  choose?: (path: string) => void;
  /** When it may be filled. */
  begin?: Promise<void>;
}

/** The tree and its switch. */
export async function addTree({ scope, path, live, isOpen = false, ...wanted }: Wanted): Promise<Tree> {
  const { choose = (other) => location.assign(viewOf(other)), begin } = wanted;
  let grow = (): void => {};
  the("bar").prepend(treeSwitch(isOpen, () => grow()));
  const [{ Tree }] = await Promise.all([import("./tree"), begin]);
  const watch = (other: string, renew: () => void): (() => void) =>
    live.subscribe(quoted(other), { changed: ({ kind }) => kind !== "data" && renew() });
  const tree = new Tree(the("tree"), { scope, choose, watch, failed: (error) => fail(error) });
  grow = () => void tree.show(asked().path || path).catch(fail);
  if (!the("tree").hidden) grow();
  return tree;
}

/** Until there is a picture, or it is slow to come. */
export function drawn(): Promise<void> {
  const root = document.documentElement;
  return new Promise((resolve) => {
    const look = (): void => {
      if ("drawn" in root.dataset) resolve();
    };
    new MutationObserver(look).observe(root, { attributeFilter: ["data-drawn"] });
    setTimeout(resolve, SLOW);
  });
}
