// Numbers that stand for times, as NumPy and CF count them: "days since 2000-01-01" is a date.

import { calendarOf, isoOf, numberOf, type Calendar } from "./calendars";

export interface Time {
  name: "datetime64" | "timedelta64";
  unit: string;
  scale_factor: number;
  /** Seconds since 1970 at which the numbers begin; 0 by default. */
  origin?: number;
  /** By which days have their names; undefined for that of JavaScript's dates, which is Gregorian always. */
  calendar?: Calendar;
}

const SECONDS: Record<string, number> = {
  W: 604800,
  D: 86400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
};

const CF_UNITS: [RegExp, string][] = [
  [/^d(ays?)?$/, "D"],
  [/^h((ou)?rs?)?$/, "h"],
  [/^min(ute)?s?$/, "m"],
  [/^s(ec(ond)?s?)?$/, "s"],
  [/^(ms|msecs?|milli(sec(ond)?)?s?)$/, "ms"],
  [/^(us|micro(sec(ond)?)?s?)$/, "us"],
  [/^(ns|nano(sec(ond)?)?s?)$/, "ns"],
];

const CALENDARS = ["", "standard", "gregorian", "proleptic_gregorian"];
const REFORM = Date.UTC(1582, 9, 15) / 1000; // before it, calendars that are called "standard" have other days

/** What CF's attributes say of numbers; undefined for what is no date, or one of a calendar that nobody knows. */
export function timeOf(units: unknown, calendar: unknown): Time | undefined {
  const [, unit = "", since = ""] = /^\s*(\w+)\s+since\s+(.+?)\s*$/.exec(String(units ?? "")) ?? [];
  const known = CF_UNITS.find(([words]) => words.test(unit.toLowerCase()))?.[1];
  const name = String(calendar ?? "").toLowerCase();
  const other = calendarOf(name);
  if (!known || (!other && !CALENDARS.includes(name))) return undefined;
  const time: Time = { name: "datetime64", unit: known, scale_factor: 1 };
  const origin = instant(since, other);
  if (origin === undefined) return undefined;
  if (other) return { ...time, origin, calendar: other };
  if (name === "proleptic_gregorian" || origin >= REFORM) return { ...time, origin };
  return { ...time, origin: instant(since, "mixed") ?? origin, calendar: "mixed" };
}

/** The seconds since 1970 of a date as CF writes it: "1970-1-1 0:0:0", with or without a zone. */
function instant(text: string, calendar: Calendar | undefined): number | undefined {
  const words =
    /^(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(\.\d*)?)?)?)?\s*(?:Z|UTC|GMT|([+-])(\d{1,2}):?(\d{2})?)?$/i.exec(
      text,
    );
  if (!words) return undefined;
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = words
    .slice(1, 7)
    .map((word) => Number(word ?? 0));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const days = calendar ? numberOf(calendar, [year, month, day]) : date.getTime() / 86_400_000;
  const zone = (Number(words[9] ?? 0) * 60 + Number(words[10] ?? 0)) * 60;
  const clock = (hours * 60 + minutes) * 60 + seconds + Number(words[7] ?? 0);
  return days * 86_400 + clock - (words[8] === "-" ? -zone : zone);
}

/** A number as people read it: with a time where it counts one. */
export function words(value: number, time: Time | undefined, span = 0): string {
  if (!time) return String(Number(value.toPrecision(7)));
  const seconds = (SECONDS[time.unit] ?? NaN) * time.scale_factor;
  if (Number.isNaN(seconds)) return inMonths(value, time);
  if (time.name === "timedelta64") return `${Number((value * seconds).toPrecision(7))} s`;
  const text = isoOf((time.origin ?? 0) + value * seconds, time.calendar);
  if (text === undefined) return `${value} ${time.unit}`;
  // Years need no seconds, and a second no year.
  if (span * seconds > 4 * SECONDS.D!) return text.slice(0, 10);
  return span ? text.slice(11, 19) : text.replace("T", " ").replace(/\.?0*Z$/, "");
}

/** What has no length in seconds: months and years. */
function inMonths(value: number, { name, unit, scale_factor }: Time): string {
  const months = value * scale_factor * (unit === "Y" ? 12 : 1);
  if (name === "timedelta64" || !"YM".includes(unit)) return `${value * scale_factor} ${unit}`;
  const year = String(1970 + Math.floor(months / 12));
  return unit === "Y" ? year : `${year}-${String((((months % 12) + 12) % 12) + 1).padStart(2, "0")}`;
}
