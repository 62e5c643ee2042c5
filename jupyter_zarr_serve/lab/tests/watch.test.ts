import assert from "node:assert/strict";
import { test } from "node:test";
import { type Changes, Watch } from "../src/watch.ts";

const told = (mark: string): Changes => ({ mark, is_all: false });
const NONE = { answer: 0, failure: 0 };
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A server that answers when it is let to. */
class Slow {
  asked: [string, string][] = [];
  signals: AbortSignal[] = [];
  #answers: ((value: Changes) => void)[] = [];
  #failures: ((error: unknown) => void)[] = [];

  ask = (place: string, since: string, signal: AbortSignal): Promise<Changes> => {
    this.asked.push([place, since]);
    this.signals.push(signal);
    return new Promise((resolve, reject) => {
      this.#answers.push(resolve);
      this.#failures.push(reject);
    });
  };

  async answer(mark: string): Promise<void> {
    this.#answers.at(-1)?.(told(mark));
    await soon();
  }

  async fail(error: unknown): Promise<void> {
    this.#failures.at(-1)?.(error);
    await soon();
  }
}

test("each change is heard once, and the next is asked for since it", async () => {
  const server = new Slow();
  const heard: string[] = [];
  const watch = new Watch(
    server.ask,
    ({ mark }) => Promise.resolve(heard.push(mark) > 0),
    () => false,
    NONE,
  );
  watch.look("a", "1");
  await server.answer("2");
  await server.answer("2"); // time was up
  watch.look(undefined);
  assert.deepEqual(heard, ["2"]);
  assert.deepEqual(server.asked, [
    ["a", "1"],
    ["a", "2"],
    ["a", "2"],
  ]);
  await server.answer("3");
  assert.equal(server.asked.length, 3);
  assert.deepEqual(heard, ["2"]);
});

test("what is watched already goes on, and another place ends it", () => {
  const server = new Slow();
  const watch = new Watch(
    server.ask,
    () => Promise.resolve(true),
    () => false,
    NONE,
  );
  watch.look("a");
  watch.look("a", "9");
  assert.equal(server.asked.length, 1);
  watch.look("b", "9");
  assert.deepEqual(server.asked, [
    ["a", ""],
    ["b", "9"],
  ]);
  assert.deepEqual(
    server.signals.map(({ aborted }) => aborted),
    [true, false],
  );
  watch.look(undefined);
  assert.ok(server.signals.every(({ aborted }) => aborted));
});

test("a failure that may pass is asked about again, a final one is not", async () => {
  const server = new Slow();
  const watch = new Watch(
    server.ask,
    () => Promise.resolve(true),
    (error) => error === "final",
    NONE,
  );
  watch.look("a");
  await server.fail("busy");
  assert.equal(server.asked.length, 2);
  await server.fail("final");
  assert.equal(server.asked.length, 2);
  watch.look("a"); // such as when its kernel is there again
  assert.equal(server.asked.length, 3);
  watch.look(undefined);
});

test("a change of which nothing could be learned is heard again", async () => {
  const server = new Slow();
  const heard: string[] = [];
  const watch = new Watch(
    server.ask,
    ({ mark }) => Promise.resolve(heard.push(mark) > 1),
    () => false,
    NONE,
  );
  watch.look("a", "1");
  await server.answer("2");
  await server.answer("2");
  await server.answer("2"); // it is known now
  watch.look(undefined);
  assert.deepEqual(heard, ["2", "2"]);
  assert.deepEqual(
    server.asked.map(([, since]) => since),
    ["1", "1", "2", "2"],
  );
});
