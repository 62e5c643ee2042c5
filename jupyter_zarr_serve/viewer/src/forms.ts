// The forms in which a table can be shown: its rows, or its columns as lines. The address says which.

import { isNamedTable } from "./ahead";
import { make } from "./dom";
import { arraysOf, dtypeOf, isPlottable, membersOf, type Document } from "./node";
import { loadJson, quoted } from "./server";
import { queryRead } from "./table-query";

const LINES = "form=lines";

/** Whether the address wants lines; those of a view of lines do, too. */
export const wantsLines = (): boolean => /(^|[#&])(form=lines|start=\d|column=)/.test(location.hash);

/** Whether a node is a table: what the server calls so, or an array of one axis whose values are no numbers. */
export async function isTable(scope: string, path: string, document: Document): Promise<boolean> {
  if (document.node_type === "array") return document.shape.length === 1 && !isPlottable(dtypeOf(document));
  const lengths = new Set(arraysOf(document).map(([, { shape }]) => shape.join()));
  const isOfArrays = membersOf(document).every(([, member]) => member.node_type === "array");
  if (lengths.size !== 1 || !isOfArrays) return false;
  const url = `${scope}api/node/${quoted(path)}?limit=1`;
  if (isNamedTable() && !wantsLines())
    import("./table-source").then(
      (source) => source.expectTable(scope, path, document, queryRead(location.hash)),
      () => {},
    );
  const told = await loadJson<{ called?: string; previews?: { rows?: unknown } }>(url);
  return told?.called === "table" && Boolean(told.previews?.rows);
}

/** What leads to the other form. */
export function otherForm(isOfLines: boolean): HTMLElement {
  const click = (): void => {
    history.replaceState(null, "", `${location.pathname}${location.search}${isOfLines ? "" : `#${LINES}`}`);
    location.reload();
  };
  const [label, title] = isOfLines ? ["Table", "Show the rows"] : ["Lines", "Show columns as lines"];
  return make("button", { type: "button", id: "other-form", title, click }, label);
}
