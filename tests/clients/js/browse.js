// Opens a page in Chromium and has it answer each question: `{page, executable, questions}` comes in, and
// `{answers, errors}` goes out: the answers to each question, and the errors in the browser's console.

import { launched } from "./chromium.js";
import { received } from "./stdin.js";

const { page: url, executable, questions } = await received();

const browser = await launched(executable, { hasGraphics: false });
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  await page.waitForFunction(() => "ask" in window);
  const answers = [];
  for (const question of questions) answers.push(await page.evaluate((asked) => window.ask(asked), question));
  console.log(JSON.stringify({ answers, errors }));
} finally {
  await browser.close();
}
