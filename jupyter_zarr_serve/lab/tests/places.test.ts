import assert from "node:assert/strict";
import { test } from "node:test";
import { formatOf } from "../src/formats.ts";
import {
  below,
  bestOf,
  fileOf,
  lineFor,
  movedPage,
  movedPath,
  pageOf,
  pathOfFile,
  storeOf,
  titleOf,
  viewerOf,
  wholeFile,
  withTicket,
  withoutTicket,
} from "../src/places.ts";

test("names of files are quoted in addresses, their slashes are not", () => {
  assert.equal(pageOf("files/a b/ü#?.h5"), "v3/files/a%20b/%C3%BC%23%3F.h5");
  assert.equal(viewerOf("files/a&b.tif"), "view?path=files/a%26b.tif");
  assert.equal(storeOf("files/x.npy", 2), "v2/files/x.npy");
  assert.equal(pageOf(""), "");
});

test("data are drawn, and what only leads to data is listed", () => {
  for (const path of [
    "files/a/run.h5",
    "files/run.h5/detector/image",
    "files/a.zarr",
    "notebooks/a/b.ipynb/waves",
    "kernels/1/waves",
    "demo/tables.h5/x",
  ])
    assert.equal(bestOf(path), viewerOf(path));
  for (const path of ["", "files", "files/a", "notebooks", "notebooks/a/b.ipynb", "kernels/1", "demo"])
    assert.equal(bestOf(path), pageOf(path));
});

test("files of collaborative drives are served, those of other drives are not", () => {
  assert.equal(pathOfFile("runs/a.h5"), "files/runs/a.h5");
  assert.equal(pathOfFile("/runs/a.h5"), "files/runs/a.h5");
  assert.equal(pathOfFile("RTC:runs/a.h5"), "files/runs/a.h5");
  assert.equal(pathOfFile("S3:bucket/a.h5"), undefined);
  assert.equal(pathOfFile("runs/at 10:30.h5"), "files/runs/at 10:30.h5");
  assert.equal(fileOf("files/runs/a.h5"), "runs/a.h5");
  assert.equal(fileOf("kernels/1/a"), undefined);
});

test("a file is of the format of its longest suffix, in upper or lower case", () => {
  assert.equal(formatOf("A.ZARR.ZIP")?.type, "zarr-store");
  assert.equal(formatOf("run.2024.H5")?.type, "zarr-hdf5");
  assert.equal(formatOf("notes.md"), undefined);
  assert.equal(formatOf("h5"), undefined);
});

test("code names files and notebooks as people do", () => {
  assert.match(lineFor('files/a"b.h5/t'), /jz\.open\("a\\"b\.h5\/t"\)$/);
  assert.match(lineFor("notebooks/a.ipynb/t"), /jz\.open\("a\.ipynb\/t"\)$/);
  assert.match(lineFor("demo/scalars"), /jz\.open\("demo\/scalars"\)$/);
});

test("a page is below the root of its own server alone", () => {
  const root = "http://host/user/ann/zarr/";
  assert.equal(below("http://host/user/ann/zarr/view?path=a#zoom=1", root), "view?path=a#zoom=1");
  assert.equal(below("http://host/user/bob/zarr/", root), undefined);
  assert.equal(below("http://other/user/ann/zarr/", root), undefined);
});

test("a tab says of which file or notebook its node is", () => {
  assert.equal(titleOf("files/a/run.h5/detector/image"), "image – run.h5");
  assert.equal(titleOf("notebooks/day/waves.ipynb/t"), "t – waves.ipynb");
  assert.equal(titleOf("files/a/run.h5"), "run.h5");
  assert.equal(titleOf("kernels/1/t"), "t");
  assert.equal(titleOf(""), "");
});

test("a node is in a file, a notebook or a folder that the file browser can show", () => {
  assert.equal(wholeFile("files/a/run.h5/detector/image"), "a/run.h5");
  assert.equal(wholeFile("files/a/b"), "a/b");
  assert.equal(wholeFile("notebooks/day/waves.ipynb/t"), "day/waves.ipynb");
  assert.equal(wholeFile("kernels/1/t"), undefined);
  assert.equal(wholeFile("demo/x.zarr"), undefined);
});

test("a ticket is added once to an address, before its hash, and leaves it again", () => {
  for (const [address, ticketed] of [
    ["/zarr/", "/zarr/?frame_ticket=a%7Cb"],
    ["/zarr/view?path=a%20b#x=1&y", "/zarr/view?path=a%20b&frame_ticket=a%7Cb#x=1&y"],
  ] as const) {
    assert.equal(withTicket(address, "a|b"), ticketed);
    assert.equal(withTicket(ticketed, "a|b"), undefined);
    assert.equal(withoutTicket(ticketed), address);
    assert.equal(withoutTicket(address), address);
  }
  assert.equal(withoutTicket("/zarr/?frame_ticket=a&offset=2"), "/zarr/?offset=2");
});

test("a page moves with the notebook or the folder that it is in, at the same view", () => {
  const [before, after] = ["notebooks/a b.ipynb", "notebooks/c.ipynb"] as const;
  assert.equal(movedPath(`${before}/x`, before, after), "notebooks/c.ipynb/x");
  assert.equal(movedPath("notebooks/a b.ipynb2/x", before, after), "notebooks/a b.ipynb2/x");
  for (const [at, moved] of [
    ["view?path=notebooks/a%20b.ipynb/x#zoom=2", "view?path=notebooks/c.ipynb/x#zoom=2"],
    ["view?path=notebooks%2Fa%20b.ipynb%2Fx", "view?path=notebooks%2Fc.ipynb%2Fx"],
    ["v3/notebooks/a%20b.ipynb", "v3/notebooks/c.ipynb"],
    ["view?path=files/notebooks/a%20b.ipynb", "view?path=files/notebooks/a%20b.ipynb"],
  ] as const)
    assert.equal(movedPage(at, before, after), moved);
});
