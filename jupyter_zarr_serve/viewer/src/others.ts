// Other viewers: of the same origin they read as this page does; others get a link that opens this image only.

import { make, the } from "./dom";
import { fail } from "./notices";
import { quoted, Refused } from "./server";

const LIFE = "1d"; // of a link that is made here

/** What neuroglancer draws. */
const OF_NEUROGLANCER = /^(bool|u?int(16|32)|uint8|float(16|32)|complex64)$/;

/** How each viewer is told what to open. */
const ADDRESSES: Record<string, (viewer: string, source: string) => string> = {
  vizarr: (viewer, source) => `${viewer}?source=${encodeURIComponent(source)}`,
  neuroglancer: (viewer, source) => {
    const layers = [{ type: "image", name: "image", source: `zarr3://${source}` }];
    return `${viewer}#!${encodeURIComponent(JSON.stringify({ layers }))}`;
  },
};

/** A button for each viewer that can show the image. */
export function openers(scope: string, path: string, dtype: string): HTMLElement[] {
  const viewers = JSON.parse(document.body.dataset["viewers"] ?? "{}") as Record<string, string>;
  return Object.entries(viewers)
    .filter(([name]) => name !== "neuroglancer" || OF_NEUROGLANCER.test(dtype))
    .map(([name, url]) => opener(name, new URL(url, location.href), scope, path));
}

function opener(name: string, viewer: URL, scope: string, path: string): HTMLElement {
  const address = ADDRESSES[name] ?? ADDRESSES["vizarr"]!;
  const title = `Open in ${name}`;
  const image = `v3/ome/${quoted(path.replace(/^ome\//, ""))}`;
  const { xsrf, hub } = document.body.dataset;
  // Who came by a link shows that link; the token of Jupyter would open everything. A hub's server reads no cookie
  // of a page that does not send XSRF's token.
  if ((viewer.origin === location.origin && !hub) || !xsrf) {
    const href = address(viewer.href, new URL(scope + image, location.href).href.replace(/\/$/, ""));
    return make("a", { class: "button", href, target: "_blank", rel: "noopener noreferrer", title }, name);
  }
  const click = (): void => ask(name, viewer, path, (source) => address(viewer.href, source));
  return make("button", { type: "button", title, click }, name);
}

/** Say what will happen, and do it when told to. */
function ask(name: string, viewer: URL, path: string, address: (source: string) => string): void {
  const notice = make(
    "div",
    { class: "notice" },
    `${name} at ${viewer.host} will read this image, and nothing else, by a link that is good for a day.`,
  );
  const go = (): void => {
    notice.remove();
    const tab = window.open("", "_blank"); // now, as browsers let only clicks open tabs
    if (tab) tab.opener = null;
    link(path, viewer.origin)
      .then((url) => {
        if (tab) tab.location.href = address(url);
      })
      .catch((error: unknown) => {
        tab?.close();
        fail(error);
      });
  };
  notice.append(
    make("button", { type: "button", click: go }, "Open"),
    make("button", { type: "button", click: () => notice.remove() }, "Cancel"),
  );
  the("notices").append(notice);
}

/** The address of the image below a new share link. */
async function link(path: string, origin: string): Promise<string> {
  const { scope = "", xsrf = "" } = document.body.dataset;
  const response = await fetch(`${scope}api/shares`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-XSRFToken": xsrf },
    body: JSON.stringify({
      path: path.replace(/^ome\//, "").split("/"),
      expires: LIFE,
      origins: [origin],
      note: `opened at ${origin}`,
    }),
  });
  const told = (await response.json()) as { url?: string; message?: string };
  if (!response.ok || !told.url) throw new Refused(response.status, told.message ?? "no link was made");
  return `${told.url}v3/ome`;
}
