// The days of the calendars that CF knows, besides that of JavaScript's dates; see
// https://cfconventions.org/cf-conventions/cf-conventions.html#calendar
//
// Days are counted from the first of January 1970 of the calendar; of "julian" and "mixed" from the day that is called so
// in the Gregorian calendar.

/** "mixed" is CF's "standard": Julian before 15 October 1582, Gregorian from then on. */
export type Calendar = "360_day" | "noleap" | "all_leap" | "julian" | "mixed";

type Day = [year: number, month: number, day: number];

const DAY = 86_400_000; // milliseconds
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const GREGORIAN_1970 = 2_440_588; // days of astronomers
const REFORM = Date.UTC(1582, 9, 15) / DAY;

const NAMES: Record<string, Calendar> = {
  "360_day": "360_day",
  "365_day": "noleap",
  noleap: "noleap",
  "366_day": "all_leap",
  all_leap: "all_leap",
  julian: "julian",
};

/** The calendar of a name in CF, if it is one of these. */
export const calendarOf = (name: string): Calendar | undefined =>
  Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;

/** The number of a day. */
export function numberOf(calendar: Calendar, [year, month, day]: Day): number {
  switch (calendar) {
    case "360_day":
      return (year - 1970) * 360 + (month - 1) * 30 + day - 1;
    case "noleap":
      return (year - 1970) * 365 + before(month, 28) + day - 1;
    case "all_leap":
      return (year - 1970) * 366 + before(month, 29) + day - 1;
    case "julian":
      return fromJulian([year, month, day]);
    default: {
      const date = new Date(0);
      date.setUTCFullYear(year, month - 1, day);
      const number = date.getTime() / DAY;
      return number < REFORM ? fromJulian([year, month, day]) : number;
    }
  }
}

/** The year, month and day of a number. */
export function dayOf(calendar: Calendar, number: number): Day {
  switch (calendar) {
    case "360_day": {
      const [year, rest] = parted(number, 360);
      return [1970 + year, Math.floor(rest / 30) + 1, (rest % 30) + 1];
    }
    case "noleap":
      return inYear(number, 365, 28);
    case "all_leap":
      return inYear(number, 366, 29);
    case "julian":
      return toJulian(number);
    default: {
      if (number < REFORM) return toJulian(number);
      const date = new Date(number * DAY);
      return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    }
  }
}

/** Seconds since 1970, as "2000-02-30T12:00:00.000Z"; undefined for what is no time. */
export function isoOf(seconds: number, calendar?: Calendar): string | undefined {
  const milliseconds = Math.round(seconds * 1000);
  if (Number.isNaN(new Date(milliseconds).getTime())) return undefined;
  if (!calendar) return new Date(milliseconds).toISOString();
  const [number, clock] = parted(milliseconds, DAY);
  const [year, month, day] = dayOf(calendar, number);
  const date = [[Math.abs(year), 4] as const, [month, 2] as const, [day, 2] as const]
    .map(([part, digits]) => String(part).padStart(digits, "0"))
    .join("-");
  return `${year < 0 ? "-" : ""}${date}${new Date(clock).toISOString().slice(10)}`;
}

const parted = (value: number, by: number): [whole: number, rest: number] => {
  const whole = Math.floor(value / by);
  return [whole, value - whole * by];
};

const lengthOf = (month: number, february: number): number =>
  month === 2 ? february : (LENGTHS[month - 1] ?? 0);

/** The days of a year before a month. */
const before = (month: number, february: number): number =>
  LENGTHS.slice(0, month - 1).reduce((sum, _, at) => sum + lengthOf(at + 1, february), 0);

function inYear(number: number, length: number, february: number): Day {
  const [year, rest] = parted(number, length);
  let [month, day] = [1, rest];
  while (day >= lengthOf(month, february)) day -= lengthOf(month++, february);
  return [1970 + year, month, day + 1];
}

// Years that begin in March, as the day that leap years have more is their last.
function fromJulian([year, month, day]: Day): number {
  const late = month < 3 ? 1 : 0;
  const [years, months] = [year + 4800 - late, month + 12 * late - 3];
  const number = day + Math.floor((153 * months + 2) / 5) + 365 * years + Math.floor(years / 4) - 32_083;
  return number - GREGORIAN_1970;
}

function toJulian(number: number): Day {
  const days = number + GREGORIAN_1970 + 32_082;
  const years = Math.floor((4 * days + 3) / 1461);
  const rest = days - Math.floor((1461 * years) / 4);
  const months = Math.floor((5 * rest + 2) / 153);
  const late = Math.floor(months / 10);
  return [years - 4800 + late, months + 3 - 12 * late, rest - Math.floor((153 * months + 2) / 5) + 1];
}
