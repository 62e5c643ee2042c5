// Measures the viewer in Chromium: `{url, executable, turns}` comes in; milliseconds until first pixels, how many bytes came by
// then, and milliseconds until the graphics have drawn, cold and warm, go out; and of pans, over the live connection and by
// HTTP in turns, those of each tile and those until the last one of each pan was there.

import { launched } from "./chromium.js";
import { received } from "./stdin.js";

const { url, executable, turns = 0 } = await received();
const browser = await launched(executable, { hasGraphics: true });

const SETTLED = 3000; // milliseconds, after which Chromium has loaded the pages of its own that each window has

/** A page that is loaded until its pixels are on the screen; milliseconds, and bytes that came by then. */
async function first(context) {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.waitForTimeout(SETTLED);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0; // over the wire
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  const start = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.waitForFunction(() => "drawn" in document.documentElement.dataset, null, { polling: 10 });
  const milliseconds = performance.now() - start;
  const bytesThen = bytes;
  await page.waitForFunction(() => document.documentElement.dataset.drawn !== "sketch", null, { polling: 10 });
  const graphics = performance.now() - start;
  await page.waitForFunction(() => document.documentElement.dataset.drawn === "fine");
  await page.waitForTimeout(1000);
  return { page, milliseconds, graphics, bytes: bytesThen };
}

/** Keep when keys are pressed, and each tile from when it is wanted until its pixels are there, whichever way they come. */
function observe() {
  window.tiles = [];
  window.pressed = 0;
  new PerformanceObserver((list) => {
    for (const { name, startTime, duration } of list.getEntries())
      if (name === "tile") window.tiles.push({ end: startTime + duration, duration });
  }).observe({ type: "measure" });
  addEventListener("keydown", () => (window.pressed = performance.now()), true);
}

/** As where no live connection can be had: all comes by HTTP. */
function withoutLive() {
  window.WebSocket = class extends EventTarget {
    readyState = 0;
    send() {}
    close() {}
  };
}

/** Press a key, and wait until nothing has come for a while; milliseconds of its tiles, and until the last one was there. */
async function pan(page, key) {
  await page.evaluate(() => (window.tiles.length = 0));
  await page.keyboard.press(key);
  await page.waitForFunction(() => {
    const last = Math.max(window.pressed, ...window.tiles.map(({ end }) => end));
    return document.documentElement.dataset.waiting === "0" && performance.now() - last > 400;
  });
  return page.evaluate(() => ({
    tiles: window.tiles.map(({ duration }) => duration),
    all: Math.max(0, ...window.tiles.map(({ end }) => end - window.pressed)),
  }));
}

/** The picture goes by one screen to each side, at full zoom, in a browser that has seen nothing of it. */
async function pans(isLive) {
  const context = await browser.newContext();
  if (!isLive) await context.addInitScript(withoutLive);
  await context.addInitScript(observe);
  const { page } = await first(context);
  await pan(page, "1");
  const [tiles, all] = [[], []];
  for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
    for (let step = 0; step < 5; step++) {
      const found = await pan(page, key);
      tiles.push(...found.tiles);
      if (found.tiles.length) all.push(found.all);
    }
  }
  await context.close();
  return { tiles, all };
}

try {
  const context = await browser.newContext();
  const cold = await first(context);
  const warm = await first(context);
  const both = [];
  for (let turn = 0; turn < turns; turn++) both.push({ live: await pans(true), http: await pans(false) });
  const told = ({ milliseconds, graphics, bytes }) => ({ milliseconds, graphics, bytes });
  console.log(JSON.stringify({ cold: told(cold), warm: told(warm), both }));
} finally {
  await browser.close();
}
