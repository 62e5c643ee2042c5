// Bundles src/ into dist/: files named by their content, and manifest.json, which tells for each entry its name, and
// those of the files that it imports.

import { mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { build } from "esbuild";

const OUT = process.argv[2];

// Viv's loaders read OME-TIFF, too; the layers need three small functions of them.
// `ndarray` and `ndarray-ops` write code, which the page's policy forbids.
const alias = {
  "@vivjs/loaders": "./src/viv-loaders.ts",
  ndarray: "./src/explorer/ndarray.ts",
  "ndarray-ops": "./src/explorer/ndarray.ts",
};

// See src/embind.ts.
const noEval = {
  name: "no-eval",
  setup({ onLoad }) {
    onLoad({ filter: /numcodecs[\\/]dist[\\/](blosc|lz4|zstd)\.js$/ }, ({ path }) => ({
      contents: `import { Function } from ${JSON.stringify(resolve("src/embind.ts"))};\n${readFileSync(path, "utf8")}`,
    }));
  },
};

// `@h5web/app` draws with charts of ours, beside a tree of ours, and as the address says: see charts.tsx, hooks.ts, panels.tsx
// and stores.ts. The charts themselves measure their room by ours: see measures.ts.
const INSTEAD = {
  "@h5web/lib": "src/explorer/charts.tsx",
  "@react-hookz/web": "src/explorer/hooks.ts",
  "react-resizable-panels": "src/explorer/panels.tsx",
  zustand: "src/explorer/stores.ts",
  "zustand/middleware": "src/explorer/stores.ts",
};
const IN_CHARTS = { "@react-hookz/web": "src/explorer/measures.ts" };

// What h5web writes, and what it writes here. Its forms for plots of NeXus are those of any data with coordinates. And the
// ends of a bar of colours, which are to be edited, too, are numbers as people write them: 0 in place of 0e+0.
const WRITTEN = {
  app: [
    ['"NX Line"', '"Line"'],
    ['"NX Heatmap"', '"Heatmap"'],
    ['"NX RGB"', '"RGB"'],
    ['"NX Scatter"', '"Scatter"'],
  ],
  lib: [
    ['(".3~e")', '(".4~g")'],
    ['(".5~e")', '(".6~g")'],
  ],
};

// What src/explorer knows of the inside of h5web, and would miss without a word: a version without it is not built.
const INSIDE = {
  app: [
    ...["matrix", "line", "heatmap", "rgb", "scatter", "preferredVis"].map((name) => `"h5web:${name}"`), // stores.ts, hooks.ts
    ...["axesCount: 0", "lockedDimsCount: 0", "mapping: []"], // stores.ts
    ...['"h5w-sidebar"', '"Toggle sidebar"'], // panels.tsx, charts.tsx
    ...['"LoadingEntity"', '"LoadingDatasetValue"', "`Inspect ${"], // explorer.tsx
  ],
  lib: ['"h5w-slider"', '"D", ', "label: `D${", "dimension:", '"data-measured"', "useMeasure as"], // mapper.tsx, measures.ts
};

/** The code of a library of h5web, if it has all of that, as it is to be here. */
function known(path, library) {
  let contents = readFileSync(path, "utf8");
  const parts = [...INSIDE[library], ...WRITTEN[library].map(([theirs]) => theirs)];
  const missing = parts.filter((part) => !contents.includes(part));
  if (missing.length)
    throw new Error(`${path} has no longer what src/explorer relies on: ${missing.join(" ")}`);
  for (const [theirs, ours] of WRITTEN[library]) contents = contents.replaceAll(theirs, ours);
  return contents;
}

// Whoever asks whether shaders are right waits until they are compiled, which goes on beside all else otherwise. Those of h5web
// are tested by h5web.
const CHECKED = "checkShaderErrors: true";
const unchecked = {
  name: "unchecked",
  setup({ onLoad }) {
    onLoad({ filter: /three[\\/]build[\\/]three\.module\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, "utf8");
      if (!contents.includes(CHECKED)) throw new Error(`${path} has no ${CHECKED} any longer`);
      return { contents: contents.replace(CHECKED, "checkShaderErrors: false"), loader: "js" };
    });
  },
};

const explorer = {
  name: "explorer",
  setup({ onLoad, onResolve }) {
    const insteadIn = (file) => {
      const [, library] = file.match(/[\\/]@h5web[\\/](app|lib)[\\/]dist[\\/]/) ?? [];
      return { app: INSTEAD, lib: IN_CHARTS }[library] ?? {};
    };
    onResolve(
      { filter: /^(@h5web\/lib|@react-hookz\/web|react-resizable-panels|zustand(\/middleware)?)$/ },
      ({ path, importer }) => {
        const ours = insteadIn(importer)[path];
        return ours && { path: resolve(ours) };
      },
    );
    onLoad({ filter: /@h5web[\\/](app|lib)[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      const [, library] = path.match(/@h5web[\\/](app|lib)/);
      return { contents: known(path, library), loader: "js" };
    });
  },
};

const how = {
  outdir: OUT,
  bundle: true,
  minify: true,
  target: "es2022",
  entryNames: "[name].[hash]",
  chunkNames: "part.[hash]",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};
const { metafile } = await build({
  ...how,
  entryPoints: ["src/viewer.ts", "src/viewer.css", "src/explorer/explorer.css"],
  splitting: true,
  // What the page begins with is in one file: parts that come later would share it as many small ones otherwise.
  inject: ["src/viewer.ts"],
  format: "esm",
  alias,
  plugins: [noEval, unchecked, explorer],
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
});
// The script of all other pages shares no file with the viewer, so that a page asks for one.
const pages = await build({ ...how, entryPoints: ["src/follow.ts"], format: "iife" });
Object.assign(metafile.outputs, pages.metafile.outputs);

/** The licences of what was bundled, by package. */
function licences() {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = input.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (found) packages.add(found[0]);
  }
  return [...packages].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"].find((it) =>
      existsSync(`${folder}/${it}`),
    );
    const text = file ? readFileSync(`${folder}/${file}`, "utf8") : "";
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
}

/** A file of the bundle, and all that has to be there before it runs. */
function needed(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const { imports } = metafile.outputs[path];
  for (const { path, kind } of imports) if (kind === "import-statement") needed(path, found);
  return found;
}

const names = {};
for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
  if (entryPoint?.startsWith("src/"))
    names[basename(entryPoint).replace(".ts", ".js")] = [...needed(path)].map((path) => basename(path));
}
mkdirSync(OUT, { recursive: true });
writeFileSync(`${OUT}/manifest.json`, `${JSON.stringify(names, null, 2)}\n`);
writeFileSync(`${OUT}/LICENSES.txt`, licences().join(`\n${"-".repeat(80)}\n\n`));
