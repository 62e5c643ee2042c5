// An image and what is shown over it and beside it, of one moment.

import type { Cuts } from "./cuts";
import type { Film } from "./film";
import type { Labelling } from "./labelling";
import type { Take } from "./takes";

/** Takes changes of an image with its labels and its cuts: all are read first, and then exchanged at once; `read` is told then. */
export function takeTogether(
  film: Film,
  labelling: Labelling,
  cuts: Cuts | undefined,
  read: () => void,
): Take {
  return async (change) => {
    const before = labelling.changes;
    await labelling.renew(change.kind);
    const drawCuts = await cuts?.renew(change.kind);
    const isOther = await film.take(change);
    drawCuts?.();
    read();
    return isOther || labelling.changes !== before;
  };
}
