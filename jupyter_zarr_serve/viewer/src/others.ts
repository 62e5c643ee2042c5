// Other viewers: those that read with the rights of this page are told of its image, all others are led to by the
// server, which asks before it makes a link.

import { make } from "./dom";

/** A button, as the server tells of it; see `handlers/viewers.py`. */
interface Other {
  label: string;
  url: string;
  note: string;
  /** The address of the viewer with `{source}` for that of the image; "" where a link has to be made. */
  template: string;
  source: string;
}

export function openers(): HTMLElement[] {
  const others = JSON.parse(document.body.dataset["others"] ?? "[]") as Other[];
  return others.map((other) => {
    const { label, note } = other;
    const name = label.split(" ").at(-1) ?? label;
    const title = note ? `${label}. ${note}.` : label;
    const rel = "noopener noreferrer";
    return make("a", { class: "button", href: address(other), target: "_blank", rel, title }, name);
  });
}

/** Made here, as a proxy may have changed what the server thinks is its address. */
function address({ template, source, url }: Other): string {
  const image = new URL(source, location.href).href;
  return template ? template.replace("{source}", encodeURIComponent(image)) : url;
}
