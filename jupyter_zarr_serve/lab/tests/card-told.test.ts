import assert from "node:assert/strict";
import { test } from "node:test";
import { cardsIn } from "../src/card-told.ts";

const card = { name: "t", kernel: "0a-1", is_frozen: true, kind: "array", shape: [2], dtype: "int8" };

test("cards are read as kernels tell them", () => {
  assert.deepEqual(cardsIn({ cards: [{ ...card, dimension_names: [null] }] }), [
    { ...card, dimension_names: [null] },
  ]);
});

test("what a notebook says besides is no card", () => {
  for (const data of [null, [], "x", {}, { cards: 1 }, { cards: [1, null, {}] }]) {
    assert.deepEqual(cardsIn(data), []);
  }
  assert.deepEqual(cardsIn({ cards: [{ ...card, kernel: "../../api" }] }), []);
  assert.deepEqual(cardsIn({ cards: [{ ...card, name: "" }] }), []);
  assert.deepEqual(cardsIn({ cards: [{ ...card, shape: ["<b>"], dtype: {}, kind: "x" }] }), [
    { name: "t", kernel: "0a-1", is_frozen: true, kind: "group" },
  ]);
  assert.equal(cardsIn({ cards: Array(1000).fill(card) }).length, 20);
});
