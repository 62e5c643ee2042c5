// Opens a page in Chromium and has it answer each question: `{page, executable, questions}` comes in, and
// `{answers, errors}` goes out: the answers to each question, and the errors in the browser's console.

import { chromium } from "playwright-core";

const QUIET = ["no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"];
const ARGUMENTS = ["no-sandbox", "disable-gpu", "disable-quic", ...QUIET].map((name) => `--${name}`);

let text = "";
for await (const part of process.stdin) text += part;
const { page: url, executable, questions } = JSON.parse(text);

const browser = await chromium.launch({ executablePath: executable, args: ARGUMENTS });
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
