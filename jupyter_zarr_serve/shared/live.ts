// The live connection of the server: what changes at paths, over one WebSocket, which is open only while it is needed.
//
// The viewer, the pages and JupyterLab take this module. Docs: docs/reference/live.md.

export type Kind = "data" | "members" | "layout" | "back" | "gone";

/** For each axis where it begins, and where it ends. */
export type Region = [number, number][];

/** What may be different at a path. */
export interface Change {
  kind: Kind;
  /** Where values are; undefined for anywhere. */
  region?: Region | undefined;
}

/** "lost" until there is a connection again; "closed" for good: the link is not valid any longer. */
export type State = "idle" | "connecting" | "open" | "lost" | "closed";

export interface Listener {
  changed: (change: Change) => unknown;
  /** What is read from now on is no older than what `changed` is told of. */
  begun?: (isThere: boolean) => void;
  refused?: () => void;
}

/** The parts of a WebSocket that are used. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send: (text: string) => void;
  close: () => void;
}

/** The page's network, and its clock. */
export interface World {
  connect: () => Socket;
  later: (milliseconds: number, act: () => void) => () => void;
  random: () => number;
}

/** A path that is subscribed to. */
interface Topic {
  readonly listeners: Set<Listener>;
  /** The number of the last notice; undefined before the first answer. */
  seq: number | undefined;
  /** Undefined where the server has not said it over this connection. */
  isThere: boolean | undefined;
  isRefused: boolean;
  stay: () => void;
}

interface Frame {
  type: string;
  path?: string;
  seq?: number;
  is_there?: boolean;
  notices?: { seq: number; path: string; kind: Kind; region?: Region }[];
}

const FIRST_PAUSE = 500; // milliseconds from the loss of a connection to the next attempt; each is twice the last
const LONGEST_PAUSE = 30_000;
const LINGER = 2000; // milliseconds for which a path stays subscribed to that nobody listens to any longer
const MOST = 250; // paths; the server takes a few more
const ENDED = 4403;
const OLD = 4408;
const ORDER: Kind[] = ["data", "members", "layout", "back", "gone"];

/** One change in place of an earlier and a later one. */
export function joined(earlier: Change | undefined, later: Change): Change {
  if (!earlier || later.kind === "gone") return later;
  if (earlier.kind === "gone") return { kind: "back" };
  const kind = ORDER.indexOf(earlier.kind) > ORDER.indexOf(later.kind) ? earlier.kind : later.kind;
  const [one, other] = [earlier.region, later.region];
  if (kind !== "data" || !one || !other || one.length !== other.length) return { kind };
  const region = one.map(([start, stop], axis): [number, number] => {
    const [from, to] = other[axis] ?? [start, stop];
    return [Math.min(start, from), Math.max(stop, to)];
  });
  return { kind, region };
}

/** A connection in a browser; `connect` opens its WebSocket. */
export function liveBy(connect: () => WebSocket): Live {
  const later = (milliseconds: number, act: () => void): (() => void) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  };
  const live = new Live({ connect: () => connect() as Socket, later, random: Math.random });
  addEventListener("online", () => live.again());
  return live;
}

/** Close the connection while nobody has seen the page for some milliseconds. */
export function holdWhileHidden(live: Live, milliseconds: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => live.hold(true), milliseconds);
    else live.hold(false);
  });
}

export class Live {
  state: State = "idle";
  /** Told each new state. */
  readonly watchers = new Set<() => void>();
  /** Told each binary frame. */
  received: (data: ArrayBuffer) => void = () => {};
  private readonly topics = new Map<string, Topic>();
  private readonly world: World;
  private socket: Socket | undefined;
  private isHeld = false;
  private pause = FIRST_PAUSE;
  private stopWaiting = (): void => {};

  constructor(world: World) {
    this.world = world;
  }

  /** Listen to the changes of a path, as it stands in an address; what comes back ends it. */
  subscribe(path: string, listener: Listener): () => void {
    const known = this.topics.get(path);
    if (!known && this.topics.size >= MOST) {
      listener.refused?.();
      return () => {};
    }
    const topic = known ?? newTopic();
    topic.stay();
    topic.listeners.add(listener);
    this.topics.set(path, topic);
    if (this.state === "idle") this.open();
    else if (this.state === "open" && (!known || topic.isRefused)) this.ask(path, topic);
    else if (topic.isThere !== undefined) listener.begun?.(topic.isThere);
    return () => this.leave(path, topic, listener);
  }

  /** Close the connection for a while; what is missed is told afterwards. */
  hold(isHeld: boolean): void {
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    if (isHeld) this.rest();
    else this.again();
  }

  /** Connect at once if the connection is lost, as when the network is back. */
  again(): void {
    if (this.state !== "lost" && this.state !== "idle") return;
    this.pause = FIRST_PAUSE;
    this.stopWaiting();
    this.open();
  }

  private leave(path: string, topic: Topic, listener: Listener): void {
    if (!topic.listeners.delete(listener) || topic.listeners.size) return;
    const forget = (): void => {
      if (this.topics.get(path) !== topic) return;
      this.topics.delete(path);
      if (!this.topics.size) this.rest();
      else if (this.state === "open") this.say({ type: "unsubscribe", paths: [path] });
    };
    if (this.state === "idle" || this.state === "closed") forget();
    else topic.stay = this.world.later(LINGER, forget);
  }

  /** Close it, as nobody needs it. */
  private rest(): void {
    this.stopWaiting();
    const { socket } = this;
    this.socket = undefined;
    if (socket) socket.close();
    if (this.state !== "closed") this.become("idle");
  }

  private open(): void {
    const isWanted = !this.isHeld && this.topics.size && !this.socket;
    if (!isWanted || this.state === "closed") return;
    this.stopWaiting();
    if (this.state !== "lost") this.become("connecting");
    const socket = this.world.connect();
    this.socket = socket;
    const own = (act: () => void): void => {
      if (this.socket === socket) act();
    };
    socket.onmessage = ({ data }) => own(() => this.take(data));
    socket.onclose = ({ code }) => own(() => this.lost(code));
  }

  private lost(code: number): void {
    this.socket = undefined;
    if (code === ENDED) return this.become("closed");
    this.become("lost");
    if (code === OLD) this.pause = FIRST_PAUSE;
    // Many pages that lose one server should not come back to it in one moment.
    const pause = code === OLD ? 0 : this.pause * (0.5 + this.world.random() / 2);
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    this.stopWaiting = this.world.later(pause, () => this.open());
  }

  private take(data: unknown): void {
    if (typeof data !== "string") return this.received(data as ArrayBuffer);
    const frame = JSON.parse(data) as Frame;
    const { type, seq = 0 } = frame;
    const topic = this.topics.get(frame.path ?? "");
    if (type === "hello") this.welcome();
    else if (type === "subscribed" && topic) {
      topic.seq ??= seq; // what was missed comes after this, and raises it
      topic.isThere = frame.is_there ?? true;
      for (const listener of [...topic.listeners]) listener.begun?.(topic.isThere);
    } else if (type === "refused" && topic) {
      topic.isRefused = true;
      for (const listener of [...topic.listeners]) listener.refused?.();
    } else if (type === "notices") {
      for (const notice of frame.notices ?? []) tell(this.topics.get(notice.path), notice.seq, notice);
    } else if (type === "all") {
      for (const known of this.topics.values()) tell(known, seq, { kind: "back" });
    }
  }

  private welcome(): void {
    this.pause = FIRST_PAUSE;
    this.become("open");
    for (const [path, topic] of this.topics) this.ask(path, topic);
  }

  /** Each path with the number of its own: of two paths, the later notice may have come first. */
  private ask(path: string, topic: Topic): void {
    topic.isRefused = false;
    this.say({ type: "subscribe", paths: [path], ...(topic.seq !== undefined && { since: topic.seq }) });
  }

  /** Send a frame; one that is lost with the connection is not sent again. */
  say(frame: object): void {
    this.socket?.send(JSON.stringify(frame));
  }

  private become(state: State): void {
    this.state = state;
    if (state !== "open") for (const topic of this.topics.values()) topic.isThere = undefined;
    for (const watch of [...this.watchers]) watch();
  }
}

function newTopic(): Topic {
  return { listeners: new Set(), seq: undefined, isThere: undefined, isRefused: false, stay: () => {} };
}

function tell(topic: Topic | undefined, seq: number, { kind, region }: Change): void {
  if (!topic) return;
  topic.seq = Math.max(topic.seq ?? 0, seq);
  topic.isThere = kind !== "gone";
  for (const listener of [...topic.listeners]) listener.changed({ kind, region });
}
