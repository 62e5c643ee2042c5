import assert from "node:assert/strict";
import { test } from "node:test";
import { viewIn } from "../src/view-told.ts";

test("a view names a kernel and what it publishes", () => {
  assert.deepEqual(viewIn({ kernel: "ab-1", names: ["t", "x"], more: 1 }), {
    kernel: "ab-1",
    names: ["t", "x"],
  });
});

test("what leads elsewhere is no view", () => {
  const wrong = [undefined, "t", {}, { kernel: "a/b", names: ["t"] }, { kernel: "a", names: [] }];
  for (const told of wrong) assert.equal(viewIn(told), undefined);
  for (const name of ["..", ".", "", "a/b", 3]) {
    assert.equal(viewIn({ kernel: "a", names: ["t", name] }), undefined);
  }
  assert.equal(viewIn({ kernel: "a", names: Array(100).fill("t") }), undefined);
});
