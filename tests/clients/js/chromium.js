// Chromium, as all programs start it: it asks nothing of anybody by itself, and draws by software, or not at all by WebGL.

import { chromium } from "playwright-core";

const QUIET = [
  "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync",
];
const SOFTWARE = ["use-gl=angle", "use-angle=swiftshader", "enable-unsafe-swiftshader"];

export function launched(executablePath, { hasGraphics }) {
  const names = ["no-sandbox", ...QUIET, ...(hasGraphics ? SOFTWARE : ["disable-gpu"])];
  return chromium.launch({ executablePath, args: names.map((name) => `--${name}`) });
}
