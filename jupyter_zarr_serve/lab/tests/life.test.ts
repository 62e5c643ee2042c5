import assert from "node:assert/strict";
import { test } from "node:test";
import { isLife, lifeUntil } from "../src/life.ts";

test("a link that ends with a day lives until its last minute", () => {
  const noon = new Date("2026-12-24T12:00:00").getTime();
  assert.equal(lifeUntil("2026-12-24", noon), "720m");
  assert.equal(lifeUntil("2026-12-25", noon), "2160m");
  assert.equal(lifeUntil("2029-12-24", noon), "1097d");
  assert.ok(!isLife(lifeUntil("2026-12-23", noon)) && isLife("7d"));
});
