// The bar above: the way to what is shown, the forms in which it can be shown, and the tree's switch.

import { viewOf, type Form } from "./address";
import { nameOf } from "./description";
import { make, the } from "./dom";
import { quoted } from "./server";

const LABELS: Record<Form, [string, string]> = {
  image: ["Image", "Large images and channels, at any zoom"],
  explore: ["Explore", "Lines and heat maps along their coordinates"],
  values: ["Values", "All digits, in cells"],
};

/** Links to the forms of a path; `take` shows those that need no other page. */
export function showForms(path: string, forms: Form[], current: Form, take: (form: Form) => boolean): void {
  document.getElementById("forms")?.remove();
  if (forms.length < 2) return;
  const links = forms.map((form) => {
    const [label, title] = LABELS[form];
    const click = (event: Event): void => {
      const { ctrlKey, metaKey, shiftKey } = event as MouseEvent;
      if (!ctrlKey && !metaKey && !shiftKey && take(form)) event.preventDefault();
    };
    const isCurrent = form === current && { "aria-current": "true" };
    return make(
      "a",
      { class: "button", href: viewOf(path, form), title, click, ...(isCurrent || {}) },
      label,
    );
  });
  the("actions").prepend(make("nav", { id: "forms", "aria-label": "Forms" }, ...links)); // h5web's bar takes it
}

/** Say in the crumbs and in the title what is shown; the crumbs of the server stay as far as they hold. */
export function showWay(scope: string, from: string, path: string): void {
  const list = document.querySelector("#bar ol");
  if (!list || from === path) return;
  const [before, names] = [from ? from.split("/") : [], path ? path.split("/") : []];
  let same = 0;
  while (same < names.length && names[same] === before[same]) same++;
  // The first crumb is the root's. A long way has gaps, which are no names: it is written anew.
  const isWhole = list.children.length === before.length + 1;
  while (list.children.length > (isWhole ? same : 0) + 1) list.lastElementChild?.remove();
  for (let at = isWhole ? same : 0; at < names.length; at++) {
    const url = `${scope}v3/${quoted(names.slice(0, at + 1).join("/"))}/`;
    list.append(make("li", {}, make("a", { href: url }, names[at] ?? "")));
  }
  for (const crumb of list.children) crumb.removeAttribute("aria-current");
  list.lastElementChild?.setAttribute("aria-current", "page");
  document.title = nameOf(path) || document.title;
  const heading = document.querySelector("#bar h1");
  if (heading) heading.textContent = document.title;
}

/** The switch of the tree, which is there at first where `isOpen`; `grow` fills it whenever it comes to be seen. */
export function treeSwitch(isOpen: boolean, grow: () => void): HTMLElement {
  const tree = the("tree");
  const show = (isShown: boolean): void => {
    tree.hidden = !isShown;
    button.setAttribute("aria-expanded", String(isShown));
    if (isShown) grow();
  };
  const click = (): void => show(tree.hidden);
  const title = "What lies around this";
  const button = make(
    "button",
    { type: "button", id: "contents", title, "aria-controls": "tree", click },
    "Contents",
  );
  show(isOpen);
  return button;
}
