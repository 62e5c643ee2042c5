import assert from "node:assert/strict";
import { test } from "node:test";

const asked: [string, RequestInit][] = [];
const answers: Response[] = [];
Object.assign(globalThis, {
  addEventListener: () => {},
  location: { href: "http://here/zarr/view?path=a" },
  document: { body: { dataset: {} } },
  fetch: async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    return answers.shift();
  },
});
const { answered } = await import("../src/jobs.ts");

test("a job that finds nothing modified is asked for anew, past what the browser has", async () => {
  const told = { job: "1", url: "api/jobs/1", path: "a", seconds: 0.5 };
  const location = { "Preference-Applied": "respond-async" };
  answers.push(
    Response.json(told, { status: 202 }),
    new Response(null, { status: 304, headers: location }),
    new Response("all of it"),
  );
  const response = await answered("http://here/zarr/api/preview/a", {}, () => {});
  assert.equal(await response.text(), "all of it");
  assert.deepEqual(
    asked.map(([url, { cache }]) => [url.split("?")[0], cache]),
    [
      ["http://here/zarr/api/preview/a", "default"],
      ["http://here/zarr/api/jobs/1", undefined],
      ["http://here/zarr/api/preview/a", "reload"],
    ],
  );
});
