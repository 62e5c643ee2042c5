// What lies around the picture is asked for while nothing else is, so that it is there when the picture is moved.

import type { Frame } from "./frame";
import type { Selection, TileSource } from "./tiles";

const CALM = 150; // milliseconds after the picture was moved
const QUICK = 500; // milliseconds in which what is to be seen has to come: nobody is asked for more of what takes longer
const AROUND = 0.25; // of what is to be seen, at each side
const MOST_PIXELS = 1 << 23; // that are asked for at once

type Part = [left: number, top: number, right: number, bottom: number];

export class Foresight {
  private asking = new AbortController();
  private timer = 0;
  private readonly frame: Frame;
  private readonly source: () => [place: number, source: TileSource | undefined];
  private readonly selections: () => Selection[];
  private readonly state: () => { isLive: boolean; waiting: number };

  /**
   * @param source - What the scene takes its tiles from now; see `sourceFor`.
   * @param state - Whether chunks come over the live connection, where what nobody wants any longer costs little; and how
   * many requests are under way.
   */
  constructor(
    frame: Frame,
    source: () => [place: number, source: TileSource | undefined],
    selections: () => Selection[],
    state: () => { isLive: boolean; waiting: number },
  ) {
    this.frame = frame;
    this.source = source;
    this.selections = selections;
    this.state = state;
  }

  /** The picture was moved, or shows something else: that comes first, and then what lies around it. */
  moved(): void {
    this.asking.abort();
    this.wait(performance.now());
  }

  private wait(since: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const { isLive, waiting } = this.state();
      if (!isLive || document.hidden || performance.now() - since > QUICK) return;
      if (waiting) this.wait(since);
      else void this.ask().catch(() => {});
    }, CALM);
  }

  private async ask(): Promise<void> {
    const { frame } = this;
    const selections = this.selections();
    const [k, source] = this.source();
    const parts = around(frame);
    const pixels = parts.reduce((sum, [x0, y0, x1, y1]) => sum + ((x1 - x0) * (y1 - y0)) / 4 ** k, 0);
    if (!source || pixels * selections.length > MOST_PIXELS) return;
    this.asking = new AbortController();
    const { signal } = this.asking;
    await Promise.all(
      selections.flatMap((selection) => parts.map((part) => source.expect(selection, part, signal))),
    );
  }
}

/** The parts of the image at the four sides of what is to be seen. */
function around({ seen, size }: Frame): Part[] {
  const [left, top, right, bottom] = seen;
  const [height, width] = size;
  const [across, down] = [(right - left) * AROUND, (bottom - top) * AROUND];
  const [x0, x1] = [Math.max(0, left - across), Math.min(width, right + across)];
  const [y0, y1] = [Math.max(0, top - down), Math.min(height, bottom + down)];
  const parts: Part[] = [
    [x0, y0, x1, top],
    [x0, bottom, x1, y1],
    [x0, top, left, bottom],
    [right, top, x1, bottom],
  ];
  return parts.filter((part) => part[2] > part[0] && part[3] > part[1]);
}
