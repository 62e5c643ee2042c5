// The page of the viewer: finds out what its path leads to, and shows it in the form that suits it.

import { expectCode, expectDefault, expectImage, imageDocument } from "./ahead";
import { asked, inView, leaveToken, scopeOf, type Form } from "./address";
import { copyButtons } from "./copying";
import { below } from "./description";
import { make, the } from "./dom";
import { exportMenu } from "./exporting";
import { Exploring, isTooLarge, loadExplorer } from "./exploring";
import { isTable, otherForm, wantsLines } from "./forms";
import { showForms } from "./header";
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
import { Following } from "./following";
import { Gets } from "./gets";
import { fail, isCancelled, reopen, showTraffic } from "./notices";
import { openers } from "./others";
import { labelsOf } from "./overlay";
import { Picture } from "./picture";
import { openPyramid, type Pyramid } from "./pyramid";
import { rolesAtFirst } from "./roles";
import { byLive, putOff, quoted } from "./server";
import { subjectOf } from "./subject";
import { followTheme } from "./theme";
import { addTree, drawn } from "./tree-place";

const NARROW = 700; // pixels, in which the tree has no room beside what it leads to

/** Show what a path leads to. */
async function show(nodes: Nodes, path: string): Promise<void> {
  const { scope } = nodes;
  const { form } = asked();
  if (form !== "image") expectCode();
  if (form === "explore" || form === "values") return explore(nodes, path, form);
  if (!form) expectImage(scope, path);
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
  if (form !== "explore" && isPlate(document)) {
    following.use(await (await import("./plate")).showPlate(scope, path, document));
    return closedTree(scope, path);
  }
  // A folder does not tell of what is in it: that would open each of its files.
  if (!document.consolidated_metadata && form !== "image") {
    if (await drawImage(scope, path, document)) return closedTree(scope, path);
    return showFolder(scope, path, document);
  }
  expectDefault(nodes, path, document);
  if (!isImage(document)) void loadExplorer().catch(() => {});
  if (await drawImage(scope, path, document)) return closedTree(scope, path);
  return explore(nodes, path, "explore");
}

/** What is neither drawn as an image nor as long lines. */
async function explore(nodes: Nodes, path: string, form: Form): Promise<void> {
  let follow = (_: string): void => {};
  const chosen = (path: string): void => {
    following.follow(path);
    following.use(async (change) => (await drawing).take(change));
    follow(path);
  };
  const drawing = Exploring.begin(nodes, path, form, chosen);
  const choose = (other: string): void => void drawing.then((page) => page.choose(other)).catch(() => {});
  const [{ scope }, { live }] = [nodes, following];
  const tree = addTree({ scope, path, live, choose, isOpen: innerWidth >= NARROW, begin: drawn() });
  follow = (chosen) =>
    void tree.then((tree) => (the("tree").hidden ? undefined : tree.show(chosen))).catch(fail);
  await drawing;
  await tree;
}

/** Rows, or columns as lines. */
async function showTable(scope: string, path: string, document: Document): Promise<void> {
  const hasLines = Boolean(await subjectOf(scope, path, document));
  const isOfLines = hasLines && wantsLines();
  if (hasLines) the("actions").prepend(otherForm(isOfLines));
  if (isOfLines) await drawLines(scope, path, document);
  else following.use(await (await import("./table")).showTable(the("stage"), scope, path));
  await closedTree(scope, path);
}

async function showFolder(scope: string, path: string, document: GroupDocument): Promise<void> {
  const members = await memberSection(scope, path, document);
  if (!members) throw new Error("There is nothing in this folder.");
  const notice = make("div", { class: "notice" }, members);
  the("notices").append(notice);
  following.use(async () => {
    const now = await memberSection(scope, path, (await documentOf(scope, path)) as GroupDocument);
    notice.replaceChildren(now ?? "There is nothing in this folder now.");
  });
  await closedTree(scope, path);
}

const closedTree = async (scope: string, path: string): Promise<void> =>
  void (await addTree({ scope, path, live: following.live }));

/** Open the page anew if what it shows has become another thing, as after a kernel's restart. */
async function compare(scope: string, path: string, seen: Document): Promise<void> {
  putOff.resumed = () => {};
  const now = await documentOf(scope, path).catch(() => undefined);
  if (now && JSON.stringify(now) !== JSON.stringify(seen)) return reopen();
  putOff.resumed = () => void compare(scope, path, seen);
}

/** Draw an image of two dimensions or more; false if there is none. */
async function drawImage(scope: string, path: string, document: Document): Promise<boolean> {
  const given = read(location.hash);
  const roles = given.roles ?? (document.node_type === "array" ? rolesAtFirst(document.shape)?.join() : "");
  const image = inView(path, roles);
  const viewed = await imageDocument(scope, image).catch((error: unknown) => error);
  if (!isImage(viewed)) {
    if (given.roles) throw viewed;
    return false;
  }
  expectScene();
  const open = (now: GroupDocument): Promise<Pyramid> =>
    openPyramid(`${scope}v3/${quoted(image)}`, now, read(location.hash).turn);
  const pyramid = await open(viewed);
  the("actions").prepend(...openers());
  showForms(path, document.node_type === "array" ? ["image", "explore"] : ["image"], "image", () => false);
  const [finest] = viewed.attributes?.ome?.multiscales as { datasets: { path: string }[] }[];
  const picture = new Picture(pyramid, {
    scope,
    path,
    finest: document.node_type === "array" ? path : below(image, finest?.datasets[0]?.path ?? ""),
    roles: roles ?? "",
    labels: labelsOf(path, viewed),
    follow: (other) => following.followToo(other),
    hasOwnLimits: Boolean(document.attributes?.["omero"] ?? omeOf(document)?.["omero"]),
  });
  await picture.show();
  const take = picture.film({
    open: async () => {
      const now = await documentOf(scope, image);
      return isImage(now) ? open(now) : undefined;
    },
    hasRegions:
      !roles &&
      document.node_type === "array" &&
      String(document.shape) === String(pyramid.levels[0]?.array.shape),
    replaced: (isAlike) => reopen(isAlike),
  });
  following.use(take);
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
  const plot = new Plot(subject);
  await plot.show();
  following.use(async ({ kind }) => {
    const now = kind === "data" ? subject : await subjectOf(scope, path, await documentOf(scope, path));
    if (!now || !(await plot.take(now))) location.reload();
  });
  return true;
}

const omeOf = ({ attributes }: Document): Record<string, unknown> | undefined =>
  attributes?.["ome"] as Record<string, unknown> | undefined;

/** Whether a group is a plate of wells, or a well of images, by OME-Zarr's metadata. */
function isPlate(document: GroupDocument): boolean {
  const { plate, well } = (omeOf(document) ?? document.attributes ?? {}) as Record<string, Group>;
  return Array.isArray(plate?.["wells"]) || Array.isArray(well?.["images"]);
}

type Group = Record<string, unknown> | undefined;

const isImage = (document: unknown): document is GroupDocument =>
  Boolean((document as GroupDocument | undefined)?.attributes?.ome?.multiscales);

leaveToken();
followTheme();
showTraffic();
const { scope = "./", path = "" } = document.body.dataset;
const nodes = new Nodes(scopeOf(scope));
const current = (): string => asked().path || path;
the("actions").append(...copyButtons(nodes.scope, current), exportMenu(nodes, current));
const following = new Following(nodes.scope);
following.follow(path);
Object.assign(byLive, { gets: new Gets(following.live, () => following.isChanging), scope: nodes.scope });
const failed = (error: unknown): void => {
  fail(error, start);
  following.reopenLater(isCancelled(error));
};
const start = (): void => void show(nodes, path).catch(failed);
start();
