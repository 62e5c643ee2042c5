// Goes to a page of a JupyterHub's server in Chromium, logs in, and follows links to a viewer's page:
// `{executable, url, user, password, links}` comes in, `{came, visited, picture, notices, others, errors}` goes out.

import { launched } from "./chromium.js";
import { received } from "./stdin.js";

const { executable, url, user, password, links } = await received();

const browser = await launched(executable, { hasGraphics: true });
try {
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  await page.goto(url);
  await page.fill("#username_input", user);
  await page.fill("#password_input", password);
  await Promise.all([page.waitForURL((other) => other.pathname.includes("/zarr/")), page.click("#login_submit")]);
  await page.waitForLoadState("networkidle");
  const came = page.url();
  const errors = []; // of our pages; the Hub's own are its business
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("response", (response) => response.status() >= 400 && errors.push(`${response.status()} ${response.url()}`));
  const visited = [];
  await page.reload({ waitUntil: "networkidle" });
  for (const link of links) {
    const before = page.url();
    await page.getByRole("link", { name: link, exact: true }).first().click();
    await page.waitForURL((other) => other.href !== before);
    visited.push(page.url());
  }
  const isDone = () => {
    const { drawn, waiting } = document.documentElement.dataset;
    return (waiting === "0" && drawn === "fine") || document.querySelector("#notices .notice");
  };
  await page.waitForFunction(isDone, null, { timeout: 60_000 }).catch((error) => errors.push(String(error)));
  await page.waitForTimeout(300);
  const picture = (await page.locator("#stage").screenshot()).toString("base64");
  const others = await page.evaluate(() => [...document.querySelectorAll("#actions a")].map((link) => link.href));
  const notices = await page.textContent("#notices");
  console.log(JSON.stringify({ came, visited, picture, notices, others, errors }));
} finally {
  await browser.close();
}
