// The page of the viewer: finds out what its path leads to, and shows it in the form that suits it.

import { asked, inView, leaveToken, scopeOf, viewOf, type Form } from "./address";
import { make, the } from "./dom";
import { Exploring, isTooLarge, loadExplorer } from "./exploring";
import { isTable, otherForm, wantsLines } from "./forms";
import { showForms, treeSwitch } from "./header";
import { read } from "./link";
import { memberSection } from "./members";
import {
  documentOf,
  dtypeOf,
  isNumeric,
  type ArrayDocument,
  type Document,
  type GroupDocument,
} from "./node";
import { Nodes } from "./nodes";
import { fail, reopen, say, showTraffic } from "./notices";
import { openers } from "./others";
import { Picture } from "./picture";
import { openPyramid } from "./pyramid";
import { putOff, quoted } from "./server";
import { subjectOf } from "./subject";
import { followTheme } from "./theme";
import type { Tree } from "./tree";

const NARROW = 700; // pixels, in which the tree has no room beside what it leads to

/** Show what a path leads to. */
async function show(nodes: Nodes, path: string): Promise<void> {
  const { scope } = nodes;
  const { form } = asked();
  if (form === "explore" || form === "values") return explore(nodes, path, form);
  const document = await documentOf(scope, path);
  putOff.resumed = () => void compare(scope, path, document);
  if (form !== "image" && (await isTable(scope, path, document))) return showTable(scope, path, document);
  if (document.node_type === "group") return showGroup(nodes, path, document, form);
  if ((form === "image" || isPicture(document)) && (await drawImage(scope, path, document)))
    return closedTree(scope, path);
  if (isTooLarge(document.shape) && (await drawLines(scope, path, document)))
    return closedTree(scope, path);
  return explore(nodes, path, "explore");
}

/** Show a group: as a folder, an image, a table, or by the best that is in it. */
async function showGroup(
  nodes: Nodes,
  path: string,
  document: GroupDocument,
  form: Form | undefined,
): Promise<void> {
  const { scope } = nodes;
  // A folder does not tell of what is in it: that would open each of its files.
  if (!document.consolidated_metadata && form !== "image") {
    if (await drawImage(scope, path, document)) return closedTree(scope, path);
    return showFolder(scope, path, document);
  }
  nodes.get(path).catch(() => {}); // it will be wanted, too
  if (!isImage(document)) void loadExplorer().catch(() => {});
  if (await drawImage(scope, path, document)) return closedTree(scope, path);
  return explore(nodes, path, "explore");
}

/** What is neither drawn as an image nor as long lines. */
async function explore(nodes: Nodes, path: string, form: Form): Promise<void> {
  let follow = (_: string): void => {};
  const drawing = Exploring.begin(nodes, path, form, (chosen) => follow(chosen));
  const choose = (other: string): void => void drawing.then((page) => page.choose(other)).catch(() => {});
  await drawing;
  const tree = await addTree(nodes.scope, path, innerWidth >= NARROW, choose);
  follow = (chosen) => void (the("tree").hidden || tree.show(chosen).catch(fail));
}

/** Rows, or columns as lines. */
async function showTable(scope: string, path: string, document: Document): Promise<void> {
  const hasLines = Boolean(await subjectOf(scope, path, document));
  const isOfLines = hasLines && wantsLines();
  if (hasLines) the("actions").prepend(otherForm(isOfLines));
  if (isOfLines) await drawLines(scope, path, document);
  else await (await import("./table")).showTable(the("stage"), scope, path);
  await closedTree(scope, path);
}

async function showFolder(scope: string, path: string, document: GroupDocument): Promise<void> {
  const members = await memberSection(scope, path, document);
  if (!members) throw new Error("There is nothing in this folder.");
  the("notices").append(make("div", { class: "notice" }, members));
  await closedTree(scope, path);
}

const closedTree = async (scope: string, path: string): Promise<void> =>
  void (await addTree(scope, path, false));

/** The tree and its switch; what it leads to is on other pages, unless `choose` shows it. */
async function addTree(
  scope: string,
  path: string,
  isOpen: boolean,
  choose = (other: string): void => location.assign(viewOf(other)),
): Promise<Tree> {
  const { Tree } = await import("./tree");
  const tree = new Tree(the("tree"), { scope, choose, failed: (error) => fail(error) });
  the("bar").prepend(treeSwitch(isOpen, () => void tree.show(asked().path || path).catch(fail)));
  return tree;
}

/** Open the page anew if what it shows has become another thing, as after a kernel's restart. */
async function compare(scope: string, path: string, seen: Document): Promise<void> {
  putOff.resumed = () => {};
  const now = await documentOf(scope, path).catch(() => undefined);
  if (now && JSON.stringify(now) !== JSON.stringify(seen)) return reopen();
  putOff.resumed = () => void compare(scope, path, seen);
}

/** Draw an image of two dimensions or more; false if there is none. */
async function drawImage(scope: string, path: string, document: Document): Promise<boolean> {
  const image = inView(path);
  const viewed = await documentOf(scope, image).catch((error: unknown) => error);
  if (!isImage(viewed)) return false;
  expectScene();
  const pyramid = await openPyramid(`${scope}v3/${quoted(image)}`, viewed, read(location.hash).turn);
  the("actions").prepend(...openers());
  showForms(path, document.node_type === "array" ? ["image", "explore"] : ["image"], "image", () => false);
  await new Picture(pyramid).show();
  return true;
}

/** Load the code of the graphics, but run it only when it is wanted: until then, it would stop all else. */
function expectScene(): void {
  for (const href of (document.body.dataset["scene"] ?? "").split(" ").filter(Boolean))
    document.head.append(make("link", { rel: "modulepreload", href, fetchpriority: "low" }));
}

/** Whether an array is an image at first. Of complex numbers an image has only the magnitude. */
function isPicture(document: ArrayDocument): boolean {
  const dtype = dtypeOf(document);
  return document.shape.length > 1 && isNumeric(dtype) && !dtype.startsWith("complex");
}

/** Draw lines of any length by the least and greatest value of each part; false if there are none. */
async function drawLines(scope: string, path: string, document: Document): Promise<boolean> {
  const subject = await subjectOf(scope, path, document);
  if (!subject) return false;
  const { Plot } = await import("./plot");
  await new Plot(subject).show();
  return true;
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
const nodes = new Nodes(scopeOf(scope));
const start = (): void => void show(nodes, path).catch((error: unknown) => fail(error, start));
start();
