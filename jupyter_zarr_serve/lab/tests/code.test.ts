import assert from "node:assert/strict";
import { test } from "node:test";
import { CLIENTS, codeFor, lineIn } from "../src/code.ts";

const server = {
  code: (path: string) =>
    path === "files/a.npy"
      ? Promise.resolve([
          { title: "jupyter_zarr_serve", code: "ours\n" },
          { title: "xarray", code: "theirs\n" },
        ])
      : Promise.reject(new Error("gone")),
};

test("code is that of the client that was chosen, as far as it can read", async () => {
  assert.equal(await codeFor("files/a.npy", CLIENTS[0], server), "ours");
  assert.equal(await codeFor("files/a.npy", "xarray", server), "theirs");
  assert.equal(await codeFor("files/a.npy", "zarrita", server), undefined);
});

test("what is not there now is opened by its name; another client's code is refused with the reason", async () => {
  assert.match((await codeFor("files/b.npy", CLIENTS[0], server)) ?? "", /jz\.open\("b\.npy"\)/);
  await assert.rejects(codeFor("files/b.npy", "xarray", server), /gone/);
});

test("of code, the line that opens something is inserted into cells", () => {
  const code = "import jupyter_zarr_serve as jz\n\ndata = jz.open('a (1).ipynb/t', as_='pandas')\ndata";
  assert.equal(lineIn(code), "import jupyter_zarr_serve as jz\n\njz.open('a (1).ipynb/t', as_='pandas')");
  assert.equal(lineIn("zarr.open_array(url)"), undefined);
});
