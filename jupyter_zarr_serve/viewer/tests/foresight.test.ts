import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Frame } from "../src/frame.ts";
import type { TileSource } from "../src/tiles.ts";

Object.assign(globalThis, { window: globalThis, document: { hidden: false } });
mock.timers.enable({ apis: ["setTimeout"] });
let now = 0;
mock.method(performance, "now", () => now);
const { Foresight } = await import("../src/foresight.ts");

const frame = { scale: [1, 1], seen: [0, 100, 400, 300], size: [1000, 2000] } as unknown as Frame;
const selections = (): { at: number[] }[] => [{ at: [0] }];
const asked: { part: number[]; signal: AbortSignal }[] = [];
const source = {
  expect: (_: unknown, part: number[], signal: AbortSignal) => {
    asked.push({ part, signal });
    return new Promise(() => {});
  },
} as unknown as TileSource;

/** What is asked for ahead if what is to be seen takes some milliseconds. */
function after(milliseconds: number, isLive = true): typeof asked {
  asked.length = 0;
  const end = now + milliseconds;
  const state = (): { isLive: boolean; waiting: number } => ({ isLive, waiting: now < end ? 1 : 0 });
  new Foresight(frame, () => [0, source], selections, state).moved();
  for (let i = 0; i < 10; i++) {
    now += 150;
    mock.timers.tick(150);
  }
  return asked;
}

test("the sides of what is seen are asked for, as far as there is an image", () => {
  const parts = after(100).map(({ part }) => part);
  assert.deepEqual(parts, [
    [0, 50, 500, 100],
    [0, 300, 500, 350],
    [400, 100, 500, 300],
  ]);
});

test("nothing is asked for of what is slow, or by HTTP", () => {
  assert.equal(after(400).length, 3);
  assert.equal(after(600).length, 0);
  assert.equal(after(100, false).length, 0);
});

test("what is not there yet is given up when the picture moves", () => {
  const state = (): { isLive: boolean; waiting: number } => ({ isLive: true, waiting: 0 });
  const foresight = new Foresight(frame, () => [0, source], selections, state);
  foresight.moved();
  mock.timers.tick(200);
  const first = asked.at(-1);
  assert.equal(first?.signal.aborted, false);
  foresight.moved();
  assert.equal(first?.signal.aborted, true);
});
