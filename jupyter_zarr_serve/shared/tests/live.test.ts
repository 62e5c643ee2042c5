import assert from "node:assert/strict";
import { test } from "node:test";
import { joined, Live, type Change, type Socket } from "../live.ts";

/** A server whose connections, and a clock whose time, go as the test says. */
class Fake {
  sockets: (Socket & { said: Record<string, unknown>[]; isClosed: boolean })[] = [];
  waiting: { milliseconds: number; act: () => void }[] = [];
  live = new Live({
    connect: () => this.connect(),
    later: (milliseconds, act) => {
      const one = { milliseconds, act };
      this.waiting.push(one);
      return () => void (this.waiting = this.waiting.filter((other) => other !== one));
    },
    random: () => 1,
  });

  connect(): Socket {
    const said: Record<string, unknown>[] = [];
    const socket = {
      onmessage: null,
      onclose: null,
      said,
      isClosed: false,
      send: (text: string) => void said.push(JSON.parse(text) as Record<string, unknown>),
      close: () => void (socket.isClosed = true),
    };
    this.sockets.push(socket);
    return socket;
  }

  get last() {
    return this.sockets.at(-1)!;
  }

  tell(frame: object): void {
    this.last.onmessage?.({ data: JSON.stringify(frame) });
  }

  lose(code: number): void {
    this.last.onclose?.({ code });
  }

  /** Let the time pass until the next of what waits for it. */
  pass(): number {
    const { milliseconds, act } = this.waiting.shift()!;
    act();
    return milliseconds;
  }
}

function following(...paths: string[]): [Fake, Change[]] {
  const fake = new Fake();
  const changes: Change[] = [];
  for (const path of paths) fake.live.subscribe(path, { changed: (change) => changes.push(change) });
  fake.tell({ type: "hello" });
  for (const path of paths) fake.tell({ type: "subscribed", path, seq: 5, is_there: true });
  return [fake, changes];
}

const notice = (path: string, seq: number, kind: string, region?: number[][]) => ({
  type: "notices",
  notices: [{ seq, path, kind, generation: 1, ...(region && { region }) }],
});

test("it is open only while somebody listens, and a little longer", () => {
  const fake = new Fake();
  assert.equal(fake.sockets.length, 0);
  const leave = fake.live.subscribe("a", { changed: () => {} });
  fake.tell({ type: "hello" });
  const other = fake.live.subscribe("b", { changed: () => {} });
  assert.deepEqual(fake.last.said, [
    { type: "subscribe", paths: ["a"] },
    { type: "subscribe", paths: ["b"] },
  ]);
  leave();
  assert.equal(fake.last.said.length, 2);
  assert.equal(fake.pass(), 2000);
  assert.deepEqual(fake.last.said.at(-1), { type: "unsubscribe", paths: ["a"] });
  other();
  fake.pass();
  assert.ok(fake.last.isClosed);
  assert.equal(fake.live.state, "idle");
});

test("who comes soon after the last one left is told what is known, and nothing is asked", () => {
  const [fake] = following("a");
  const begun: boolean[] = [];
  const listen = () =>
    fake.live.subscribe("a", { changed: () => {}, begun: (isThere) => begun.push(isThere) });
  listen()();
  fake.tell(notice("a", 6, "gone"));
  listen();
  assert.deepEqual(begun, [true, false]);
  assert.deepEqual(fake.last.said, [{ type: "subscribe", paths: ["a"] }]);
  assert.equal(fake.waiting.length, 0);
});

test("what is refused is asked for again by the next who listens", () => {
  const [fake] = following("a");
  let refused = 0;
  const listen = () => fake.live.subscribe("b", { changed: () => {}, refused: () => (refused += 1) });
  listen();
  fake.tell({ type: "refused", path: "b", status: 403, message: "no" });
  assert.equal(refused, 1);
  listen();
  assert.deepEqual(fake.last.said.slice(1), [
    { type: "subscribe", paths: ["b"] },
    { type: "subscribe", paths: ["b"] },
  ]);
});

test("more paths than the server takes are refused, and the others go on", () => {
  const [fake] = following(...Array.from({ length: 250 }, (_, index) => `${index}`));
  let isRefused = false;
  fake.live.subscribe("more", { changed: () => {}, refused: () => (isRefused = true) });
  assert.ok(isRefused);
  assert.equal(fake.last.said.length, 250);
});

test("changes are told to those who listen to their path", () => {
  const [fake, changes] = following("a");
  fake.tell(notice("b", 6, "data"));
  fake.tell(notice("a", 7, "data", [[0, 4]]));
  fake.tell({ type: "unknown" });
  fake.tell({ type: "all", seq: 9 });
  assert.deepEqual(changes, [
    { kind: "data", region: [[0, 4]] },
    { kind: "back", region: undefined },
  ]);
});

test("after a loss it asks of each path for what was missed, each time later than the last", () => {
  const [fake, changes] = following("a", "b");
  fake.tell(notice("a", 8, "data"));
  for (const pause of [500, 1000, 2000]) {
    fake.lose(1006);
    assert.equal(fake.live.state, "lost");
    if (pause === 2000) fake.live.subscribe("c", { changed: () => {} }); // opens nothing before its time
    assert.equal(fake.pass(), pause);
  }
  assert.equal(fake.sockets.length, 4);
  assert.equal(fake.live.state, "lost");
  fake.tell({ type: "hello" });
  assert.deepEqual(fake.last.said, [
    { type: "subscribe", paths: ["a"], since: 8 },
    { type: "subscribe", paths: ["b"], since: 5 },
    { type: "subscribe", paths: ["c"] },
  ]);
  fake.tell({ type: "all", seq: 12 });
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ["data", "back", "back"],
  );
  fake.lose(1006);
  assert.equal(fake.pass(), 500);
  for (let i = 0; i < 10; i++) (fake.lose(1006), fake.pass());
  fake.lose(1006);
  assert.equal(fake.pass(), 30_000);
});

test("what was missed is asked for again if the connection is lost before it came", () => {
  const [fake] = following("a");
  for (const seq of [9, 12]) {
    fake.lose(1006);
    fake.pass();
    fake.tell({ type: "hello" });
    assert.deepEqual(fake.last.said, [{ type: "subscribe", paths: ["a"], since: 5 }]);
    fake.tell({ type: "subscribed", path: "a", seq, is_there: true });
  }
});

test("an hour's end is no loss, that of a link is for good", () => {
  const [fake] = following("a");
  fake.lose(4408);
  assert.equal(fake.pass(), 0);
  fake.tell({ type: "hello" });
  fake.lose(4403);
  assert.equal(fake.live.state, "closed");
  fake.live.again();
  fake.live.subscribe("b", { changed: () => {} });
  assert.deepEqual([fake.waiting.length, fake.sockets.length], [0, 2]);
});

test("while it is held it is closed, and nothing is missed", () => {
  const [fake, changes] = following("a");
  const first = fake.last;
  fake.live.hold(true);
  assert.ok(first.isClosed);
  first.onmessage?.({ data: JSON.stringify(notice("a", 9, "data")) });
  first.onclose?.({ code: 1000 });
  assert.deepEqual([changes.length, fake.waiting.length, fake.sockets.length], [0, 0, 1]);
  fake.live.hold(false);
  fake.tell({ type: "hello" });
  assert.deepEqual(fake.last.said, [{ type: "subscribe", paths: ["a"], since: 5 }]);
});

test("changes are joined as the server joins them", () => {
  const data = (...region: [number, number][]): Change => ({ kind: "data", region });
  assert.deepEqual(joined(data([0, 2], [5, 6]), data([1, 4], [0, 1])), data([0, 4], [0, 6]));
  assert.deepEqual(joined({ kind: "data" }, data([1, 2])), { kind: "data" });
  assert.deepEqual(joined({ kind: "layout" }, data([1, 2])), { kind: "layout" });
  assert.deepEqual(joined({ kind: "gone" }, { kind: "data" }), { kind: "back" });
  assert.deepEqual(joined({ kind: "back" }, { kind: "gone" }), { kind: "gone" });
});
