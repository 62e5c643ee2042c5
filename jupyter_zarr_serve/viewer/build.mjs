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

// `@h5web/app` draws with charts of ours, and beside a tree of ours: see charts.tsx, hooks.ts and panels.tsx.
const INSTEAD = {
  "@h5web/lib": "src/explorer/charts.tsx",
  "@react-hookz/web": "src/explorer/hooks.ts",
  "react-resizable-panels": "src/explorer/panels.tsx",
};

// The names of its forms for plots of NeXus; here they are those of any data with coordinates.
const FORMS = [
  ['"NX Line"', '"Line"'],
  ['"NX Heatmap"', '"Heatmap"'],
  ['"NX RGB"', '"RGB"'],
  ['"NX Scatter"', '"Scatter"'],
];

const explorer = {
  name: "explorer",
  setup({ onLoad, onResolve }) {
    const isOfApp = (file) => /[\\/]@h5web[\\/]app[\\/]dist[\\/]/.test(file);
    onResolve(
      { filter: /^(@h5web\/lib|@react-hookz\/web|react-resizable-panels)$/ },
      ({ path, importer }) => (isOfApp(importer) ? { path: resolve(INSTEAD[path]) } : undefined),
    );
    onLoad({ filter: /@h5web[\\/]app[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [form, name] of FORMS) {
        if (!contents.includes(form)) throw new Error(`${path} has no form ${form} any longer`);
        contents = contents.replaceAll(form, name);
      }
      return { contents, loader: "js" };
    });
  },
};

const { metafile } = await build({
  entryPoints: ["src/viewer.ts", "src/viewer.css", "src/explorer/explorer.css"],
  outdir: OUT,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  alias,
  plugins: [noEval, explorer],
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  entryNames: "[name].[hash]",
  chunkNames: "part.[hash]",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

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
