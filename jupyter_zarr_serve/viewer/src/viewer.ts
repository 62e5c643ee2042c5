// The page of the viewer: finds out what its path leads to, and shows it.

import { inView, leaveToken, scopeOf } from "./address";
import { make, the } from "./dom";
import { documentOf, type GroupDocument } from "./node";
import { fail, say, showTraffic } from "./notices";
import { Picture } from "./picture";
import { openPyramid } from "./pyramid";
import { openers } from "./others";
import { quoted, Refused } from "./server";
import { subjectOf } from "./subject";
import { followTheme } from "./theme";

async function show(scope: string, path: string): Promise<void> {
  const image = inView(path);
  const document = await documentOf(scope, path);
  const isFlat = document.node_type === "array" && document.shape.length < 2;
  const viewed = isFlat ? undefined : await documentOf(scope, image).catch((error: unknown) => error);
  if (isImage(viewed)) {
    const pyramid = await openPyramid(`${scope}v3/${quoted(image)}`, viewed);
    the("actions").prepend(...openers());
    return new Picture(pyramid).show();
  }
  const subject = await subjectOf(scope, path, document);
  if (subject) {
    const { Plot } = await import("./plot");
    return new Plot(subject).show();
  }
  if (document.node_type === "group") return offer(scope, path, document);
  throw viewed instanceof Refused ? viewed : new Error("There is nothing to draw here.");
}

const isImage = (document: unknown): document is GroupDocument =>
  Boolean((document as GroupDocument | undefined)?.attributes?.ome?.multiscales);

/** The members of a group, to choose from. */
function offer(scope: string, path: string, group: GroupDocument): void {
  const names = Object.keys(group.consolidated_metadata?.metadata ?? {});
  const links = names.map((name) => {
    const href = `${scope}view?path=${encodeURIComponent(path ? `${path}/${name}` : name)}`;
    return make("li", {}, make("a", { href }, name));
  });
  const more = make("a", { href: `${scope}v3/${path ? `${quoted(path)}/` : ""}` }, "Browse the group");
  const list = links.length
    ? ["This is a group. Look at a member:", make("ul", {}, ...links)]
    : ["This is a group. ", more];
  the("notices").append(make("div", { class: "notice" }, make("div", {}, ...list)));
}

function copyButton(): HTMLElement {
  const click = async (): Promise<void> => {
    await navigator.clipboard.writeText(location.href);
    say("The link of this view is copied.");
  };
  return make(
    "button",
    { type: "button", title: "Copy the link of this view", click: () => void click() },
    "Copy link",
  );
}

leaveToken();
followTheme();
showTraffic();
the("actions").append(copyButton());
const { scope = "./", path = "" } = document.body.dataset;
const start = (): void => void show(scopeOf(scope), path).catch((error: unknown) => fail(error, start));
start();
