import assert from "node:assert/strict";
import { test } from "node:test";
import { Chunks, type Block } from "../src/chunks.ts";

const block = (value: number): Block => ({ values: [value], stride: [1], shape: "1" });

/** A read that ends when it is told to. */
function later(): [read: () => Promise<Block>, end: (block: Block) => void] {
  let end: (block: Block) => void = () => {};
  const reading = new Promise<Block>((resolve) => (end = resolve));
  return [() => reading, (found) => end(found)];
}

test("while a chunk is read anew, it is known as it was", async () => {
  const chunks = new Chunks();
  await chunks.get("a/0", () => Promise.resolve(block(1)));
  chunks.renew("a/", () => true);
  const [read, end] = later();
  const reading = chunks.get("a/0", read);
  assert.equal(chunks.peek("a/0")?.values[0], 1);
  end(block(2));
  await reading;
  assert.equal(chunks.peek("a/0")?.values[0], 2);
  assert.equal((await chunks.get("a/0", () => Promise.reject(new Error("again")))).values[0], 2);
});

test("what was asked for before a change is not kept", async () => {
  const chunks = new Chunks();
  const [read, end] = later();
  const reading = chunks.get("a/0", read);
  chunks.renew("a/", () => true);
  end(block(1));
  assert.equal((await reading).values[0], 1);
  assert.equal(chunks.peek("a/0"), undefined);
  assert.equal((await chunks.get("a/0", () => Promise.resolve(block(2)))).values[0], 2);
});

test("what fails is not known any longer", async () => {
  const chunks = new Chunks();
  await chunks.get("a/0", () => Promise.resolve(block(1)));
  chunks.renew("a/", ([index]) => index === 0);
  await assert.rejects(chunks.get("a/0", () => Promise.reject(new Error("gone"))));
  assert.equal(chunks.peek("a/0"), undefined);
});

test("others stay", async () => {
  const chunks = new Chunks();
  for (const key of ["a/0", "a/1", "b/0"]) await chunks.get(key, () => Promise.resolve(block(1)));
  chunks.renew("a/", ([index]) => index === 1);
  const read: string[] = [];
  for (const key of ["a/0", "a/1", "b/0"])
    await chunks.get(key, () => Promise.resolve(block(2)).finally(() => read.push(key)));
  assert.deepEqual(read, ["a/1"]);
});
