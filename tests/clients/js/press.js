// Presses things in one page of Chromium: each line that comes in is `[action, ...arguments]`, each line that goes out is
// `{value}` or `{failure}`. Waiting is for what is asked for, never for a time.

import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { profile } from "./chromium.js";

const PATIENCE = 30_000;

const context = await profile(process.argv[2], {
  viewport: { width: 1280, height: 800 },
  permissions: ["clipboard-read", "clipboard-write"],
});
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE);
page.setDefaultNavigationTimeout(4 * PATIENCE);
const [errors, requests] = [[], []];
page.on("pageerror", (error) => errors.push(String(error)));
page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
page.on("request", (request) => requests.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`));
page.on("websocket", (socket) => requests.push(`WS ${socket.url()}`));

/** Until a request was made that has all these texts in it. */
async function asked(...texts) {
  const isIt = (told) => texts.every((text) => told.includes(text));
  if (requests.some(isIt)) return;
  await page.waitForRequest((request) => isIt(`${request.method()} ${request.url()} ${request.postData() ?? ""}`));
}

/** Whether an address has a text in it; at its end, if the text ends in `$`. */
const has = (address, part) => (part.endsWith("$") ? address.endsWith(part.slice(0, -1)) : address.includes(part));

/** What a function tells once it is what is wanted; what is read is never taken as it is just then. */
async function once(read, isWanted, failure) {
  for (const end = Date.now() + PATIENCE; ; await page.waitForTimeout(50)) {
    const told = await read();
    if (isWanted(told)) return told;
    if (Date.now() > end) throw new Error(`${failure} ${told}`);
  }
}

/** The text of an element, once a text is in it; spaces and lines are as people see them. */
const said = async (place, selector, part) => {
  const read = async () => (await place.locator(selector).first().innerText()).replace(/\s+/g, " ");
  return once(read, (text) => text.includes(part), `${selector} says`);
};

/** The frame of a tab whose address has a text in it. */
async function frameAt(part) {
  const found = () => page.frames().find((frame) => frame !== page.mainFrame() && has(frame.url(), part));
  const end = Date.now() + PATIENCE;
  while (!found() && Date.now() < end) await page.waitForEvent("framenavigated", { timeout: 1000 }).catch(() => {});
  const frame = found();
  if (!frame) throw new Error(`no frame at ${part}, but at ${page.frames().map((one) => one.url())}`);
  await frame.waitForLoadState();
  return frame;
}

// Of a text, Playwright takes the value: of a function, that it is one.
const called = (code) => `(${code})()`;

const actions = {
  before: (code) => context.addInitScript(code).then(() => undefined),
  size: (width, height) => page.setViewportSize({ width, height }),
  scheme: (colorScheme) => page.emulateMedia({ colorScheme }),
  go: (url) => page.goto(url),
  reload: () => page.reload(),
  click: (selector, options) => page.click(selector, options),
  doubleClick: (selector) => page.dblclick(selector),
  hover: (selector) => page.hover(selector),
  press: (key) => page.keyboard.press(key),
  type: (text) => page.keyboard.type(text),
  fill: (selector, text) => page.fill(selector, text),
  drag: (from, to) => page.dragAndDrop(from, to),
  see: (selector) => page.waitForSelector(selector).then(() => undefined),
  missSoon: (selector) => page.waitForSelector(selector, { state: "detached" }).then(() => undefined),
  counts: (selector, number) =>
    once(() => page.locator(selector).count(), (count) => count === number, `there are not ${number} ${selector}, but`),
  countNow: (selector) => page.locator(selector).count(),
  textsNow: (selector) => page.locator(selector).allInnerTexts(),
  says: (selector, part) => said(page, selector, part),
  evaluate: (code) => page.evaluate(called(code)),
  until: (code) => page.waitForFunction(called(code)).then(() => undefined),
  frameSays: async (at, part, selector = "body") => said(await frameAt(at), selector, part),
  evaluateFrame: async (at, code) => (await frameAt(at)).evaluate(called(code)),
  frameAddress: async (part) => (await frameAt(part)).url(),
  clickFrame: async (part, selector) => (await frameAt(part)).click(selector),
  seeFrame: async (part, selector) => (await frameAt(part)).waitForSelector(selector, { state: "attached" }).then(() => undefined),
  // What was copied is taken away, so that nobody finds it a second time.
  copiedWith: async (part) => {
    const read = () => page.evaluate(() => navigator.clipboard.readText());
    const text = await once(read, (copied) => copied.includes(part), "the clipboard has");
    await page.evaluate(() => navigator.clipboard.writeText(""));
    return text;
  },
  // The name of the file that a click saves, and its bytes in base64.
  saved: async (selector) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
    return [download.suggestedFilename(), (await readFile(await download.path())).toString("base64")];
  },
  errors: () => errors.splice(0),
  asked,
  requests: () => requests.splice(0),
  picture: (path, options) => page.screenshot({ path, ...options }).then(() => undefined),
  popup: async (selector, options, awaited = "body") => {
    const [opened] = await Promise.all([context.waitForEvent("page"), page.click(selector, options)]);
    await opened.waitForLoadState();
    await opened.waitForSelector(awaited, { state: "attached" });
    const told = { url: opened.url(), text: await opened.innerText("body") };
    await opened.close();
    return told;
  },
  barriers: async (selector) => {
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8"));
    const { violations } = await page.evaluate((within) => axe.run(within), selector);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [action, ...given] = JSON.parse(line);
  try {
    const value = await actions[action](...given);
    console.log(JSON.stringify({ value: action === "go" || action === "reload" ? null : (value ?? null) }));
  } catch (error) {
    console.log(JSON.stringify({ failure: `${action} ${JSON.stringify(given)}: ${error.message}` }));
  }
}
await context.close();
