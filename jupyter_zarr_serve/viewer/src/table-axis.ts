// An axis of a plot of columns: from the places that the server tells to numbers that are drawn, words and conditions.

import { counted, exactly, secondsOf } from "./explorer/dates";
import { shown } from "./table-cells";
import type { Condition } from "./table-query";
import type { TableColumn } from "./table-source";
import { words, type Time } from "./times";

/** An axis as the server tells it. */
export interface ToldAxis {
  name: string;
  dtype: string;
  missing: number;
  infinite: number;
  /** How many are not above 0, of an axis that was asked for as a logarithmic one. */
  low?: number;
  /** Places of the rows; null where there is none. */
  values: (number | null)[];
  /** Of integers and times: what the places are counted from. */
  least?: string;
  /** Of categories: what stands at the places 0, 1, 2... */
  texts?: string[];
}

export type AxisKind = "number" | "time" | "category";

export class PlotAxis {
  readonly kind: AxisKind;
  readonly label: string;
  readonly unit: string;
  private readonly least: bigint;
  private readonly time: Time | undefined;
  /** Whether numbers are drawn by their distance from the least, as they have too many digits. */
  private readonly isFar: boolean;

  constructor(
    readonly told: ToldAxis,
    /** What it shows; undefined for the number of the row. */
    readonly column: TableColumn | undefined,
    isLog: boolean,
  ) {
    const numpy = counted(told.dtype);
    this.time = numpy?.name === "datetime64" ? numpy : column?.meaning?.time;
    this.least = BigInt(told.least ?? 0);
    const far = told.values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
    this.isFar =
      !isLog && !this.time && !Number.isSafeInteger(Number(this.least) + far) && told.least !== undefined;
    this.kind = told.texts ? "category" : this.isInSeconds ? "time" : "number";
    this.unit = this.kind === "number" ? (column?.meaning?.unit ?? numpy?.unit ?? "") : "";
    this.label = `${column?.label ?? "row"}${this.unit && ` (${this.unit})`}`;
  }

  private get isInSeconds(): boolean {
    // The axis of dates that is drawn has the days of JavaScript.
    return this.time !== undefined && !this.time.calendar && !Number.isNaN(secondsOf(0, this.time));
  }

  /** What is drawn at a place: seconds since 1970 of times, what packed numbers stand for. */
  drawn(place: number | null): number | null {
    if (place === null || this.kind === "category" || this.isFar) return place;
    const value = Number(this.least) + place;
    if (this.kind === "time" && this.time) return secondsOf(this.least, this.time) + this.lasting(place);
    const { factor = 1, offset = 0 } = this.column?.meaning ?? {};
    return this.time ? value : value * factor + offset;
  }

  /** The seconds between two times so far apart. */
  private lasting(place: number): number {
    return this.time ? secondsOf(place, { ...this.time, origin: 0 }) : place;
  }

  /** A place with all its digits, as in the cells. */
  exactly(place: number | null): string {
    const { column, told } = this;
    if (place === null) return "no value";
    if (told.texts) return told.texts[place] ?? "";
    const text = told.least === undefined ? digits(place, told.dtype) : String(this.least + BigInt(place));
    const numpy = counted(told.dtype);
    if (numpy) return exactly(BigInt(text), numpy);
    return column ? shown(text, column).text : text;
  }

  /** What stands at a tick. */
  tick(drawn: number): string {
    if (this.told.texts) return Number.isInteger(drawn) ? (this.told.texts[drawn] ?? "") : "";
    if (this.isFar) return Number.isInteger(drawn) ? String(this.least + BigInt(drawn)) : "";
    if (this.time && this.kind === "number") return words(drawn, this.time);
    return String(Number(drawn.toPrecision(12)));
  }

  /** Conditions that hold between two places that are drawn; none where the values have no such order. */
  between(from: number, to: number): Condition[] {
    const { column } = this;
    if (!column || this.kind === "category" || /^complex/.test(this.told.dtype)) return [];
    const ends: [string, number][] = [
      ["ge", from],
      ["le", to],
    ];
    const isTurned = !this.time && !this.isFar && (column.meaning?.factor ?? 1) < 0;
    return ends.map(([operation, drawn]) => ({
      column: column.name,
      operation: isTurned ? (operation === "le" ? "ge" : "le") : operation,
      value: this.stored(drawn, operation === "le"),
    }));
  }

  /** The text of a value, as the server compares it. */
  private stored(drawn: number, isLast: boolean): string {
    const whole = isLast ? Math.floor(drawn) : Math.ceil(drawn);
    if (this.isFar) return String(this.least + BigInt(whole));
    if (counted(this.told.dtype)) {
      if (this.kind === "number") return String(whole);
      return new Date(isLast ? Math.ceil(drawn * 1000) : Math.floor(drawn * 1000))
        .toISOString()
        .slice(0, -1);
    }
    if (this.kind === "time" && this.time)
      return String((drawn - (this.time.origin ?? 0)) / this.lasting(1));
    const { factor = 1, offset = 0 } = this.column?.meaning ?? {};
    return String((drawn - offset) / factor);
  }
}

/** Whether a column's axis can be logarithmic: one of numbers, which are no times or texts. */
export const hasLogarithm = (column: TableColumn | undefined): boolean =>
  !column ||
  (/^(numpy\.timedelta|timedelta|u?int|float|complex)/.test(column.dtype) && !column.meaning?.time);

/** Whether the values of a column have places along an axis. */
export const hasPlaces = ({ dtype }: TableColumn): boolean =>
  /^(bool|u?int|float|complex|datetime|timedelta|numpy\.|string|bytes|<U|>U|\|S|null_terminated|fixed_length)/.test(
    dtype,
  );

/** A float of 32 bits has no more digits than these. */
const digits = (value: number, dtype: string): string =>
  dtype === "float32" || dtype === "float16" ? String(Number(value.toPrecision(8))) : String(value);
