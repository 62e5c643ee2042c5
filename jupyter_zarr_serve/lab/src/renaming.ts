// Tabs of what is in a notebook, a folder or a file go on when that gets another name.

import type { Session, ServiceManager } from "@jupyterlab/services";
import { FILES, localOf, movedPage, movedPath } from "./places.ts";
import type { Tabs } from "./tabs.ts";

const PATIENCE = 5000; // milliseconds, for a kernel to be known by the new name of its notebook

/** Keep tabs with what they show. */
export function followRenames({ contents, sessions }: ServiceManager.IManager, tabs: Tabs): void {
  contents.fileChanged.connect((_, { type, oldValue, newValue }) => {
    const [before, after] = [localOf(oldValue?.path), localOf(newValue?.path)];
    if (type !== "rename" || !before || !after) return;
    move(tabs, `${FILES}/${before}`, `${FILES}/${after}`);
    const notebook = [`notebooks/${before}`, `notebooks/${after}`] as const;
    if (tabs.below(notebook[0]).length) void renamed(sessions, after).then(() => move(tabs, ...notebook));
  });
}

function move(tabs: Tabs, before: string, after: string): void {
  for (const tab of tabs.below(before)) {
    const path = movedPath(tab.content.path, before, after);
    tabs.name(tab, path);
    tab.content.go(movedPage(tab.content.at, before, after));
    void tabs.tracker.save(tab);
  }
}

/** Until Jupyter knows the kernel of a notebook by its new name. */
async function renamed(sessions: Session.IManager, path: string): Promise<void> {
  const isThere = (): boolean => [...sessions.running()].some((session) => localOf(session.path) === path);
  if (isThere()) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      sessions.runningChanged.disconnect(check);
      clearTimeout(timer);
      resolve();
    };
    const check = (): void => void (isThere() && end());
    const timer = setTimeout(end, PATIENCE);
    sessions.runningChanged.connect(check);
  });
}
