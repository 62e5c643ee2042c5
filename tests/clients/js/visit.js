// Goes to pages in Chromium as a person would: `{executable, token, pages}` comes in, `{visits}` goes out.
//
// A page is `{url, width, height, scheme, shot, tabs, axe}`: its size, "light" or "dark", a file for a picture, how
// often to press the Tab key, whether to look for barriers; `login: false` comes without a login. A visit is `{title, errors, requests, focused, ...}`.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { launched } from "./chromium.js";
import { received } from "./stdin.js";

const { executable, token, pages } = await received();
// Most of a visit is waiting: until a page asks for nothing more. There is one clipboard alone.
const AT_ONCE = pages.some(({ copy }) => copy) ? 1 : 4;

/** What has the focus, and whether it can be seen to have it. */
function focused() {
  const element = document.activeElement;
  const outline = getComputedStyle(element).outlineStyle;
  return { text: element.textContent.trim() || element.id || element.tagName, href: element.href ?? "", outline };
}

/** What axe finds that some people cannot perceive or use, by its rule and where. */
async function barriers(page) {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8"));
  const { violations } = await page.evaluate(() => axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

/** Note all texts that the page has at any time. */
function noting() {
  window.texts = new Set();
  const note = () => window.texts.add(document.querySelector("main")?.textContent ?? "");
  new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
}

async function visit(browser, asked) {
  const { url, width = 1280, height = 800, scheme = "light", shot, tabs = 0, script = true } = asked;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: script,
    permissions: script ? ["clipboard-read", "clipboard-write"] : [],
  });
  const origin = new URL(url).origin;
  await context.addCookies(asked.cookies ?? []);
  const page = await context.newPage();
  if (asked.until) await page.addInitScript(noting);
  const [errors, requests] = [[], []];
  page.on("console", (message) => message.type() === "error" && errors.push(`${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => (errors.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => requests.push(request.url()));
  // The token of the first address becomes the cookie of a login.
  if (asked.login ?? true) {
    const entry = `${origin}${asked.base ?? "/"}zarr/?token=${token}`;
    await context.request.get(entry, { headers: { accept: "text/html" }, failOnStatusCode: true });
  }
  const answer = await page.goto(url, { waitUntil: "networkidle" });
  const reached = [];
  for (let count = 0; count < tabs; count++) {
    await page.keyboard.press("Tab");
    if (script) reached.push(await page.evaluate(focused));
  }
  const told = { status: answer.status(), title: await page.title(), errors, requests, focused: reached };
  told.address = page.url();
  if (script) {
    told.notices = await page.evaluate(() => document.getElementById("notices")?.textContent ?? "");
    told.size = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    told.back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    told.links = await page.evaluate(() => [...document.links].map((link) => link.href));
    told.snippets = await page.evaluate(() =>
      [...document.querySelectorAll("details")].map((details) => [
        details.querySelector("summary").textContent,
        details.querySelector("code").textContent,
      ]),
    );
    told.pictures = await page.evaluate(() => [...document.images].map((image) => image.naturalWidth));
  }
  if (asked.axe) told.barriers = await barriers(page);
  if (asked.until) {
    await page.waitForSelector(asked.until);
    told.meanwhile = await page.evaluate(() => [...window.texts].join("\n"));
    told.pictures = await page.evaluate(() => [...document.images].map((image) => image.naturalWidth));
  }
  if (asked.copy) {
    await page.click(asked.copy);
    told.copied = await page.evaluate(() => navigator.clipboard.readText());
  }
  if (asked.press) {
    for (const [field, text] of Object.entries(asked.fill ?? {})) await page.fill(field, text);
    const [loaded] = await Promise.all([page.waitForNavigation(), page.click(asked.press)]);
    told.pressed = { status: loaded.status(), url: page.url(), text: await page.textContent("body") };
  }
  if (asked.turn) {
    await page.click("#theme");
    told.turned = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.reload();
    told.kept = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }
  if (shot) await page.screenshot({ path: shot });
  await context.close();
  return told;
}

const browser = await launched(executable, { hasGraphics: false });
try {
  const [visits, left] = [[], [...pages.entries()]];
  const visitOthers = async () => {
    for (let next = left.shift(); next; next = left.shift()) visits[next[0]] = await visit(browser, next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitOthers));
  console.log(JSON.stringify({ visits }));
} finally {
  await browser.close();
}
