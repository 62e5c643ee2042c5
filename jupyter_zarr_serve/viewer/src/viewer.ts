// The page of the viewer: finds out what its path leads to, and shows it.

import { inView, leaveToken, scopeOf } from "./address";
import { keepInPanel } from "./controls";
import { read } from "./link";
import { make, the } from "./dom";
import { isTable, otherForm, wantsLines } from "./forms";
import { below, chosenOf, memberSection } from "./members";
import { documentOf, type Document, type GroupDocument } from "./node";
import { fail, reopen, say, showTraffic } from "./notices";
import { Picture } from "./picture";
import { openPyramid } from "./pyramid";
import { openers } from "./others";
import { putOff, quoted } from "./server";
import { subjectOf } from "./subject";
import { followTheme } from "./theme";

/** Draw what a path leads to, or say what there is to choose from. */
async function show(scope: string, path: string): Promise<void> {
  const document = await documentOf(scope, path);
  putOff.resumed = () => void compare(scope, path, document);
  const failure = await draw(scope, path, document);
  if (!failure) return;
  if (document.node_type !== "group") throw failure;
  const [name, chosen] = chosenOf(document) ?? [];
  const members = await memberSection(scope, path, document, name);
  if (!members) throw new Error("There is nothing in this group.");
  if (name && chosen) {
    keepInPanel(members);
    the("facts").before(make("strong", {}, name));
    const unseen = await draw(scope, below(path, name), chosen, false);
    if (unseen) throw unseen;
  } else {
    the("notices").append(make("div", { class: "notice" }, members));
  }
}

/** Open the page anew if what it shows has become another thing, as after a kernel's restart. */
async function compare(scope: string, path: string, seen: Document): Promise<void> {
  putOff.resumed = () => {};
  const now = await documentOf(scope, path).catch(() => undefined);
  if (now && JSON.stringify(now) !== JSON.stringify(seen)) return reopen();
  putOff.resumed = () => void compare(scope, path, seen);
}

/** Draw a node; what hinders it, if it cannot be drawn. */
async function draw(
  scope: string,
  path: string,
  document: Document,
  isOfPage = true,
): Promise<Error | undefined> {
  const isOfRows = await isTable(scope, path, document);
  if (isOfRows && !wantsLines()) return showRows(scope, path, document);
  const image = inView(path);
  const isFlat = document.node_type === "array" && document.shape.length < 2;
  const viewed = isFlat ? undefined : await documentOf(scope, image).catch((error: unknown) => error);
  if (isImage(viewed)) {
    const pyramid = await openPyramid(`${scope}v3/${quoted(image)}`, viewed, read(location.hash).turn);
    if (isOfPage) the("actions").prepend(...openers());
    await new Picture(pyramid).show();
    return undefined;
  }
  const subject = await subjectOf(scope, path, document);
  if (!subject) return viewed instanceof Error ? viewed : new Error("There is nothing to draw here.");
  if (isOfRows) the("actions").prepend(otherForm(true));
  const { Plot } = await import("./plot");
  await new Plot(subject).show();
  return undefined;
}

async function showRows(scope: string, path: string, document: Document): Promise<undefined> {
  if (await subjectOf(scope, path, document)) the("actions").prepend(otherForm(false));
  const { showTable } = await import("./table");
  await showTable(the("stage"), scope, path);
}

const isImage = (document: unknown): document is GroupDocument =>
  Boolean((document as GroupDocument | undefined)?.attributes?.ome?.multiscales);

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
