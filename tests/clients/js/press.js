// Presses things in one page of Chromium: each line that comes in is `[action, ...arguments]`, each line that goes out is
// `{value}` or `{failure}`. Waiting is for what is asked for, never for a time.

import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { launched } from "./chromium.js";

const PATIENCE = 30_000;

const browser = await launched(process.argv[2], { hasGraphics: true });
const context = await browser.newContext({
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

/** Until a request was made that has all these texts in it. */
async function asked(...texts) {
  const isIt = (told) => texts.every((text) => told.includes(text));
  if (requests.some(isIt)) return;
  await page.waitForRequest((request) => isIt(`${request.method()} ${request.url()} ${request.postData() ?? ""}`));
}

/** The frame of a tab whose address has a text in it. */
async function frameAt(part) {
  const found = () => page.frames().find((frame) => frame !== page.mainFrame() && frame.url().includes(part));
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
  count: (selector) => page.locator(selector).count(),
  text: (selector) => page.locator(selector).first().innerText(),
  texts: (selector) => page.locator(selector).allInnerTexts(),
  evaluate: (code) => page.evaluate(called(code)),
  until: (code) => page.waitForFunction(called(code)).then(() => undefined),
  frame: async (part, selector = "body") => (await frameAt(part)).locator(selector).first().innerText(),
  frameAddress: async (part) => (await frameAt(part)).url(),
  clickFrame: async (part, selector) => (await frameAt(part)).click(selector),
  seeFrame: async (part, selector) => (await frameAt(part)).waitForSelector(selector, { state: "attached" }).then(() => undefined),
  copied: () => page.evaluate(() => navigator.clipboard.readText()),
  copiedWith: async (part) => {
    for (const end = Date.now() + PATIENCE; ; await page.waitForTimeout(100)) {
      const text = await page.evaluate(() => navigator.clipboard.readText());
      if (text.includes(part)) return text;
      if (Date.now() > end) throw new Error(`the clipboard has ${text}`);
    }
  },
  errors: () => errors.splice(0),
  asked,
  requests: () => requests.splice(0),
  picture: (path, options) => page.screenshot({ path, ...options }).then(() => undefined),
  popup: async (selector, options) => {
    const [opened] = await Promise.all([context.waitForEvent("page"), page.click(selector, options)]);
    await opened.waitForLoadState();
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
await browser.close();
