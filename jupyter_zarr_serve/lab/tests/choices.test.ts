import assert from "node:assert/strict";
import { test } from "node:test";
import { Choices } from "../src/choices.ts";

const choicesIn = (written: unknown[], first?: unknown) =>
  new Choices({
    read: () => Promise.resolve(first),
    write: (paths) => Promise.resolve(written.push(paths)),
  });

test("a choice is remembered for its notebook, and moves with it", async () => {
  const written: unknown[] = [];
  const choices = choicesIn(written, ["old.ipynb"]);
  assert.ok(await choices.has("old.ipynb"));
  assert.ok(!(await choices.has("a.ipynb")));
  await choices.set("a.ipynb", true);
  await choices.rename("a.ipynb", "b.ipynb");
  await choices.rename("nobody.ipynb", "c.ipynb");
  await choices.set("old.ipynb", false);
  assert.deepEqual(written.at(-1), ["b.ipynb"]);
  assert.ok(!(await choices.has("c.ipynb")));
});

test("of very many choices the oldest are forgotten, and what is damaged counts for none", async () => {
  const written: string[][] = [];
  const choices = choicesIn(written, { no: "list" });
  for (let number = 0; number < 205; number++) await choices.set(`${number}.ipynb`, true);
  assert.equal(written.at(-1)?.length, 200);
  assert.ok(!(await choices.has("4.ipynb")));
  assert.ok(await choices.has("204.ipynb"));
});
