// JupyterLab in Chromium: `{url, executable, frames}` comes in; the notebook at `url` is run cell by cell, until it shows
// so many frames with the viewer; what each of them shows goes out, and a picture of all.

import { launched } from "./chromium.js";
import { received } from "./stdin.js";

const PATIENCE = 100_000;

const { url, executable, frames: wanted } = await received();
const browser = await launched(executable, { hasGraphics: true });

/** The frame once it has drawn: what it shows, and in which part of JupyterLab it is. */
async function shown(frame) {
  await frame.waitForSelector("html[data-drawn=fine][data-waiting='0']", { state: "attached", timeout: PATIENCE });
  await frame.waitForTimeout(500); // the address follows a little later
  const element = await frame.frameElement();
  await element.scrollIntoViewIfNeeded();
  const picture = (await frame.locator("#stage").screenshot()).toString("base64");
  const isInCell = await element.evaluate((it) => it.closest(".jp-Notebook") !== null);
  return { picture, isInCell, url: frame.url(), notices: await frame.textContent("#notices") };
}

/** Run a cell. JupyterLab forgets what it is told to run while the kernel is not quite there. */
async function run(page, index) {
  const cell = page.locator(".jp-Notebook .jp-Cell").nth(index);
  const prompt = cell.locator(".jp-InputPrompt").filter({ hasText: /[*\d]/ });
  const deadline = Date.now() + PATIENCE;
  do {
    await cell.locator(".jp-InputPrompt").click();
    await page.keyboard.press("Shift+Enter");
    await prompt.waitFor({ timeout: 5000 }).catch(() => {});
  } while (!(await prompt.count()) && Date.now() < deadline);
}

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  await page.goto(url);
  await page.waitForSelector(".jp-Notebook-ExecutionIndicator[data-status=idle]");
  const frames = () => page.frames().filter((frame) => frame.url().includes("/zarr/view"));
  const found = [];
  for (let count = 1; count <= wanted; count++) {
    await run(page, count - 1);
    const deadline = Date.now() + PATIENCE;
    while (frames().length < count && Date.now() < deadline) await page.waitForTimeout(100);
    found.push(await shown(frames()[count - 1]));
  }
  const picture = (await page.screenshot()).toString("base64");
  console.log(JSON.stringify({ picture, frames: found }));
} finally {
  await browser.close();
}
