// Jobs of the server: what takes long is asked about until it is there, and cancelled when nobody wants it.

/** How far a job is. */
export interface Progress {
  done: number;
  total: number;
  unit: string;
  /** Between 0 and 1. */
  fraction: number;
}

const SCOPE = String.raw`^(.*?/zarr/(?:s/[^/]*/)?)`;
const ASKED = new RegExp(`${SCOPE}api/(?:node|preview|chunk|export)/`);
const CHUNK = new RegExp(`${SCOPE}v3/`);
const SECONDS = 10; // that a question waits for the server
const MOST = 2; // questions that wait: a browser has few connections to one server
const PAUSE = 700; // milliseconds from one question to the next, if it does not wait
const SOON = 100; // milliseconds in which hanging up is enough: it is noticed before the server tells of a job (500)

let waiting = 0;
const open = new Set<() => void>();

addEventListener("pagehide", () => {
  for (const cancel of open) cancel();
});

/** The address by which a job makes a chunk or document of the store; all else stays as it is. */
export const asJob = (url: string): string => url.replace(CHUNK, "$1api/chunk/");

/** The answer of the server, by a job where it takes long. */
export async function answered(
  url: string,
  init: RequestInit,
  tell: (progress: Progress | undefined) => void,
): Promise<Response> {
  const scope = ASKED.exec(new URL(url, location.href).href)?.[1];
  if (!scope) return fetch(url, init);
  const job = new Job(scope, init);
  const headers = new Headers(init.headers);
  headers.set("Prefer", `respond-async, job=${job.name}`);
  let cache = init.cache ?? "default";
  for (;;) {
    const made = await job.made(() => fetch(url, { ...init, headers, cache }), tell);
    if (made && made.status !== 304) return made;
    if (made) cache = "reload"; // what the browser has is of the other address: only there it would be taken
  }
}

/** A job that the page names, so that it can be ended although nothing was told of it yet. */
class Job {
  name = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  private readonly common: RequestInit;
  private readonly signal: AbortSignal | null;
  private readonly scope: string;

  constructor(scope: string, { signal, credentials, headers }: RequestInit) {
    this.scope = scope;
    this.signal = signal ?? null;
    this.common = { credentials: credentials ?? "same-origin", headers: withToken(headers) };
  }

  /** The answer to a request that may begin it; undefined where it is gone, and has to be begun anew. */
  async made(
    begin: () => Promise<Response>,
    tell: (progress: Progress | undefined) => void,
  ): Promise<Response | undefined> {
    const since = performance.now();
    let isTold = false;
    const end = (): void => void ((isTold || performance.now() - since >= SOON) && this.end());
    open.add(end);
    try {
      const response = await begin();
      isTold = response.status === 202;
      return isTold ? await this.followed(response, tell) : response;
    } catch (error) {
      end();
      throw error;
    } finally {
      open.delete(end);
      tell(undefined);
    }
  }

  private async followed(
    response: Response,
    tell: (progress: Progress | undefined) => void,
  ): Promise<Response | undefined> {
    // Read before its body, which does not come any more once it is cancelled.
    this.name = response.headers.get("Location")?.split("/").at(-1) ?? this.name;
    while (response.status === 202) {
      tell(progressOf((await response.json()) as Partial<Progress>));
      response = await ask(this.url, { ...this.common, signal: this.signal });
    }
    return response.status !== 404 || response.headers.has("Preference-Applied") ? response : undefined;
  }

  private get url(): string {
    return `${this.scope}api/jobs/${this.name}`;
  }

  private end(): void {
    void fetch(this.url, { ...this.common, method: "DELETE", keepalive: true }).catch(() => {});
  }
}

/** Ask about a job: until something has changed, or again and again where too many wait for that. */
async function ask(job: string, init: RequestInit): Promise<Response> {
  if (waiting >= MOST) {
    await pause(PAUSE, init.signal);
    return fetch(job, init);
  }
  waiting += 1;
  try {
    return await fetch(`${job}?wait=${SECONDS}`, init);
  } finally {
    waiting -= 1;
  }
}

function progressOf({ done, total, unit, fraction }: Partial<Progress>): Progress | undefined {
  if (done === undefined || total === undefined || unit === undefined) return undefined;
  return { done, total, unit, fraction: fraction ?? done / total };
}

/** The headers of a question, with what the server wants beside a cookie for what is no mere question. */
function withToken(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given);
  for (const name of ["Range", "If-None-Match", "Prefer"]) headers.delete(name);
  const { xsrf } = document.body.dataset;
  if (xsrf) headers.set("X-XSRFToken", xsrf);
  return headers;
}

/** How far something is, in words. */
export const inWords = ({ done, total, unit }: Progress): string =>
  `${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${unit}`;

/** Wait a while, unless a signal ends it. */
export function pause(milliseconds: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
