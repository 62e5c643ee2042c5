// Looks at pages in one Chromium: each line that comes in is `{url, width, height, scheme, steps, hasGraphics, until, read,
// words, axe}`; each line that goes out tells what was there: a picture, texts, and what went wrong. With `until`, a selector,
// or the step `meanwhile` a line goes out before: the page goes on once another has come in. `read` are selectors: of each
// element that they find come the texts of its children, or its own; of those that `words` finds, all text. With `axe`, the
// barriers come that it finds. After most steps the page is waited for until it stands still; not after `tell`, which is
// `meanwhile` with a word, `until`, a condition in JavaScript, and `run`, whose value is told: pages that follow data move.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { profile } from "./chromium.js";

const PATIENCE = 40_000;
const STILL = 200; // milliseconds without a request on its way

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const context = await profile(process.argv[2], { permissions: ["clipboard-read", "clipboard-write"] });

/** Until the page has drawn and asks for nothing more; or has said why not. */
async function settled(page) {
  await page.waitForFunction(
    (still) => {
      const { drawn, waiting } = document.documentElement.dataset;
      const isDone = waiting === "0" && (drawn === "fine" || document.querySelector(".notice"));
      window.since = isDone ? (window.since ?? performance.now()) : undefined;
      return isDone && performance.now() - window.since > still;
    },
    STILL,
    { timeout: PATIENCE },
  );
}

/** What a page waits for and shows: where it is never done, this tells why. */
function state() {
  const { drawn, waiting } = document.documentElement.dataset;
  const words = document.body.innerText.slice(0, 2000);
  return `drawn: ${drawn}, requests under way: ${waiting}, visible: ${document.visibilityState}, it shows: ${words}`;
}

/** Let whoever looks do something. */
async function meanwhile(seen) {
  console.log(JSON.stringify({ meanwhile: seen }));
  await lines.next();
}

/** The milliseconds from a key to a text in what a selector finds. */
async function timed(page, key, selector, text) {
  await page.evaluate(() => addEventListener("keydown", () => (window.pressed ??= performance.now()), true));
  await page.keyboard.press(key);
  const found = await page.waitForFunction(
    ([selector, text]) => {
      const isThere = [...document.querySelectorAll(selector)].some((found) => found.textContent.includes(text));
      return isThere && performance.now() - window.pressed;
    },
    [selector, text],
    { timeout: PATIENCE, polling: 5 },
  );
  return found.jsonValue();
}

/** Until a condition holds; the page's policy lets the page itself not look at one. */
async function until(page, condition) {
  const deadline = Date.now() + PATIENCE;
  const holds = () => page.evaluate(condition).catch(() => false); // while another page comes
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${condition}`);
    await page.waitForTimeout(50);
  }
}

/** What elements say: of each, the texts of its children, or its own. */
function texts(selectors) {
  const told = (found) => (found.children.length ? [...found.children] : [found]).map((part) => part.textContent);
  return Object.fromEntries(
    selectors.map((selector) => [selector, [...document.querySelectorAll(selector)].map(told)]),
  );
}

/** The rules of axe that parts of the page break. */
async function barriers(page) {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8"));
  return page.evaluate(async () => (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`));
}

/** What was copied, which is taken away: nobody finds it a second time. */
async function pasted(page) {
  await until(page, "navigator.clipboard.readText().then((text) => text !== '')");
  return page.evaluate(async () => {
    const text = await navigator.clipboard.readText();
    await navigator.clipboard.writeText("");
    return text;
  });
}

/** What has the page opened anew. */
async function act(page, [name, selector, value]) {
  if (name === "choose") await page.selectOption(selector, value);
  else if (name === "click") await page.click(selector);
  else {
    await page.fill(selector, value);
    await page.press(selector, "Enter");
  }
}

async function take(page, [name, ...given], opened) {
  if (name === "tell") return meanwhile(given[0]);
  if (name === "until") return until(page, given[0]);
  if (name === "run") return opened.push(JSON.stringify(await page.evaluate(given[0])));
  if (name === "meanwhile") await meanwhile("");
  else if (name === "move") await page.mouse.move(...given);
  else if (name === "press") await page.keyboard.press(...given);
  else if (name === "click") await page.click(...given);
  else if (name === "anew") await Promise.all([page.waitForEvent("load"), act(page, given)]);
  else if (name === "saved") {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(...given)]);
    opened.push(download.suggestedFilename(), (await readFile(await download.path())).toString("base64"));
  } else if (name === "reload") await Promise.all([page.waitForEvent("load"), page.keyboard.press(...given)]);
  else if (name === "resize") await page.setViewportSize({ width: given[0], height: given[1] });
  else if (name === "time") opened.push(String(await timed(page, ...given)));
  else if (name === "axe") opened.push(...(await barriers(page)));
  else if (name === "address") opened.push(await page.locator(given[0]).evaluate((link) => link.href));
  else if (name === "pasted") opened.push(await pasted(page));
  else if (name === "choose") await page.selectOption(...given);
  else if (name === "back") await page.goBack();
  else if (name === "popup") {
    // A link opens another page, and a button there leads to a page of the origin.
    const [link, button, origin] = given;
    const [popup] = await Promise.all([context.waitForEvent("page"), page.click(link)]);
    await Promise.all([popup.waitForURL((other) => other.origin === origin), popup.click(button)]);
    opened.push(popup.url());
    await popup.close();
  } else if (name === "fill") {
    await page.fill(...given);
    await page.press(given[0], "Enter");
  } else if (name === "drag") {
    await page.mouse.move(given[0], given[1]);
    await page.mouse.down();
    await page.mouse.move(given[2], given[3], { steps: 4 });
    await page.mouse.up();
  } else throw new Error(`there is no step ${name}`);
  await page.evaluate(() => delete window.since);
  await settled(page);
}

/** As in a browser that cannot draw in three dimensions. */
function withoutGraphics() {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, ...given) {
    return kind.startsWith("webgl") ? null : getContext.call(this, kind, ...given);
  };
}

/** Keep the page's WebSockets, for steps that break them, and what it says over them. */
function keepSockets() {
  window.sockets = [];
  window.said = [];
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      window.sockets.push(this);
    }
    send(text) {
      window.said.push(JSON.parse(text));
      super.send(text);
    }
  };
}

async function look({ url, width = 800, height = 600, scheme = "light", steps = [], hasGraphics = true, until, read = [], words, axe, before }) {
  const page = await context.newPage();
  if (!hasGraphics) await page.addInitScript(withoutGraphics);
  await page.addInitScript(keepSockets);
  if (before) await page.addInitScript(before);
  const [errors, foreign, opened] = [[], [], []];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    const other = new URL(request.url());
    if (other.protocol.startsWith("http") && other.origin !== new URL(url).origin) foreign.push(request.url());
  });
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
  const asked = new Set();
  page.on("request", (request) => asked.add(request.url()));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => asked.delete(request.url()));
  try {
    await page.goto(url);
    if (until) await meanwhile(await page.locator(until).textContent({ timeout: PATIENCE }));
    await settled(page);
    for (const step of steps) await take(page, step, opened);
    const box = await page.evaluate(() => {
      const { x, y, width, height } = document.getElementById("stage").getBoundingClientRect();
      return [x, y, width, height];
    });
    const [text, notices, panel] = await Promise.all(
      ["#readout", "#notices", "#panel"].map((part) => page.textContent(part)),
    );
    const found = await page.evaluate(texts, read);
    const picture = (await page.screenshot()).toString("base64");
    // The address follows 150 ms later, by a timer of the page: one that is set after it ends after it, however slow all is.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
    const selected = words ? await page.locator(words).evaluateAll((found) => found.map((one) => one.innerText ?? one.textContent)) : [];
    const stopped = axe ? await barriers(page) : [];
    const title = await page.title();
    const seen = { picture, box, text, notices, panel, url: page.url(), title, texts: selected, read: found };
    return { ...seen, errors, foreign, opened, barriers: stopped };
  } catch (error) {
    const shown = await page.evaluate(state).catch((reason) => `the page does not answer: ${reason}`);
    throw new Error([error, shown, `not answered: ${[...asked].join(", ")}`, ...errors].join("\n"), { cause: error });
  } finally {
    await page.close();
  }
}

for await (const line of lines) {
  const answer = await look(JSON.parse(line)).catch((error) => ({ failure: String(error) }));
  console.log(JSON.stringify(answer));
}
await context.close();
