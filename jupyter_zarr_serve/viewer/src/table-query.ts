// Which rows of a table are shown, and in which order: as the server is asked, as the address says, and in words.

export interface Condition {
  column: string;
  operation: string;
  value: string;
}

export interface Query {
  /** The column that the rows are sorted by; undefined for the order that they have. */
  sort: { column: string; isFalling: boolean } | undefined;
  /** All of them hold. */
  where: Condition[];
  /** A text that one of the columns has. */
  find: string;
}

export const EVERYTHING: Query = { sort: undefined, where: [], find: "" };

/** What a value can be asked, and how people write it. */
export const OPERATIONS: [string, string][] = [
  ["eq", "="],
  ["ne", "≠"],
  ["lt", "<"],
  ["le", "≤"],
  ["gt", ">"],
  ["ge", "≥"],
  ["has", "contains"],
  ["null", "is missing"],
  ["notnull", "is not missing"],
];

export const isWithoutValue = (operation: string): boolean => operation.endsWith("null");

/** A name as it stands in a list, or before a colon. */
export const quotedName = (name: string): string =>
  !name || /[",:\s]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;

/** The options of a request. */
export function optionsOf({ sort, where, find }: Query): [string, string][] {
  const sorted: [string, string][] = sort
    ? [["sort", quotedName((sort.isFalling ? "-" : "") + sort.column)]]
    : [];
  const chosen = where.map(({ column, operation, value }): [string, string] => {
    const end = isWithoutValue(operation) ? "" : `:${value}`;
    return ["where", `${quotedName(column)}:${operation}${end}`];
  });
  return [...sorted, ...chosen, ...(find ? [["find", find] as [string, string]] : [])];
}

/** A condition in words. */
export function wordsOf({ operation, value }: Condition, label: string): string {
  const sign = OPERATIONS.find(([name]) => name === operation)?.[1] ?? operation;
  return [label, sign, value].filter(Boolean).join(" ");
}

/** What to write behind the `#`. */
export function queryWritten(query: Query): string {
  const { sort, where, find } = query;
  const parts = new URLSearchParams();
  if (sort) parts.set(sort.isFalling ? "falling" : "rising", sort.column);
  for (const condition of where)
    parts.append("where", JSON.stringify([condition.column, condition.operation, condition.value]));
  if (find) parts.set("find", find);
  return parts.toString();
}

/** The query of an address, as far as it can be understood. */
export function queryRead(hash: string): Query {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const [rising, falling] = [parts.get("rising"), parts.get("falling")];
  const column = rising ?? falling;
  return {
    sort: column === null ? undefined : { column, isFalling: rising === null },
    where: parts.getAll("where").flatMap(conditionRead),
    find: parts.get("find") ?? "",
  };
}

function conditionRead(text: string): Condition[] {
  try {
    const [column, operation, value] = JSON.parse(text) as unknown[];
    const isKnown = OPERATIONS.some(([name]) => name === operation);
    return isKnown ? [{ column: String(column), operation: String(operation), value: String(value) }] : [];
  } catch {
    return [];
  }
}

/** Put what is shown behind the `#` of the address. */
export function toAddress(...parts: string[]): void {
  const hash = parts.filter(Boolean).join("&");
  history.replaceState(null, "", `${location.pathname}${location.search}${hash && `#${hash}`}`);
}
