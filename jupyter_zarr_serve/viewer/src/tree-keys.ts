// The keys of a tree: https://www.w3.org/WAI/ARIA/apg/patterns/treeview/

import { branches } from "./branch";

/** Move among the rows of a tree, open and close them, and choose one. */
export function walk(tree: HTMLElement, event: KeyboardEvent, choose: (path: string) => void): void {
  const rows = [...tree.querySelectorAll<HTMLElement>("[role=treeitem]")];
  const at = rows.indexOf(event.target as HTMLElement);
  const row = rows[at];
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const branch = branches.get(row);
  const go = (target: HTMLElement | undefined): void => {
    if (!target) return;
    row.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  };
  const above = row.parentElement?.parentElement?.previousElementSibling as HTMLElement | undefined;
  const actions: Record<string, () => void> = {
    ArrowDown: () => go(rows[at + 1]),
    ArrowUp: () => go(rows[at - 1]),
    Home: () => go(rows[0]),
    End: () => go(rows.at(-1)),
    ArrowRight: () => (branch?.isGroup && !branch.isOpen ? void branch.open() : go(rows[at + 1])),
    ArrowLeft: () => {
      if (branch?.isOpen) branch.close();
      else if (above?.matches("[role=treeitem]")) go(above);
    },
    " ": () => (branch ? choose(branch.path) : row.click()),
  };
  const act = actions[event.key];
  if (!act) return;
  event.preventDefault();
  // The picture's keys are others.
  event.stopPropagation();
  act();
}
