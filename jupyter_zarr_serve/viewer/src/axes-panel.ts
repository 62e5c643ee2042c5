// The controls of the axes of an array: which role each of them has in the image.

import { row, section } from "./controls";
import { make } from "./dom";
import { choiceOf, choicesFor, chosen, type SourceAxis } from "./roles";

/** A choice for each axis; `take` gets the roles of all once one has changed. */
export function rolesSection(axes: SourceAxis[], take: (roles: string[]) => void): HTMLElement[] {
  if (axes.length < 3) return [];
  const rows = axes.map((axis, i) => {
    const id = `role-${i}`;
    const choose = (event: Event): void => take(chosen(axes, i, (event.target as HTMLSelectElement).value));
    const options = choicesFor(axis).map(([value, text]) => make("option", { value }, text));
    const select = make("select", { id, change: choose }, ...options);
    select.value = choiceOf(axis.role);
    const size = make("small", {}, String(axis.length));
    const label = make("label", { for: id, class: "grow" }, nameOf(axis, i), " ", size);
    const index = select.value === "index" ? [indexField(axes, i, take)] : [];
    return make("div", {}, row(label, select), ...index);
  });
  const made = section("Dimensions", ...rows);
  made.id = "dimensions";
  return [made];
}

/** The field of an index of an axis. */
function indexField(axes: SourceAxis[], i: number, take: (roles: string[]) => void): HTMLElement {
  const axis = axes[i] as SourceAxis;
  const last = axis.length - 1;
  const set = (event: Event): void => {
    const index = Math.round(Number((event.target as HTMLInputElement).value));
    if (!Number.isFinite(index)) return;
    const within = String(Math.min(Math.max(index, 0), last));
    take(axes.map(({ role }, other) => (other === i ? within : role)));
  };
  const name = `Index along ${nameOf(axis, i)}`;
  const field = { type: "number", min: 0, max: last, value: axis.role, "aria-label": name, title: name };
  return row(make("input", { ...field, change: set }), make("small", {}, `of 0 to ${last}`));
}

const nameOf = ({ name }: SourceAxis, i: number): string => name ?? `axis ${i}`;
