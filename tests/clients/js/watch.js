// Measures the viewer in Chromium: `{url, executable}` comes in; milliseconds until first pixels, how many bytes came by
// then, and milliseconds until the graphics have drawn, cold and warm, and those of each tile during pans, go out.

import { launched } from "./chromium.js";
import { received } from "./stdin.js";

const { url, executable } = await received();
const browser = await launched(executable, { hasGraphics: true });

/** A page that is loaded until its pixels are on the screen; milliseconds, and bytes that came by then. */
async function first(context) {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1280, height: 800 });
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

/** Milliseconds of each tile while the picture goes by one screen to each side, at full zoom. */
async function pans(page) {
  await page.keyboard.press("1");
  await page.waitForTimeout(3000);
  await page.evaluate(() => {
    performance.clearResourceTimings();
    performance.setResourceTimingBufferSize(5000);
  });
  for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
    for (let step = 0; step < 5; step++) {
      await page.keyboard.press(key);
      await page.waitForTimeout(150);
    }
  }
  await page.waitForTimeout(2000);
  return page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.includes("/c/"))
      .map(({ requestStart, responseEnd }) => responseEnd - requestStart),
  );
}

try {
  await browser.newContext().then((context) => context.close()); // the browser itself is up
  const context = await browser.newContext();
  const cold = await first(context);
  const warm = await first(context);
  const tiles = await pans(warm.page);
  const told = ({ milliseconds, graphics, bytes }) => ({ milliseconds, graphics, bytes });
  console.log(JSON.stringify({ cold: told(cold), warm: told(warm), tiles }));
} finally {
  await browser.close();
}
