import assert from "node:assert/strict";
import { test } from "node:test";
import type { Live } from "../../shared/live.ts";
import { Gets } from "../src/gets.ts";

interface Said {
  type: string;
  id: number;
  keys: unknown[];
  together?: boolean;
}

/** A connection that is open, and what was said over it. */
function connection(): { live: Live; said: Said[] } {
  const said: Said[] = [];
  const live = {
    state: "open",
    watchers: new Set(),
    received: () => {},
    say: (frame: Said) => void said.push(frame),
  };
  return { live: live as unknown as Live, said };
}

function answer(id: number, index: number, status: number, etag: string, text: string): ArrayBuffer {
  const padded = (size: number): number => Math.ceil(size / 8) * 8;
  const data = new Uint8Array(24 + padded(etag.length) + padded(text.length));
  const head = new DataView(data.buffer);
  head.setUint32(0, id, true);
  head.setUint32(4, index, true);
  head.setUint16(8, status, true);
  head.setUint16(10, etag.length, true);
  head.setUint32(12, text.length, true);
  data.set(new TextEncoder().encode(etag), 24);
  data.set(new TextEncoder().encode(text), 24 + padded(etag.length));
  return data.buffer;
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const text = (body: Uint8Array | undefined): string => new TextDecoder().decode(body);

test("what is asked for in one turn goes in one message", async () => {
  const { live, said } = connection();
  const gets = new Gets(live, () => true);
  const both = [gets.get("v3/a/c/0"), gets.get("v3/a/c/1")];
  await turn();
  assert.deepEqual(said, [{ type: "get", id: 1, keys: ["v3/a/c/0", "v3/a/c/1"], together: true }]);
  live.received(answer(1, 1, 200, '"b"', "second"));
  live.received(answer(1, 0, 404, "", "{}"));
  const found = await Promise.all(both);
  assert.deepEqual([found[0]?.status, text(found[1]?.body)], [404, "second"]);
});

test("what does not change need not be of one moment", async () => {
  const { live, said } = connection();
  let isChanging = false;
  const gets = new Gets(live, () => isChanging);
  void gets.get("v3/a/c/0");
  await turn();
  isChanging = true;
  void gets.get("v3/a/c/1");
  await turn();
  assert.deepEqual(
    said.map(({ together }) => together),
    [false, true],
  );
});

test("what is known is not sent again", async () => {
  const { live, said } = connection();
  const gets = new Gets(live, () => true);
  const first = gets.get("v3/a/c/0");
  await turn();
  live.received(answer(1, 0, 200, '"a"', "body"));
  await first;
  const again = gets.get("v3/a/c/0");
  await turn();
  assert.deepEqual(said[1]?.keys, [{ key: "v3/a/c/0", if_none_match: '"a"' }]);
  live.received(answer(2, 0, 304, '"a"', ""));
  assert.equal(text((await again)?.body), "body");
});

test("failures, and what a lost connection owes, are left to HTTP", async () => {
  const { live } = connection();
  const gets = new Gets(live, () => true);
  const both = [gets.get("v3/a/c/0"), gets.get("v3/a/c/1")];
  await turn();
  live.received(answer(1, 0, 503, "", "{}"));
  Object.assign(live, { state: "lost" });
  for (const watch of live.watchers) watch();
  assert.deepEqual(await Promise.all(both), [undefined, undefined]);
  assert.equal(await gets.get("v3/a/c/2"), undefined);
});

test("what nobody wants any longer is cancelled", async () => {
  const { live, said } = connection();
  const asking = new AbortController();
  const one = new Gets(live, () => true).get("v3/a/c/0", asking.signal);
  await turn();
  asking.abort();
  await assert.rejects(one, { name: "AbortError" });
  assert.deepEqual(said.at(-1), { type: "cancel", id: 1 });
});

test("what is asked for by HTTP is cancelled when people cancel, or a second later", async (t) => {
  for (const isCancelled of [true, false]) {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { live, said } = connection();
    const gets = new Gets(live, () => true);
    const one = gets.get("v3/a/c/0");
    t.mock.timers.tick(0);
    t.mock.timers.tick(2000);
    assert.equal(await one, undefined);
    assert.equal(said.length, 1);
    if (isCancelled) gets.cancelGivenUp();
    assert.equal(said.length, isCancelled ? 2 : 1);
    t.mock.timers.tick(1000);
    assert.deepEqual(said.slice(1), [{ type: "cancel", id: 1 }]);
    t.mock.timers.reset();
  }
});
