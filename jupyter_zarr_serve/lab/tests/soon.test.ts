import assert from "node:assert/strict";
import { test } from "node:test";
import { Soon } from "../src/soon.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("what happens several times is acted on once, for each key", async () => {
  const acted: string[] = [];
  const soon = new Soon((key) => acted.push(key), 20, 1000);
  for (const key of ["a", "b", "a", "a"]) soon.stir(key);
  assert.deepEqual(acted, []);
  await pause(60);
  assert.deepEqual(acted.sort(), ["a", "b"]);
  soon.stir("a");
  await pause(60);
  assert.deepEqual(acted.sort(), ["a", "a", "b"]);
});

test("what never rests is acted on all the same", async () => {
  const acted: string[] = [];
  const soon = new Soon((key) => acted.push(key), 40, 100);
  for (let turn = 0; turn < 30; turn++) {
    soon.stir("a");
    await pause(10);
  }
  assert.ok(acted.length >= 1 && acted.length <= 4, `${acted.length} times in 300 milliseconds`);
});
