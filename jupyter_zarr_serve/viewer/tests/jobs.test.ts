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
    Response.json(told, { status: 202, headers: { Location: "/zarr/api/jobs/1" } }),
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

test("a job is ended although what is told of it has not come yet", async () => {
  asked.length = 0;
  const accepted = new Response(null, {
    status: 202,
    headers: { Location: "/base/zarr/s/token/api/jobs/2" },
  });
  accepted.json = () => Promise.reject(new Error("cancelled"));
  answers.push(accepted, new Response());
  await assert.rejects(
    answered("http://here/zarr/s/token/api/preview/a", {}, () => {}),
    /cancelled/,
  );
  assert.deepEqual(
    asked.map(([url, { method }]) => [url, method]),
    [
      ["http://here/zarr/s/token/api/preview/a", undefined],
      ["http://here/zarr/s/token/api/jobs/2", "DELETE"],
    ],
  );
});
