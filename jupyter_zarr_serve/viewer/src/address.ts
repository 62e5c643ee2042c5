// The address of the page: what in it leads to data, and what must not stay in it.

const VIEWS = ["ome", "drawn"]; // in which every image is a group of levels

/** The path of an image in a view; below a link it may be the root itself.
 *
 * With roles for the axes of its array, the image is made by them.
 */
export function inView(path: string, roles = ""): string {
  if (roles) return path ? `ome;${roles}/${path}` : `ome;${roles}`;
  if (VIEWS.some((view) => path === view || path.startsWith(`${view}/`))) return path;
  return path ? `ome/${path}` : "ome";
}

/** The absolute address of the scope; the page knows it relative, as a proxy may have put a prefix before it. */
export const scopeOf = (root: string): string => new URL(root, location.href).href;

/** Take a token out of the address, where the server could not; links and the history must not hold it. */
export function leaveToken(): void {
  const here = new URL(location.href);
  if (!here.searchParams.has("token")) return;
  here.searchParams.delete("token");
  history.replaceState(history.state, "", here);
}

/** How a path may be shown, where it can be shown in more than one way. */
export type Form = "explore" | "values" | "image";

/** The address, below the scope, of a view. */
export const viewOf = (path: string, form?: Form): string =>
  `view?path=${encodeURIComponent(path)}${form ? `&form=${form}` : ""}`;

/** The path and the form that the address of the page asks for. */
export function asked(): { path: string; form: Form | undefined } {
  const query = new URLSearchParams(location.search);
  const form = query.get("form");
  return {
    path: (query.get("path") ?? "").replace(/^\/+|\/+$/g, ""),
    form: form === "explore" || form === "values" || form === "image" ? form : undefined,
  };
}
