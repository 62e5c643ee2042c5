// One row of the panel's tree.

import { caretDownIcon, caretRightIcon } from "@jupyterlab/ui-components";
import { rowIcon } from "./icons.ts";
import { isNode } from "./items.ts";
import type { Row } from "./tree.ts";

interface RowGiven {
  readonly row: Row;
  readonly top: number;
  readonly isActive: boolean;
  readonly turn: () => void;
  readonly choose: () => void;
  readonly open: () => void;
  readonly drag: (data: DataTransfer) => void;
}

export function RowView({ row, top, isActive, turn, choose, open, drag }: RowGiven) {
  const Icon = rowIcon(row);
  const Caret = row.isExpanded ? caretDownIcon : caretRightIcon;
  const isData = isNode(row.path) && row.kind !== "note" && row.kind !== "section";
  const click = (): void => {
    choose();
    if (row.kind === "section" || row.at !== undefined) turn();
  };
  return (
    <div
      id={domId(row.id)}
      className={`jp-ZarrServe-row jp-mod-${row.kind}${isActive ? " jp-mod-selected" : ""}`}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.count}
      aria-selected={isActive}
      aria-expanded={row.isExpandable ? row.isExpanded : undefined}
      aria-busy={row.isLoading || undefined}
      title={[row.name, row.detail].filter(Boolean).join("\n")}
      data-zarr-path={isData ? row.path : undefined}
      data-zarr-link={row.kind === "link" ? row.path : undefined}
      style={{ top, paddingLeft: 4 + (row.level - 1) * 12 }}
      draggable={isData}
      onDragStart={(event) => drag(event.dataTransfer)}
      onClick={click}
      onContextMenu={choose}
      onDoubleClick={() => (row.isOpenable ? open() : row.kind === "section" || turn())}
    >
      <span className="jp-ZarrServe-caret" onClick={(event) => (event.stopPropagation(), choose(), turn())}>
        {row.isExpandable && <Caret.react tag="span" elementSize="normal" />}
      </span>
      {Icon && <Icon.react tag="span" elementSize="normal" className="jp-ZarrServe-icon" />}
      <span className="jp-ZarrServe-name">{row.name}</span>
      {row.detail && (
        <span className="jp-ZarrServe-detail">
          <span className="jp-ZarrServe-long">{row.detail}</span>
          <span className="jp-ZarrServe-brief">{row.brief ?? row.detail}</span>
        </span>
      )}
    </div>
  );
}

/** Open the context menu of a row, as the mouse would. */
export function openMenu(id: string | undefined): void {
  const row = id === undefined ? null : document.getElementById(domId(id));
  const { left, bottom } = row?.getBoundingClientRect() ?? new DOMRect();
  row?.dispatchEvent(
    new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: left + 24, clientY: bottom }),
  );
}

/** The id of a row in the document. */
export function domId(id: string): string {
  return `jp-ZarrServe-${encodeURIComponent(id)}`;
}
