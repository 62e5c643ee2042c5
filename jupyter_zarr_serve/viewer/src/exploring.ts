// The page while h5web draws: what is chosen in the tree is drawn in its place, and the address follows.

import { asked, viewOf, type Form } from "./address";
import { make, the } from "./dom";
import type { Explorer } from "./explorer/explorer";
import { showForms, showWay } from "./header";
import type { Change } from "../../shared/live";
import { isNumeric, isPlottable } from "./node";
import type { ArrayNode, GroupNode, Nodes } from "./nodes";
import { fail } from "./notices";

const MOST_LINE = 1e6; // elements that are read whole
const MOST_PLANE = 2 ** 24;

/** Whether an array has values that h5web could not get at once, and another form of the page can show. */
export const isTooLarge = (shape: number[]): boolean =>
  shape.length === 1
    ? (shape[0] ?? 0) > MOST_LINE
    : shape.slice(-2).reduce((a, b) => a * b, 1) > MOST_PLANE;

export class Exploring {
  private shown: string;

  private constructor(
    path: string,
    private readonly nodes: Nodes,
    private readonly explorer: Explorer,
    private readonly chosen: (path: string) => void,
  ) {
    this.shown = path;
    addEventListener("popstate", () => this.restore());
  }

  /** Load h5web and its style, and show a path. */
  static async begin(
    nodes: Nodes,
    path: string,
    form: Form,
    chosen: (path: string) => void,
  ): Promise<Exploring> {
    const stage = the("stage");
    stage.dataset["form"] = "explore";
    stage.removeAttribute("tabindex");
    stage.setAttribute("aria-label", "Contents of what is chosen");
    const element = make("div", { id: "explorer" });
    stage.prepend(element);
    const { Explorer } = await loadExplorer();
    let page: Exploring | undefined;
    const explorer = new Explorer(element, nodes, (other) => page?.choose(other));
    page = new Exploring(path, nodes, explorer, chosen);
    page.draw(path, form);
    return page;
  }

  /** Show another path; on a page of its own, if this one has no form for it. */
  choose(path: string): void {
    void this.nodes.get(path).then(
      (node) => {
        if (!isDrawnHere(node)) return location.assign(viewOf(path));
        const form = isPlane(node) ? "explore" : undefined;
        history.pushState(null, "", viewOf(path, form));
        this.draw(path, form ?? "explore");
      },
      (error: unknown) => fail(error, () => this.choose(path)),
    );
  }

  private draw(path: string, form: Form): void {
    showWay(this.nodes.scope, this.shown, path);
    this.shown = path;
    this.explorer.show(path, form === "values");
    this.chosen(path);
    void this.nodes.get(path).then(
      async (node) => {
        const along = node.kind === "array" ? await this.nodes.coordinatesOf(node) : [];
        this.describe(path, node, form, along.some(Boolean));
      },
      () => {},
    );
  }

  /** The forms of what is shown, and what it is. */
  private describe(path: string, node: ArrayNode | GroupNode, form: Form, hasAxes: boolean): void {
    if (path !== this.shown) return;
    const forms: Form[] = isPlane(node) ? ["image", "explore"] : ["explore"];
    // Beside its coordinates there is no room for cells; an array without any has them among its pictures.
    if (hasAxes || form === "values") forms.push("values");
    showForms(path, forms, form, (other) => {
      if (other === "image") return false;
      history.pushState(null, "", viewOf(path, other));
      this.draw(path, other);
      return true;
    });
    the("facts").textContent = factsOf(node);
  }

  /** Take a change of what is shown. */
  async take({ kind }: Change): Promise<void> {
    const path = this.shown;
    if (kind === "data") return this.explorer.refresh(false);
    this.nodes.forget();
    const node = await this.nodes.get(path);
    if (!isDrawnHere(node)) return location.reload();
    await this.explorer.refresh(true);
    if (path === this.shown) the("facts").textContent = factsOf(node);
  }

  private restore(): void {
    const { path, form } = asked();
    void this.nodes.get(path).then(
      (node) => {
        if (isDrawnHere(node) && (form ? form !== "image" : !isPlane(node)))
          this.draw(path, form ?? "explore");
        else location.reload();
      },
      () => location.reload(),
    );
  }
}

/** Whether the nodes' own form is h5web's, or can be. */
function isDrawnHere(node: ArrayNode | GroupNode): boolean {
  if (node.kind === "array")
    return (
      !isTooLarge(node.shape) &&
      (node.shape.length !== 1 || isPlottable(node.dtype.replace(/^date/, "numpy.date")))
    );
  return node.called !== "folder" && node.called !== "table" && node.called !== "image";
}

const isPlane = (node: ArrayNode | GroupNode): boolean =>
  node.kind === "array" && node.shape.length > 1 && isNumeric(node.dtype);

/** The shape and dtype of an array; the number of members of a group. */
function factsOf(node: ArrayNode | GroupNode): string {
  if (node.kind === "group") return `members: ${node.total.toLocaleString("en")}`;
  const { shape, dimension_names: names, dtype } = node;
  const axes = shape.map((length, axis) => `${names?.[axis] ?? ""} ${length.toLocaleString("en")}`.trim());
  return [axes.join(" × ") || "a single value", dtype].join(" · ");
}

/** The code of h5web and its style; begun by who knows already that they will be wanted. */
export async function loadExplorer(): Promise<typeof import("./explorer/explorer")> {
  const [code] = await Promise.all([import("./explorer/explorer"), (styling ??= loadStyle())]);
  return code;
}

let styling: Promise<void> | undefined;

/** The style is a file of its own, as pages with images need none of it. */
function loadStyle(): Promise<void> {
  const href = document.body.dataset["explorer"] ?? "";
  return new Promise((resolve, reject) => {
    const error = (): void => reject(new Error("The page's style cannot be loaded; reload the page."));
    document.head.append(make("link", { rel: "stylesheet", href, load: () => resolve(), error }));
  });
}
