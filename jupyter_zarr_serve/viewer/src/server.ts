// The server of the page: a store for zarrita, JSON, patience with 503, and how much is on its way.

import type { Answer, Gets } from "./gets";
import { answered, asJob, pause, type Progress } from "./jobs";
import { begin, end } from "./patience";
import type { AbsolutePath, AsyncReadable, GetOptions, RangeQuery } from "zarrita";

const PATIENCE = 600_000; // milliseconds that the server may say "later" before it counts as a failure
const LONGEST_PAUSE = 5; // seconds
const MOST_TAGS = 10_000;

/** The status of what was cancelled in the page. */
export const CANCELLED = 0;

/** What the server said instead of an answer. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A request, and who is told how far it is; where nobody is, the page tells it. */
export interface Init extends RequestInit {
  progress?: ((progress: Progress | undefined) => void) | undefined;
  /** When it was asked for first; by default now. */
  since?: number | undefined;
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
  init: Init = {},
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

/** The live connection, and the address that its keys are below. */
export const byLive: { gets?: Gets; scope: string } = { scope: "" };

/** Whether chunks come over the live connection, and how many requests wait for their answers. */
export const underWay = (): { isLive: boolean; waiting: number } => ({
  isLive: byLive.gets?.isOpen ?? false,
  waiting: traffic.waiting,
});

async function loadByLive(url: string, signal?: AbortSignal): Promise<Answer | undefined> {
  const { gets, scope } = byLive;
  if (!gets || !url.startsWith(scope)) return undefined;
  changed(1);
  let answer: Answer | undefined;
  const [asking, cancel] = cancellable(signal);
  const wait = begin(cancel);
  try {
    answer = await gets.get(url.slice(scope.length), asking);
    return answer;
  } finally {
    end(wait);
    changed(-1, answer?.body.length);
  }
}

/** A signal that ends with another one, or when people cancel. */
function cancellable(signal: AbortSignal | null | undefined): [asking: AbortSignal, cancel: () => void] {
  const asking = new AbortController();
  signal?.addEventListener("abort", () => asking.abort(signal.reason));
  if (signal?.aborted) asking.abort(signal.reason);
  const cancel = (): void => {
    cancelled = new Refused(CANCELLED, "It was cancelled.");
    asking.abort(cancelled);
    byLive.gets?.cancelGivenUp();
  };
  return [asking.signal, cancel];
}

// Whoever cancels wants no other data either, which the page would ask for next, until they do something again.
let cancelled: Refused | undefined;
const DATA = /\/(?:v3|api\/preview|api\/export)\/(?!.*zarr\.json$)/;
for (const act of ["pointerdown", "click", "keydown", "wheel", "input"])
  addEventListener(act, () => (cancelled = undefined), { capture: true, passive: true });

const onTheWay = new Map<string, Promise<unknown>>();

/** A JSON document; undefined where there is none. Several parts of the page that ask for it at once share the answer. */
export function loadJson<T>(url: string, init: Init = {}): Promise<T | undefined> {
  const shared = init.signal ? undefined : onTheWay.get(url);
  if (shared) return shared as Promise<T | undefined>;
  const loading = load(url, init).then((body) => body && (JSON.parse(new TextDecoder().decode(body)) as T));
  if (init.signal) return loading;
  onTheWay.set(url, loading);
  const done = (): void => void onTheWay.delete(url);
  loading.then(done, done);
  return loading;
}

const LONG = 2000; // milliseconds that a document may take before it is asked for as a job
let isSlow = false; // whether one took longer: then all others are at once

/** The answer, by a job even if it takes no time: only so does the server know that who hangs up does not come back.
 *
 * A document is first asked for as the page has preloaded it.
 */
async function soon(
  url: string,
  init: RequestInit,
  tell: (progress: Progress | undefined) => void,
): Promise<Response> {
  if (isSlow || !url.endsWith("/zarr.json")) return answered(asJob(url), init, tell);
  const asking = new AbortController();
  const end = (): void => asking.abort(init.signal?.reason);
  init.signal?.addEventListener("abort", end);
  const timer = setTimeout(() => asking.abort((isSlow = true)), LONG);
  try {
    return await fetch(url, { ...init, signal: asking.signal });
  } catch (error) {
    if (asking.signal.reason !== true) throw error;
    return await answered(asJob(url), init, tell);
  } finally {
    clearTimeout(timer);
  }
}

/** What a JupyterHub wants beside a script's cookie; a page below a link has none and needs none. */
export function tokens(): Record<string, string> {
  const { xsrf, hub } = document.body.dataset;
  return xsrf && hub ? { "X-XSRFToken": xsrf } : {};
}

async function patiently(url: string, { progress, since, ...init }: Init): Promise<Response> {
  if (cancelled && DATA.test(url)) throw cancelled;
  const deadline = Date.now() + PATIENCE;
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(tokens())) headers.set(name, value);
  const [signal, cancel] = cancellable(init.signal);
  const given: RequestInit = { credentials: "same-origin", ...init, headers, signal };
  const wait = begin(cancel, progress, since);
  try {
    for (;;) {
      const response = await soon(url, given, wait.tell);
      if (response.status !== 503 || Date.now() > deadline) {
        if (wait.reason && response.ok) putOff.resumed();
        return response;
      }
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      wait.reason = words(new Uint8Array(await response.arrayBuffer())) || "The server is busy";
      await pause(Math.min(seconds, LONGEST_PAUSE) * 1000, signal);
    }
  } finally {
    end(wait);
  }
}

/** The message in a failure's JSON. */
export function words(body: Uint8Array): string {
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
  /** How many answers were others than those before to the same question. */
  changes = 0;
  private readonly tags = new Map<string, string | null>();

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

  private async chunk(key: string, options: GetOptions): Promise<Uint8Array | undefined> {
    const compare = (headers: Headers): void => this.compare(key, headers.get("ETag"));
    if (!this.isHasty) {
      const since = Date.now();
      if (cancelled) throw cancelled;
      const answer = await loadByLive(this.url(key), options.signal);
      if (!answer) return load(this.url(key), { ...options, since }, compare);
      this.compare(key, answer.etag || null);
      return answer.status === 404 ? undefined : answer.body;
    }
    return load(`${this.url(key)}?preview=1`, options, (headers) => {
      this.hasRough ||= headers.get("Cache-Control")?.includes("no-store") ?? false;
    });
  }

  private compare(key: string, tag: string | null): void {
    if (this.tags.get(key) === tag && tag) return;
    this.changes++;
    if (this.tags.size >= MOST_TAGS) this.tags.clear();
    this.tags.set(key, tag);
  }

  private url(key: string): string {
    return this.root.replace(/\/$/, "") + key.split("/").map(encodeURIComponent).join("/");
  }
}

/** A path of names as it is written in a URL. */
export const quoted = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
