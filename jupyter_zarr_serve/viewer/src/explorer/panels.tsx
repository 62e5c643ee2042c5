// In the place of `react-resizable-panels`, by which h5web puts its tree beside its charts; see build.mjs.
//
// The tree of this page is another one (src/tree.ts), for four reasons. It stands beside images and tables, too, without
// React. It tells of large groups a part at a time. It opens no file of a folder to find out whether there is a badge to
// draw. And it tells the page what is chosen, so that the address can. h5web's charts have no least width here, either.

import { useRef, type PropsWithChildren, type RefObject } from "react";

type Props = PropsWithChildren<{ id?: string; className?: string }>;

export const Group = ({ className = "", children }: Props): JSX.Element => (
  <div className={`${className} h5web`} data-fullscreen-root>
    {children}
  </div>
);

export const Panel = ({ id, className, children }: Props): JSX.Element | null =>
  id === "h5w-sidebar" ? null : <div className={className}>{children}</div>;

export const Separator = (): null => null;

export const useDefaultLayout = (): object => ({});

export const usePanelRef = (): RefObject<null> => useRef(null);
