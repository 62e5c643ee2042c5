// The server of the page: a store for zarrita, JSON, patience with 503, and how much is on its way.

import { begin, end } from "./patience";
import type { AbsolutePath, AsyncReadable, GetOptions, RangeQuery } from "zarrita";

const PATIENCE = 600_000; // milliseconds that the server may say "later" before it counts as a failure
const LONGEST_PAUSE = 5; // seconds

/** What the server said instead of an answer. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Requests and bytes, for who wants to show them. */
export const traffic = { waiting: 0, requests: 0, bytes: 0, listeners: new Set<() => void>() };

/** What to do once the server answers again what it had put off: meanwhile the data may have become others. */
export const putOff = { resumed: (): void => {} };

function changed(waiting: number, bytes = 0): void {
  traffic.waiting += waiting;
  traffic.requests += waiting > 0 ? 1 : 0;
  traffic.bytes += bytes;
  for (const listener of traffic.listeners) listener();
}

/** The body; undefined where there is nothing. */
export async function load(
  url: string,
  init: RequestInit = {},
  see: (headers: Headers) => void = () => {},
): Promise<Uint8Array | undefined> {
  changed(1);
  let size = 0;
  try {
    const response = await patiently(url, init);
    see(response.headers);
    if (response.status === 404) return undefined;
    const body = new Uint8Array(await response.arrayBuffer());
    size = body.byteLength;
    if (!response.ok)
      throw new Refused(response.status, words(body) || `the server answered ${response.status}`);
    return body;
  } finally {
    changed(-1, size);
  }
}

const onTheWay = new Map<string, Promise<unknown>>();

/** A JSON document; undefined where there is none. Several parts of the page that ask for it at once share the answer. */
export function loadJson<T>(url: string, init: RequestInit = {}): Promise<T | undefined> {
  const shared = init.signal ? undefined : onTheWay.get(url);
  if (shared) return shared as Promise<T | undefined>;
  const loading = load(url, init).then((body) => body && (JSON.parse(new TextDecoder().decode(body)) as T));
  if (init.signal) return loading;
  onTheWay.set(url, loading);
  const done = (): void => void onTheWay.delete(url);
  loading.then(done, done);
  return loading;
}

async function patiently(url: string, init: RequestInit): Promise<Response> {
  const deadline = Date.now() + PATIENCE;
  const headers = new Headers(init.headers);
  // A JupyterHub takes a script's cookie only beside this; a page below a link has none and needs none.
  const { xsrf, hub } = document.body.dataset;
  if (xsrf && hub) headers.set("X-XSRFToken", xsrf);
  const wait = begin();
  try {
    for (;;) {
      const response = await fetch(url, { credentials: "same-origin", ...init, headers });
      if (response.status !== 503 || Date.now() > deadline) {
        if (wait.reason && response.ok) putOff.resumed();
        return response;
      }
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      wait.reason = words(new Uint8Array(await response.arrayBuffer())) || "The server is busy";
      await pause(Math.min(seconds, LONGEST_PAUSE) * 1000, init.signal ?? undefined);
    }
  } finally {
    end(wait);
  }
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** The message in a failure's JSON. */
function words(body: Uint8Array): string {
  try {
    return String((JSON.parse(new TextDecoder().decode(body)) as { message?: string }).message ?? "");
  } catch {
    return "";
  }
}

/** A Zarr hierarchy below a URL. */
export class Store implements AsyncReadable {
  /** Whether chunks may be rough for now, if that is faster. */
  isHasty = false;
  /** Whether the server sent any that were. */
  hasRough = false;

  constructor(readonly root: string) {}

  get(key: AbsolutePath, options: GetOptions = {}): Promise<Uint8Array | undefined> {
    return key.endsWith("zarr.json") ? load(this.url(key), options) : this.chunk(key, options);
  }

  getRange(
    key: AbsolutePath,
    range: RangeQuery,
    options: GetOptions = {},
  ): Promise<Uint8Array | undefined> {
    const { offset, end } =
      "suffixLength" in range
        ? { offset: "", end: range.suffixLength }
        : { offset: range.offset, end: range.offset + range.length - 1 };
    return load(this.url(key), { ...options, headers: { Range: `bytes=${offset}-${end}` } });
  }

  private chunk(key: string, options: GetOptions): Promise<Uint8Array | undefined> {
    if (!this.isHasty) return load(this.url(key), options);
    return load(`${this.url(key)}?preview=1`, options, (headers) => {
      this.hasRough ||= headers.get("Cache-Control")?.includes("no-store") ?? false;
    });
  }

  private url(key: string): string {
    return this.root.replace(/\/$/, "") + key.split("/").map(encodeURIComponent).join("/");
  }
}

/** A path of names as it is written in a URL. */
export const quoted = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
