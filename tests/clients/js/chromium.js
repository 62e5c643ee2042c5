// Chromium, as all programs start it: it asks nothing of anybody by itself, and draws by software, or not at all by WebGL.

import { chromium } from "playwright-core";

const QUIET = [
  "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync",
];
const SOFTWARE = ["use-gl=angle", "use-angle=swiftshader", "enable-unsafe-swiftshader"];

function options(executablePath, hasGraphics) {
  const names = ["no-sandbox", ...QUIET, ...(hasGraphics ? SOFTWARE : ["disable-gpu"])];
  return { executablePath, args: names.map((name) => `--${name}`) };
}

export function launched(executablePath, { hasGraphics }) {
  return chromium.launch(options(executablePath, hasGraphics));
}

/**
 * The one context of a browser of its own, with an empty profile that ends with it: unlike other contexts, which are
 * incognito, it keeps scripts as they were compiled, which is half of the work of each page after the first.
 */
export function profile(executablePath, how) {
  return chromium.launchPersistentContext("", { ...options(executablePath, true), ...how });
}
