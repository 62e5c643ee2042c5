// What a path leads to, drawn by h5web: lines, heat maps, cells, records, single values.

import { App, DataProvider } from "@h5web/app";
import { Notation } from "@h5web/lib";
import { createRoot, type Root } from "react-dom/client";
import { fail } from "../notices";
import { traffic } from "../server";
import { first } from "./hooks";
import type { Nodes } from "../nodes";
import { Provider } from "./provider";

export class Explorer {
  private readonly root: Root;
  private turn = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly nodes: Nodes,
    /** What to do when h5web's own links lead to another path. */
    private readonly follow: (path: string) => void,
  ) {
    preferExactNumbers();
    this.root = createRoot(element);
    element.addEventListener("click", (event) => this.clicked(event), { capture: true });
    new MutationObserver(() => this.watch()).observe(element, { childList: true, subtree: true });
    traffic.listeners.add(() => this.watch());
  }

  private path = "";

  /** Show what is at a path: as a picture with its coordinates, or plainly in cells. */
  show(path: string, isPlain: boolean): void {
    this.path = path;
    first.form = isPlain ? "Matrix" : "";
    delete document.documentElement.dataset["drawn"];
    const again = (): void => this.show(path, isPlain);
    const api = new Provider(this.nodes, path, isPlain, (error) => fail(error, again));
    this.root.render(
      <DataProvider api={api}>
        <App key={++this.turn} initialPath={`/${path}`} sidebarOpen={false} disableDarkMode />
      </DataProvider>,
    );
  }

  /** Links among attributes, "Inspect signal", choose another path. */
  private clicked(event: MouseEvent): void {
    const button = (event.target as Element).closest("button[aria-label^='Inspect ']");
    const name = button?.getAttribute("aria-label")?.slice("Inspect ".length);
    if (!name) return;
    event.stopPropagation();
    this.follow(name.startsWith("/") ? name.slice(1) : `${this.path}/${name}`);
  }

  /** Say to programs that look on when all that is to be seen is there. */
  private watch(): void {
    const { element } = this;
    // The arrow keys scroll what has the focus.
    for (const grid of element.querySelectorAll<HTMLElement>("[role=grid]:not([tabindex])"))
      grid.tabIndex = 0;
    const isDone = (): boolean =>
      Boolean(element.firstElementChild) &&
      !element.querySelector("[data-testid^='Loading']") &&
      traffic.waiting === 0;
    if (!isDone()) return;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (isDone()) document.documentElement.dataset["drawn"] = "fine";
      }),
    );
  }
}

/** h5web writes all cells as 1.234e+5 at first, which hides digits; who chose a way has it. */
function preferExactNumbers(): void {
  const key = "h5web:matrix";
  try {
    if (!localStorage.getItem(key))
      localStorage.setItem(key, JSON.stringify({ state: { notation: Notation.Exact }, version: 4 }));
  } catch {
    // A frame that may keep nothing begins as h5web does.
  }
}
