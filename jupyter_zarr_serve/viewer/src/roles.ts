// The role of each axis of an array in its image: which are the rows and columns, which has an index, which is projected.
//
// The server makes the image by them: see `views/ome/roles.py`.

/** An axis of an array, and its role: a letter of OME-Zarr, an index, or a projection. */
export interface SourceAxis {
  name: string | null;
  length: number;
  role: string;
}

const PROJECTIONS = ["max", "mean", "sum"];
const SLIDER = "slider"; // along t or z, whichever is free
const SLIDERS = ["z", "t"];
const MOST_CHANNELS = 32;
const LETTERS = 5;
const ROLE = "([tczyx]|max|mean|sum|\\d{1,19})";
const ROLES = new RegExp(`^${ROLE}(,${ROLE})+$`);

/** Whether a text in an address can be roles. */
export const areRoles = (text: string): boolean => ROLES.test(text);

/** What an array of more axes than OME-Zarr has is shown by at first; undefined for any other. */
export function rolesAtFirst(shape: number[]): string[] | undefined {
  if (shape.length <= LETTERS) return undefined;
  return shape.map((_, axis) => ["t", "z", "y", "x"][axis - shape.length + 4] ?? "0");
}

/** What may be chosen for an axis, and what it is called. */
export function choicesFor({ length }: SourceAxis): [string, string][] {
  const some: [string, string][] = [
    ["x", "x, across"],
    ["y", "y, down"],
    [SLIDER, "slider"],
    ["c", "channels"],
    ["index", "one index"],
  ];
  const kept = length > MOST_CHANNELS ? some.filter(([role]) => role !== "c") : some;
  return [...kept, ...PROJECTIONS.map((kind): [string, string] => [kind, kind])];
}

/** The choice that a role is. */
export const choiceOf = (role: string): string =>
  SLIDERS.includes(role) ? SLIDER : /^\d+$/.test(role) ? "index" : role;

/** The roles of all axes once another one is chosen for an axis, which changes places with the axis that had it. */
export function chosen(axes: SourceAxis[], axis: number, choice: string): string[] {
  const roles = axes.map(({ role }) => role);
  const before = roles[axis] ?? "0";
  const wanted =
    choice === SLIDER ? sliderFor(before, roles) : choice === "index" ? middle(axes[axis]) : choice;
  // All that are projected are so in one way.
  if (PROJECTIONS.includes(wanted))
    roles.forEach((role, other) => PROJECTIONS.includes(role) && (roles[other] = wanted));
  const owner = /[tczyx]/.test(wanted) && wanted.length === 1 ? roles.indexOf(wanted) : -1;
  roles[axis] = wanted;
  if (owner >= 0 && owner !== axis) roles[owner] = before;
  return filled(roles, axis);
}

/** The letter of a slider: that of the axis that becomes one of the plane instead, else one that no axis has. */
function sliderFor(before: string, roles: string[]): string {
  const taken = SLIDERS.filter((letter) => roles.includes(letter));
  const free = SLIDERS.find((letter) => !roles.includes(letter)) ?? "0";
  return /^[xy]$/.test(before) ? (taken[0] ?? free) : free;
}

const middle = (axis: SourceAxis | undefined): string => String(Math.floor((axis?.length ?? 1) / 2));

/** With rows and columns: where an axis has lost them, the last of the others that can have them. */
function filled(roles: string[], axis: number): string[] {
  for (const letter of ["x", "y"]) {
    if (roles.includes(letter)) continue;
    const free = roles.flatMap((role, other) => (other === axis || /^[xy]$/.test(role) ? [] : [other]));
    const sliders = free.filter((other) => SLIDERS.includes(roles[other] ?? ""));
    roles[sliders.at(-1) ?? free.at(-1) ?? axis] = letter;
  }
  return roles;
}
