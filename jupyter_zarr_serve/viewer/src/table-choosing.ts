// The part of a column's menu that sorts the rows and chooses among them by its values.

import { button, row } from "./controls";
import { make } from "./dom";
import { isWithoutValue, OPERATIONS, type Query } from "./table-query";
import type { TableColumn } from "./table-source";

/** Buttons and fields; `ask` gets the query that follows. */
export function choosing(column: TableColumn, query: Query, ask: (query: Query) => void): HTMLElement[] {
  const { name: by, dtype } = column;
  const sorted = query.sort?.column === by ? query.sort : undefined;
  const order = (label: string, title: string, isFalling: boolean): HTMLElement => {
    const isOn = sorted?.isFalling === isFalling;
    const made = button(label, title, () =>
      ask({ ...query, sort: isOn ? undefined : { column: by, isFalling } }),
    );
    made.setAttribute("aria-pressed", String(isOn));
    return made;
  };
  const orders = row(
    order("▲ Sort", "Sort from the least value up", false),
    order("▼ Sort", "Sort from the greatest value down", true),
  );
  const value = make("input", { type: "text", class: "grow", "aria-label": "Value" });
  const change = (): void => {
    value.hidden = isWithoutValue(operation.value);
  };
  const options = OPERATIONS.map(([name, sign]) => make("option", { value: name }, sign));
  const operation = make("select", { "aria-label": "Condition", change }, ...options);
  operation.value = /^(string|bytes|<U|\|S)/.test(dtype) ? "has" : "eq";
  const submit = (event: Event): void => {
    event.preventDefault();
    const condition = { column: by, operation: operation.value, value: value.value.trim() };
    ask({ ...query, where: [...query.where, condition] });
  };
  const show = make("button", { type: "submit" }, "Show");
  const form = make("form", { class: "row table-where", submit }, operation, value, show);
  return [orders, form];
}
