// Days of calendars have the names that cftime gives them.

import { strict as assert } from "node:assert";
import { test } from "node:test";
import { calendarOf, dayOf, isoOf, numberOf, type Calendar } from "../src/calendars.ts";

const CALENDARS: Calendar[] = ["360_day", "noleap", "all_leap", "julian", "mixed"];

test("a day is found again by its number", () => {
  for (const calendar of CALENDARS)
    for (let number = -800_000; number < 100_000; number += 37)
      assert.equal(numberOf(calendar, dayOf(calendar, number)), number, `${calendar} ${number}`);
});

test("days that follow each other differ", () => {
  for (const calendar of CALENDARS)
    for (let number = -150_000; number < -140_000; number++)
      assert.notDeepEqual(dayOf(calendar, number), dayOf(calendar, number + 1));
});

// cftime.num2date(n, "days since 1970-01-01", calendar); of "julian" and "standard" since the Gregorian day
test("days have their names", () => {
  assert.deepEqual(dayOf("360_day", 30 * 360 + 59), [2000, 2, 30]);
  assert.deepEqual(dayOf("noleap", 30 * 365 + 59), [2000, 3, 1]);
  assert.deepEqual(dayOf("all_leap", 31 * 366 + 59), [2001, 2, 29]);
  assert.deepEqual(dayOf("mixed", -141_427), [1582, 10, 15]);
  assert.deepEqual(dayOf("mixed", -141_428), [1582, 10, 4]);
  assert.deepEqual(dayOf("julian", 0), [1969, 12, 19]);
});

test("a time of day stands behind it", () => {
  assert.equal(isoOf((30 * 360 + 59.5) * 86_400, "360_day"), "2000-02-30T12:00:00.000Z");
  assert.equal(isoOf(-0.5, "noleap"), "1969-12-31T23:59:59.500Z");
  assert.equal(isoOf(NaN, "noleap"), undefined);
});

test("a name that is none leads to no calendar", () => {
  assert.equal(calendarOf("constructor"), undefined);
  assert.equal(calendarOf("366_day"), "all_leap");
});
