// A plate of wells, or the images of a well, as a grid of small pictures; see https://ngff.openmicroscopy.org/0.5/#hcs-layout

import { viewOf } from "./address";
import { below } from "./description";
import { make, the } from "./dom";
import { documentOf, type Document, type GroupDocument } from "./node";
import { load, quoted } from "./server";
import type { Take } from "./takes";

interface Named {
  name: string;
}

/** The metadata of a plate or a well, as far as they are used. */
interface Hcs {
  plate?: { rows?: Named[]; columns?: Named[]; wells?: { path: string }[] };
  well?: { images: { path: string }[] };
  multiscales?: { datasets: { path: string }[] }[];
}

const hcsOf = ({ attributes }: Document): Hcs => (attributes?.["ome"] ?? attributes ?? {}) as Hcs;

/** Show a plate or a well; what comes back takes changes of it. */
export async function showPlate(scope: string, path: string, document: GroupDocument): Promise<Take> {
  const grid = make("div", { id: "plate" });
  const stage = the("stage");
  stage.removeAttribute("tabindex");
  stage.prepend(grid);
  let shown = new Grid(scope, path, document, grid);
  return async ({ kind }) => {
    if (kind === "data") return shown.refill();
    const now = (await documentOf(scope, path)) as GroupDocument;
    if (shown.isLike(now)) return shown.refill();
    shown.end();
    shown = new Grid(scope, path, now, grid);
  };
}

/** The table of a plate or a well as it is described at a time. */
class Grid {
  private readonly cells: HTMLElement[];
  private readonly filled = new Set<HTMLElement>();
  private readonly observer: IntersectionObserver;

  constructor(
    private readonly scope: string,
    private readonly path: string,
    private readonly document: GroupDocument,
    element: HTMLElement,
  ) {
    const { plate, well } = hcsOf(document);
    const table = plate ? ofPlate(plate) : ofWell(well?.images ?? []);
    element.replaceChildren(table);
    the("stage").setAttribute("aria-label", plate ? "Wells" : "Images of the well");
    this.cells = [...table.querySelectorAll<HTMLElement>("td[data-path]")];
    the("facts").textContent = `${plate ? "wells" : "images"}: ${this.cells.length}`;
    this.observer = new IntersectionObserver((seen) => this.see(seen), {
      root: element,
      rootMargin: "200px",
    });
    for (const cell of this.cells) this.observer.observe(cell);
  }

  end(): void {
    this.observer.disconnect();
  }

  isLike(document: GroupDocument): boolean {
    return JSON.stringify(hcsOf(document)) === JSON.stringify(hcsOf(this.document));
  }

  /** Read all pictures again, and exchange them at once. */
  async refill(): Promise<void> {
    const cells = [...this.filled];
    const contents = await Promise.all(cells.map((cell) => this.contentOf(cell)));
    cells.forEach((cell, i) => replace(cell, contents[i]));
  }

  private see(seen: IntersectionObserverEntry[]): void {
    const near = seen
      .filter(({ isIntersecting }) => isIntersecting)
      .map(({ target }) => target as HTMLElement);
    const fills = near.filter((cell) => !this.filled.has(cell)).map((cell) => this.fill(cell));
    void Promise.all(fills).then(() => (window.document.documentElement.dataset["drawn"] = "fine"));
  }

  private async fill(cell: HTMLElement): Promise<void> {
    this.filled.add(cell);
    replace(cell, await this.contentOf(cell));
  }

  /** The picture of a well, or of an image, as a link to it; or the reason why there is none. */
  private async contentOf({
    dataset: { path: inside = "", name = "" },
  }: HTMLElement): Promise<HTMLElement> {
    const { scope, path } = this;
    try {
      const known = this.document.consolidated_metadata?.metadata ?? {};
      const at = async (place: string): Promise<Document> =>
        known[place] ?? documentOf(scope, below(path, place));
      const first = hcsOf(await at(inside));
      const field = first.well?.images[0]?.path;
      const image = field === undefined ? inside : below(inside, field);
      const { multiscales } = field === undefined ? first : hcsOf(await at(image));
      const level = multiscales?.[0]?.datasets.at(-1)?.path;
      if (level === undefined) throw new Error(`${below(path, image)} is no image`);
      const href = viewOf(below(path, image));
      const url = `${scope}api/preview/${quoted(below(below(path, image), level))}?form=image`;
      return make("a", { href, title: name }, await pictureAt(url, name));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return make("span", { title: message }, `${name}: no picture`);
    }
  }
}

/** A picture, once it can be drawn; what the browser has of it is asked for anew. */
async function pictureAt(url: string, alt: string): Promise<HTMLImageElement> {
  const body = await load(url, { cache: "no-cache" });
  if (!body) throw new Error(`${alt} is not there`);
  const picture = make("img", { alt, src: URL.createObjectURL(new Blob([body as BlobPart])) });
  await picture.decode();
  return picture;
}

/** Show another content of a cell. */
function replace(cell: HTMLElement, content: HTMLElement | undefined): void {
  const before = cell.querySelector("img")?.src;
  cell.replaceChildren(...(content ? [content] : []));
  if (before) URL.revokeObjectURL(before);
}

function ofPlate({ rows = [], columns = [], wells = [] }: NonNullable<Hcs["plate"]>): HTMLTableElement {
  const paths = new Set(wells.map(({ path }) => path));
  const head = columns.map(({ name }) => make("th", { scope: "col" }, String(name)));
  const lines = rows.map((row) => {
    const cells = columns.map((column) => {
      const well = `${row.name}/${column.name}`;
      return paths.has(well) ? cellOf(well, `${row.name}${column.name}`) : make("td");
    });
    return make("tr", {}, make("th", { scope: "row" }, String(row.name)), ...cells);
  });
  return make(
    "table",
    {},
    make("thead", {}, make("tr", {}, make("td"), ...head)),
    make("tbody", {}, ...lines),
  );
}

const ofWell = (images: { path: string }[]): HTMLTableElement =>
  make("table", {}, make("tbody", {}, make("tr", {}, ...images.map(({ path }) => cellOf(path, path)))));

const cellOf = (path: string, name: string): HTMLElement =>
  make("td", { "data-path": path, "data-name": name });
