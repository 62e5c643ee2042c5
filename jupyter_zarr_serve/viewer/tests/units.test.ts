import assert from "node:assert/strict";
import { test } from "node:test";
import { METRES, symbolOf } from "../src/units.ts";

test("units have their symbols, which are as long", () => {
  assert.deepEqual(["micrometer", "um", "second", "parsec", ""].map(symbolOf), [
    "µm",
    "µm",
    "s",
    "parsec",
    "",
  ]);
  for (const [unit, metres] of Object.entries(METRES))
    if (symbolOf(unit) in METRES) assert.equal(METRES[symbolOf(unit)], metres, unit);
});
