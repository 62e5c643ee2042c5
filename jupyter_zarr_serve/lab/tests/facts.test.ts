import assert from "node:assert/strict";
import { test } from "node:test";
import { linkFacts, nodeFacts, rangeText } from "../src/facts.ts";
import { lines, membersOf, withPage } from "../src/items.ts";

const trans = {
  __: (text: string, ...given: unknown[]) =>
    text.replace(/%(\d)/g, (_, at) => String(given[Number(at) - 1])),
};
const stats = { min: -1.23456789, max: 4, is_sampled: false };

test("an array is said to be what it is, with the range and the units of its values", () => {
  const node = {
    path: "files/sst",
    kind: "array" as const,
    shape: [4, 20],
    dimension_names: ["time", "lat"],
    dtype: "float32",
    nbytes: 320,
    attributes: { units: "degC", python_object: { of: "xarray" }, title: "Sea", steps: [1, 2] },
  };
  assert.deepEqual(nodeFacts(node, stats, "", trans), [
    ["Shape", "time 4 × lat 20"],
    ["Type", "float32"],
    ["Size", "320 B"],
    ["Values", "-1.23457 to 4"],
    ["Units", "degC"],
    ["title", "Sea"],
    ["steps", "[1,2]"],
  ]);
});

test("of many attributes some are shown, and how many are not", () => {
  const attributes = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`a${index}`, index]));
  const facts = nodeFacts({ path: "x", kind: "group", attributes }, undefined, "group", trans);
  assert.equal(facts.length, 8);
  assert.deepEqual(facts.at(-1), ["Attributes", "3 more"]);
});

test("what is known of some values, or of times, says so; what has no values says nothing", () => {
  assert.equal(rangeText({ ...stats, is_sampled: true }, trans), "about -1.23457 to 4");
  assert.equal(
    rangeText({ ...stats, text: ["2020-01-01", "2021-01-01"] }, trans),
    "2020-01-01 to 2021-01-01",
  );
  assert.equal(rangeText({ ...stats, min: null, max: null }, trans), "");
});

test("a link says for whom it is, how it is used and which web pages may read by it", () => {
  const link = { id: "1", path: "files/a", note: "for Ann", state: "live", expires: null };
  const facts = linkFacts({ ...link, last_used: null, uses: 0, origins: ["*"] }, trans);
  assert.deepEqual(facts, [
    ["Note", "for Ann"],
    ["Valid", "until it is revoked"],
    ["Use", "never used"],
    ["Web pages", "of all sites"],
  ]);
});

test("a long text is several lines, none of which is cut within a word", () => {
  assert.deepEqual(lines("Nothing is shared."), ["Nothing is shared."]);
  const said = "This server has no jupyter_zarr_serve: install it beside the server, and start it again.";
  assert.equal(lines(said).join(" "), said);
  assert.ok(lines(said).length > 1 && lines(said).every((line) => line.length <= 32));
});

test("members that were not asked for have rows, which a page of them takes the places of", () => {
  const member = (name: string) => ({ name, kind: "array" as const });
  const { items } = membersOf("files/many", [member("a")], { from: 200, total: 600 }, trans);
  assert.equal(items.length, 401);
  assert.equal(items[1]?.at, 200);
  const page = membersOf("files/many", [member("b"), member("c")], { from: 0, total: 0 }, trans).items;
  const after = withPage(items, 400, page);
  assert.equal(after.length, 203);
  assert.deepEqual(
    after.slice(-3).map(({ name, at }) => [name, at]),
    [
      ["…", 399],
      ["b", undefined],
      ["c", undefined],
    ],
  );
  assert.deepEqual(withPage(after, 400, page), after, "a page that is there is not put in again");
  const { items: most } = membersOf("files/more", [], { from: 0, total: 1_000_000 }, trans);
  assert.equal(most.at(-1)?.name, "980000 more…");
});
