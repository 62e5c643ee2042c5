// What a path leads to, drawn by h5web: lines, heat maps, cells, records, single values.

import { App, DataProvider, useDataContext, type DataContextValue } from "@h5web/app";
import { createRoot, type Root } from "react-dom/client";
import { onScreen } from "../dom";
import { fail } from "../notices";
import { traffic } from "../server";
import { first } from "./hooks";
import type { Nodes } from "../nodes";
import { Provider } from "./provider";
import { beginView, write } from "./view";

export class Explorer {
  private readonly root: Root;
  private turn = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly nodes: Nodes,
    /** What to do when h5web's own links lead to another path. */
    private readonly follow: (path: string) => void,
  ) {
    this.root = createRoot(element);
    element.addEventListener("click", (event) => this.clicked(event), { capture: true });
    new MutationObserver(() => this.watch()).observe(element, {
      childList: true,
      subtree: true,
      attributeFilter: ["aria-valuenow", "data-at", "data-measured"],
    });
    addEventListener("copylink", write);
    traffic.listeners.add(() => this.watch());
  }

  private path = "";
  private hasFailed = false;
  private provider: Provider | undefined;
  private stores: DataContextValue | undefined;

  /** Show what is at a path: as a picture with its coordinates, or plainly in cells. */
  show(path: string, isPlain: boolean): void {
    this.path = path;
    beginView();
    first.form = isPlain ? "Matrix" : "";
    delete document.documentElement.dataset["drawn"];
    const again = (): void => this.show(path, isPlain);
    const failed = (error: unknown): void => {
      this.hasFailed = true;
      fail(error, again);
    };
    this.hasFailed = false;
    this.provider = new Provider(this.nodes, path, isPlain, failed);
    void this.provider.expect().catch(() => {}); // h5web asks again, and is told
    this.turn++;
    this.render(this.provider);
  }

  /** Show what there is now, values alone or all of it; until that is there, all stays. */
  async refresh(isWhole: boolean): Promise<void> {
    const { provider, stores } = this;
    if (!provider || !stores) return;
    this.hasFailed = false;
    await provider.renew(stores, isWhole);
    if (provider === this.provider) this.render(provider);
  }

  private render(api: Provider): void {
    const Keep = (): null => {
      this.stores = useDataContext();
      return null;
    };
    this.root.render(
      <DataProvider api={api}>
        <Keep />
        <App key={this.turn} initialPath={`/${this.path}`} sidebarOpen={false} disableDarkMode />
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
    const told = document.documentElement.dataset;
    const isDone = (): boolean =>
      Boolean(element.firstElementChild) &&
      !element.querySelector("[data-testid^='Loading'], [data-measured=false]") &&
      traffic.waiting === 0 &&
      areAt(element);
    if (!isDone()) {
      if (told["drawn"]) told["drawn"] = "old";
      return;
    }
    void onScreen().then(() => {
      if (isDone()) told["drawn"] = this.hasFailed ? "failed" : "fine";
    });
  }
}

/** Whether the slices are those of the sliders, which h5web follows some moments later. */
function areAt(element: HTMLElement): boolean {
  const mapper = element.querySelector<HTMLElement>(".dimensions");
  const sliders = [...(mapper?.querySelectorAll("[role=slider]") ?? [])];
  return sliders.map((slider) => slider.ariaValueNow).join() === (mapper?.dataset["at"] ?? "");
}
