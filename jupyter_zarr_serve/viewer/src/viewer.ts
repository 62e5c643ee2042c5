// The page of the viewer: finds out what its path leads to, and shows it.

import { make, the } from "./dom";
import { documentOf, type Document } from "./node";
import { fail, say, showTraffic } from "./notices";
import { Picture } from "./picture";
import { openPyramid } from "./pyramid";
import { quoted, Refused } from "./server";
import { followTheme } from "./theme";

async function show(scope: string, path: string): Promise<void> {
  const document = await documentOf(scope, path);
  if (isImage(document)) return picture(scope, path);
  if (document.node_type === "array" && document.shape.length > 1) return picture(scope, `ome/${path}`);
  throw new Error("there is nothing to draw here");
}

const isImage = (document: Document): boolean =>
  document.node_type === "group" && Boolean(document.attributes?.ome?.multiscales);

async function picture(scope: string, path: string): Promise<void> {
  const group = await documentOf(scope, path);
  if (group.node_type !== "group") throw new Refused(422, "this image has no levels");
  await new Picture(await openPyramid(`${scope}v3/${quoted(path)}`, group)).show();
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

followTheme();
showTraffic();
the("actions").append(copyButton());
const { scope = "/zarr/", path = "" } = document.body.dataset;
const start = (): void => void show(scope, path).catch((error: unknown) => fail(error, start));
start();
