// Times as people read them: from NumPy's counts and from those of CF, by the calendar that counts them.

import { isoOf, type Calendar } from "../calendars";
import { timeOf, type Time } from "../times";

const DAY = 86_400;
const SECONDS: Record<string, number> = {
  W: 7 * DAY,
  D: DAY,
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  μs: 1e-6,
};
const PER_SECOND: Record<string, bigint> = {
  ms: 1_000n,
  us: 1_000_000n,
  μs: 1_000_000n,
  ns: 1_000_000_000n,
};
const NOT_A_TIME = -(2n ** 63n);

/** What a dtype such as "datetime64[10ns]" counts; undefined for what counts no time. */
export function counted(dtype: string): Time | undefined {
  const [, name, times = "", unit = ""] =
    /^(datetime64|timedelta64)(?:\[(\d*)([A-Za-zμ]+)\])?$/.exec(dtype) ?? [];
  if (name !== "datetime64" && name !== "timedelta64") return undefined;
  return { name, unit, scale_factor: Number(times || 1) };
}

/** What the numbers of an array count by its attributes, as CF writes them. */
export const timesOf = (attributes: Record<string, unknown>): Time | undefined =>
  timeOf(attributes["units"], attributes["calendar"]);

/** Seconds since 1970 of a count; NaN where there is no time, or months are counted. */
export function secondsOf(count: number | bigint, time: Time): number {
  if (count === NOT_A_TIME) return NaN;
  const unit = SECONDS[time.unit] ?? 1 / Number(PER_SECOND[time.unit] ?? NaN);
  return (time.origin ?? 0) + Number(count) * time.scale_factor * unit;
}

/** A count of NumPy as text, with all its digits. */
export function exactly(count: bigint, time: Time): string {
  if (count === NOT_A_TIME) return "NaT";
  const whole = count * BigInt(time.scale_factor);
  if (time.name === "timedelta64") return `${whole} ${time.unit}`.trim();
  if (time.unit === "Y" || time.unit === "M") return inMonths(Number(whole), time.unit);
  const parts = PER_SECOND[time.unit];
  if (!parts)
    return time.unit === "D" || time.unit === "W"
      ? dated(secondsOf(count, time)).slice(0, -9)
      : dated(secondsOf(count, time));
  const fraction = ((whole % parts) + parts) % parts;
  const text = dated(Number((whole - fraction) / parts));
  const digits = String(fraction)
    .padStart(String(parts).length - 1, "0")
    .replace(/0+$/, "");
  return digits ? `${text}.${digits}` : text;
}

function inMonths(count: number, unit: string): string {
  const months = unit === "Y" ? count * 12 : count;
  const year = String(1970 + Math.floor(months / 12));
  return unit === "Y" ? year : `${year}-${two((((months % 12) + 12) % 12) + 1)}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Seconds since 1970 as a date and a time of day. */
export function dated(seconds: number, calendar?: Calendar): string {
  const text = isoOf(seconds, calendar) ?? "NaT";
  return text.replace(/(?<=\d)T/, " ").replace(/\.?0*Z$/, "");
}

/** A place along an axis of times, as short as it says all: midnight needs no time of day, and noon no seconds. */
export function tick(seconds: number, calendar?: Calendar): string {
  const text = isoOf(seconds, calendar);
  if (text === undefined) return "";
  if (text.endsWith("T00:00:00.000Z")) return text.slice(0, 10);
  return text.slice(5, 19).replace("T", " ").replace(/:00$/, "");
}
