import assert from "node:assert/strict";
import { test } from "node:test";
import type { Layer } from "@deck.gl/core";
import { Redraws } from "../src/redraws.ts";

const UPDATING = "updating layers: image";
const pixels = (id: string, channelData: object, visible = true): Layer =>
  ({ id, props: { channelData, visible } }) as unknown as Layer;
const image = { id: "image", props: {} } as unknown as Layer;

test("what is asked for and has not come is no reason to draw", (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const [redraws, one, other] = [new Redraws(), {}, {}];
  const isNeeded = (reason: string, ...layers: Layer[]): boolean =>
    redraws.isNeeded(reason, [image, ...layers]);
  assert.equal(isNeeded(UPDATING), true); // for the first time
  now = 2000;
  assert.equal(isNeeded(UPDATING), false);
  assert.equal(isNeeded(UPDATING, pixels("a", one, false)), true);
  assert.equal(isNeeded(UPDATING, pixels("a", one)), true);
  assert.equal(isNeeded(UPDATING, pixels("a", one)), false);
  assert.equal(isNeeded("viewState changed", pixels("a", one)), true);
  assert.equal(isNeeded(UPDATING, pixels("a", other)), true);
  assert.equal(isNeeded(UPDATING, pixels("a", other), pixels("b", one)), true);
  redraws.changed();
  assert.equal(isNeeded(UPDATING, pixels("a", other), pixels("b", one)), true);
  now += 500;
  assert.equal(isNeeded(UPDATING, pixels("a", other), pixels("b", one)), true);
  now += 1000;
  assert.equal(isNeeded(UPDATING, pixels("a", other), pixels("b", one)), false);
});
