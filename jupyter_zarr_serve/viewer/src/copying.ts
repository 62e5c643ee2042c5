// What is copied from the bar: the link of the view, and the code that opens what is shown.

import { button } from "./controls";
import { fail, say } from "./notices";
import { loadJson, quoted } from "./server";

interface Code {
  snippets: { title: string; code: string }[];
}

/** The buttons; the code of what a share link shows is on the link's own page. */
export function copyButtons(scope: string, path: () => string): HTMLElement[] {
  const link = button("Copy link", "Copy the link of this view", () => {
    dispatchEvent(new Event("copylink")); // who shows the view writes it into the address
    copied(location.href, "The link of this view is copied.");
  });
  const isShared = /\/zarr\/s\//.test(new URL(scope, location.href).pathname);
  return isShared
    ? [link]
    : [button("Copy code", "Copy the code that opens this", () => copyCode(scope, path())), link];
}

function copyCode(scope: string, path: string): void {
  loadJson<Code>(`${scope}api/code/${quoted(path)}`)
    .then((told) => {
      const [first] = told?.snippets ?? [];
      if (!first) throw new Error("There is no code for this.");
      copied(first.code.trimEnd(), "The code that opens this is copied: paste it into a cell.");
    })
    .catch((error: unknown) => fail(error, () => copyCode(scope, path)));
}

function copied(text: string, words: string): void {
  navigator.clipboard.writeText(text).then(
    () => say(words),
    (error: unknown) => fail(error, () => copied(text, words)),
  );
}
