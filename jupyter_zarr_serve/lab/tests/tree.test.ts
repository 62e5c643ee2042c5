import assert from "node:assert/strict";
import { test } from "node:test";
import {
  groupText,
  idOf,
  type Item,
  type Members,
  rowsOf,
  shapeText,
  sizeText,
  stepOf,
} from "../src/tree.ts";

const item = (name: string, isGroup = false): Item => ({
  path: name,
  name,
  kind: isGroup ? "group" : "array",
  isOpenable: true,
  isExpandable: isGroup,
});
const loaded = (...items: Item[]): Members => ({ items, total: items.length, isLoading: false });
const files: Item = { ...item("files", true), kind: "section", isOpenable: false };
const top = idOf("", files);
const run = idOf(top, item("run.h5", true));
const members = new Map([
  [top, loaded(item("a.npy"), item("run.h5", true))],
  [run, loaded(item("image"), item("mask"))],
]);
const rows = (expanded: string[], search = "") =>
  rowsOf({ sections: [files], members, expanded: new Set(expanded), search });

test("only what is expanded has rows below it", () => {
  assert.deepEqual(
    rows([]).map(({ name }) => name),
    ["files"],
  );
  assert.deepEqual(
    rows([top, run]).map(({ name, level, position, count }) => [name, level, position, count]),
    [
      ["files", 1, 1, 1],
      ["a.npy", 2, 1, 2],
      ["run.h5", 2, 2, 2],
      ["image", 3, 1, 2],
      ["mask", 3, 2, 2],
    ],
  );
});

test("a search leaves what it finds, and what that is in", () => {
  assert.deepEqual(
    rows([], "MASK").map(({ name }) => name),
    ["files", "run.h5", "mask"],
  );
  assert.deepEqual(
    rows([], "nothing").map(({ name }) => name),
    ["files"],
  );
});

test("a search shows what the server found besides what is loaded", () => {
  const found = new Map([[top, [item("a.npy"), item("z.npy")]]]);
  const state = { sections: [files], members, expanded: new Set([top]), found };
  const names = (search: string) => rowsOf({ ...state, search }).map(({ name }) => name);
  assert.deepEqual(names("npy"), ["files", "a.npy", "z.npy"]);
  assert.deepEqual(names(""), ["files", "a.npy", "run.h5"]);
});

test("arrows walk, open and close as in every tree", () => {
  const all = rows([top, run]);
  assert.deepEqual(stepOf("ArrowDown", all, top, 10), { active: all[1]?.id });
  assert.deepEqual(stepOf("ArrowUp", all, top, 10), { active: top });
  assert.deepEqual(stepOf("ArrowLeft", all, all[4]?.id, 10), { active: run });
  assert.deepEqual(stepOf("ArrowLeft", all, run, 10), { collapse: run });
  assert.deepEqual(stepOf("ArrowRight", all, run, 10), { active: all[3]?.id });
  assert.deepEqual(stepOf("ArrowRight", rows([top]), run, 10), { expand: run });
  assert.deepEqual(stepOf("Enter", all, all[3]?.id, 10), { open: all[3]?.id });
  assert.deepEqual(stepOf("Enter", all, top, 10), { collapse: top });
  assert.deepEqual(stepOf("End", all, top, 10), { active: all[4]?.id });
  assert.equal(stepOf("a", all, top, 10), undefined);
  assert.equal(stepOf("Enter", [], undefined, 10), undefined);
});

test("ten thousand rows are made within a frame or two", () => {
  const many = loaded(...Array.from({ length: 10_000 }, (_, index) => item(`v${index}`)));
  const begun = performance.now();
  const made = rowsOf({
    sections: [files],
    members: new Map([[top, many]]),
    expanded: new Set([top]),
    search: "",
  });
  assert.equal(made.length, 10_001);
  assert.ok(performance.now() - begun < 500);
});

test("shapes have the names of their dimensions, sizes a unit", () => {
  const told = { name: "t", kind: "array" as const };
  assert.equal(
    shapeText({ ...told, shape: [24, 512], dimension_names: ["time", null] }, ""),
    "time 24 × 512",
  );
  assert.equal(shapeText({ ...told, shape: [] }, "scalar"), "scalar");
  assert.equal(sizeText(0), "0 B");
  assert.equal(sizeText(1536), "1.5 KiB");
  assert.equal(sizeText(null), "");
});

test("a group is told by what it is called and its first members", () => {
  const named = (...names: string[]) => names.map((name) => ({ name, kind: "array" }) as const);
  assert.equal(groupText("table", { total: 2, items: named("n", "t") }), "table: n, t");
  assert.equal(groupText("group", { total: 9, items: named(..."abcdefgh") }), "group: a, b, c, d, e, …");
  assert.equal(groupText("group", undefined), "group");
});
