// JupyterLab in Chromium: `{url, executable, notebook, frames}` comes in; the notebook is run cell by cell, each of which
// opens a frame with the viewer; what each of them shows goes out, with a picture of all and the dialogs that were closed.
//
// JupyterLab runs the cells by its own commands (`LabApp.expose_app_in_browser`): a click may meet a dialog, a notice or
// a kernel that is not ready yet. A failure says what was waited for.

import { launched } from "./chromium.js";
import { received } from "./stdin.js";

const PATIENCE = 100_000;
const NEVER = 0; // Playwright's way to wait without end: `named` bounds it

const { url, executable, notebook, frames: wanted } = await received();
const browser = await launched(executable, { hasGraphics: true });

/** What a promise gives; if it fails or takes too long, the error says what was waited for. */
async function named(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    throw new Error(`waited for ${what}: ${error.message}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Open the notebook, and wait until its kernel answers. */
async function open(path) {
  const app = window.jupyterapp;
  await app.restored;
  const panel = await app.commands.execute("docmanager:open", { path, factory: "Notebook", kernel: { name: "python3" } });
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  window.panel = panel;
}

/** Run a cell of the notebook; the text of an error that it raised. */
async function run(index) {
  const { jupyterapp: app, panel } = window;
  app.shell.activateById(panel.id);
  panel.content.activeCellIndex = index;
  await app.commands.execute("notebook:run-cell");
  const outputs = panel.content.widgets[index].model.outputs.toJSON();
  return outputs.filter((output) => output.output_type === "error").map((output) => output.evalue);
}

/** The frame once it has drawn: what it shows, and in which part of JupyterLab it is. */
async function shown(frame) {
  const drawn = "html[data-drawn=fine][data-waiting='0']";
  await named(`${frame.url()} to be drawn`, frame.waitForSelector(drawn, { state: "attached", timeout: NEVER }));
  await named("the address of what is seen", frame.waitForFunction(() => location.hash.includes("centre="), null, { timeout: NEVER }));
  const element = await frame.frameElement();
  await element.scrollIntoViewIfNeeded();
  const picture = (await frame.locator("#stage").screenshot()).toString("base64");
  const isInCell = await element.evaluate((it) => it.closest(".jp-Notebook") !== null);
  return { picture, isInCell, url: frame.url(), notices: await frame.textContent("#notices") };
}

const viewers = (page) => page.frames().filter((frame) => frame.url().includes("/zarr/view"));

/** A frame with the viewer that was not there before. */
async function next(page, seen) {
  for (;;) {
    const frame = viewers(page).find((one) => !seen.has(one));
    if (frame) return seen.add(frame) && frame;
    await page.waitForEvent("framenavigated", { timeout: NEVER });
  }
}

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  const dialogs = [];
  await page.addLocatorHandler(page.locator(".jp-Dialog"), async (dialog) => {
    dialogs.push(await dialog.innerText());
    await page.keyboard.press("Escape");
  });
  await page.goto(url);
  await named("JupyterLab to start", page.waitForFunction(() => window.jupyterapp, null, { timeout: NEVER }));
  await named("the notebook's kernel", page.evaluate(open, notebook));
  const [found, seen] = [[], new Set()];
  for (let count = 1; count <= wanted; count++) {
    const errors = await named(`cell ${count} to run`, page.evaluate(run, count - 1));
    if (errors.length) throw new Error(`cell ${count} raised: ${errors}`);
    found.push(await shown(await named(`the frame of cell ${count}`, next(page, seen))));
  }
  const picture = (await page.screenshot()).toString("base64");
  console.log(JSON.stringify({ picture, frames: found, dialogs }));
} finally {
  await browser.close();
}
