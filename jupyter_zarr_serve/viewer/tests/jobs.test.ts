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

test("a job is ended although nothing was told of it yet, unless hanging up has ended it", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  for (const [elapsed, wanted] of [
    [50, 1],
    [400, 2],
  ] as const) {
    asked.length = 0;
    const asking = new AbortController();
    const hang = t.mock.method(globalThis, "fetch", (url: string, init: RequestInit) => {
      asked.push([url, init]);
      if (init.method === "DELETE") return Promise.resolve(new Response());
      return new Promise((_, fail) =>
        asking.signal.addEventListener("abort", () => fail(asking.signal.reason)),
      );
    });
    const answer = answered("http://here/zarr/api/preview/a", { signal: asking.signal }, () => {});
    now += elapsed;
    asking.abort(new Error("cancelled"));
    await assert.rejects(answer, /cancelled/);
    hang.mock.restore();
    const name = /job=([0-9a-f]{32})$/.exec(new Headers(asked[0]?.[1].headers).get("Prefer") ?? "")?.[1];
    assert.ok(name);
    assert.equal(asked.length, wanted);
    if (wanted === 2) assert.equal(asked[1]?.[0], `http://here/zarr/api/jobs/${name}`);
  }
});
