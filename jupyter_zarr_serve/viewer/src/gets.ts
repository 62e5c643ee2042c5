// Chunks by the live connection: what is asked for in one turn goes in one message; while data change, it comes of one
// moment if it can.
//
// Docs: docs/reference/live.md. What fails here is asked for by HTTP, which has patience and tells why.

import type { Live } from "../../shared/live";

const HEAD = 24; // bytes before each answer
const MOST = 256; // keys of a message that can be of one moment
const LONG = 2000; // milliseconds after which an answer is asked for by HTTP, which tells how far it is
const JOINING = 1000; // milliseconds in which who asks by HTTP is there
const MOST_BYTES = 64 << 20; // of bodies that are kept, as they may be unchanged

export interface Answer {
  status: number;
  etag: string;
  body: Uint8Array;
}

interface Wanted {
  key: string;
  found: (answer: Answer | undefined) => void;
}

export class Gets {
  private queue: Wanted[] = [];
  private readonly waiting = new Map<number, Map<number, Wanted>>();
  private readonly givenUp = new Set<number>();
  private readonly known = new Map<string, Answer>();
  private bytes = 0;
  private id = 0;
  private readonly live: Live;
  private readonly isChanging: () => boolean;

  /**
   * @param isChanging - Whether chunks should be of one moment, which takes longer than to read each by itself.
   */
  constructor(live: Live, isChanging: () => boolean) {
    this.live = live;
    this.isChanging = isChanging;
    live.received = (data) => this.take(data);
    live.watchers.add(() => live.state === "open" || this.lose());
  }

  get isOpen(): boolean {
    return this.live.state === "open";
  }

  /** The answer to a key, 200 or 404; undefined if it is to be asked for by HTTP. */
  get(key: string, signal?: AbortSignal): Promise<Answer | undefined> {
    if (!this.isOpen) return Promise.resolve(undefined);
    return new Promise((found, failed) => {
      const wanted = { key, found };
      signal?.addEventListener("abort", () => {
        this.forget(wanted);
        failed(signal.reason);
      });
      if (signal?.aborted) return failed(signal.reason);
      if (!this.queue.length) setTimeout(() => this.flush());
      this.queue.push(wanted);
    });
  }

  private flush(): void {
    while (this.queue.length) this.send(this.queue.splice(0, MOST));
  }

  private send(some: Wanted[]): void {
    const id = ++this.id;
    const keys = some.map(({ key }) => {
      const etag = this.known.get(key)?.etag;
      return etag ? { key, if_none_match: etag } : key;
    });
    this.waiting.set(id, new Map(some.entries()));
    try {
      this.live.say({ type: "get", id, keys, together: this.isChanging() });
      setTimeout(() => this.giveUp(id), LONG);
    } catch {
      this.giveUp(id);
    }
  }

  /** Have what is not answered asked for by HTTP. */
  private giveUp(id: number): void {
    const left = this.waiting.get(id);
    this.waiting.delete(id);
    if (!left?.size) return;
    for (const { found } of left.values()) found(undefined);
    // Who asks by HTTP joins what has begun.
    this.givenUp.add(id);
    setTimeout(() => this.givenUp.delete(id) && this.cancel(id), JOINING);
  }

  /** Cancel what is asked for by HTTP now, as nobody wants that either. */
  cancelGivenUp(): void {
    for (const id of this.givenUp) this.cancel(id);
    this.givenUp.clear();
  }

  private lose(): void {
    for (const id of [...this.waiting.keys()]) this.giveUp(id);
    for (const { found } of this.queue.splice(0)) found(undefined);
  }

  /** Nobody wants an answer any longer. */
  private forget(wanted: Wanted): void {
    this.queue = this.queue.filter((one) => one !== wanted);
    for (const [id, left] of this.waiting) {
      for (const [index, one] of left) if (one === wanted) left.delete(index);
      if (left.size) continue;
      this.waiting.delete(id);
      this.cancel(id);
    }
  }

  private cancel(id: number): void {
    try {
      this.live.say({ type: "cancel", id });
    } catch {
      // the connection is lost, and all that it was to do
    }
  }

  private take(data: ArrayBuffer): void {
    for (let at = 0; at + HEAD <= data.byteLength; ) {
      const head = new DataView(data, at, HEAD);
      const [id, index] = [head.getUint32(0, true), head.getUint32(4, true)];
      const [tag, size] = [head.getUint16(10, true), head.getUint32(12, true)];
      at += HEAD;
      const etag = new TextDecoder().decode(new Uint8Array(data, at, tag));
      at += padded(tag);
      this.answer(id, index, {
        status: head.getUint16(8, true),
        etag,
        body: new Uint8Array(data, at, size),
      });
      at += padded(size);
    }
  }

  private answer(id: number, index: number, answer: Answer): void {
    const left = this.waiting.get(id);
    const wanted = left?.get(index);
    if (!left || !wanted) return;
    left.delete(index);
    if (!left.size) this.waiting.delete(id);
    wanted.found(this.full(wanted.key, answer));
  }

  /** The whole answer, which may be the one that is known already. */
  private full(key: string, answer: Answer): Answer | undefined {
    const known = this.known.get(key);
    if (answer.status === 304) return known?.etag === answer.etag ? known : undefined;
    if (known) {
      this.known.delete(key);
      this.bytes -= known.body.length;
    }
    if (answer.status === 200 && answer.etag) {
      this.known.set(key, answer);
      this.bytes += answer.body.length;
      for (const [old, { body }] of this.known) {
        if (this.bytes <= MOST_BYTES) break;
        this.known.delete(old);
        this.bytes -= body.length;
      }
    }
    return answer.status === 200 || answer.status === 404 ? answer : undefined;
  }
}

const padded = (size: number): number => Math.ceil(size / 8) * 8;
