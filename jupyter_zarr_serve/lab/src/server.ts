// What the server says of data and links: requests by Lab's own connection, failures as sentences.

import { URLExt } from "@jupyterlab/coreutils";
import { ServerConnection } from "@jupyterlab/services";
import {
  type Described,
  LIMIT,
  type Link,
  type Made,
  type Snippet,
  type Stats,
  type Wish,
} from "./told.ts";
import { quoted } from "./places.ts";
import { holdWhileHidden, type Live, liveBy } from "../../shared/live.ts";

const HIDDEN = 5000; // milliseconds for which a window must be hidden, before nothing is listened to
const LIVES = new WeakMap<ServerConnection.ISettings, Live>();

/** An answer that is no success. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Whether the answer is of this extension's part in the server. */
    readonly isOurs: boolean,
  ) {
    super(message);
  }
}

/** Whether asking again after a failure is of no use. */
export function isLasting(error: unknown): boolean {
  return error instanceof Failure && error.status < 500;
}

export class Server {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** The live connection, one for the whole window; opened when something is followed. */
  get live(): Live {
    const known = LIVES.get(this.settings);
    if (known) return known;
    const live = liveBy(() => opened(this.settings));
    holdWhileHidden(live, HIDDEN);
    LIVES.set(this.settings, live);
    return live;
  }

  /** What a node is, and some of its members; those that have a text in their names, if one is given. */
  node(path: string, { offset = 0, search = "" } = {}): Promise<Described> {
    const searched = search && `&search=${encodeURIComponent(search)}`;
    return this.#ask<Described>(`node/${quoted(path)}?limit=${LIMIT}&offset=${offset}${searched}`);
  }

  /** What is told of the values of an array, of some where they are many. */
  stats(path: string): Promise<Stats> {
    return this.#ask<Stats>(`preview/${quoted(path)}?form=stats`);
  }

  /** The address of a small picture of an array. */
  picture(path: string): Promise<Blob> {
    return this.#answer(`preview/${quoted(path)}?form=image`, {}).then((response) => response.blob());
  }

  /** Code that opens a node, of each client that can read it. */
  async code(path: string): Promise<Snippet[]> {
    const { snippets } = await this.#ask<{ snippets: Snippet[] }>(`code/${quoted(path)}`);
    return snippets;
  }

  /** What lets a page of the server be shown in a frame, on a hub. */
  async frameTicket(): Promise<string> {
    const { ticket } = await this.#ask<{ ticket: string }>("frame-ticket");
    return ticket;
  }

  /** All share links. */
  async links(): Promise<Link[]> {
    const { shares } = await this.#ask<{ shares: Link[] }>("shares");
    return shares;
  }

  /** Make a link to a node; its address is told this once. */
  share(path: string, { expires, note, origins }: Wish): Promise<Made> {
    const chosen = origins.length ? { origins } : {};
    const body = JSON.stringify({ path: path.split("/"), expires, note, ...chosen });
    return this.#ask<Made>("shares", { method: "POST", body });
  }

  /** End a link. */
  async revoke(id: string): Promise<void> {
    await this.#answer(`shares/${id}`, { method: "DELETE" });
  }

  async #ask<T>(path: string, how: RequestInit = {}): Promise<T> {
    const response = await this.#answer(path, how);
    return (await response.json()) as T;
  }

  async #answer(path: string, how: RequestInit): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, "zarr/api/") + path;
    const response = await ServerConnection.makeRequest(url, how, this.settings);
    if (response.ok) return response;
    const told: unknown = await response.json().catch(() => undefined);
    const isObject = typeof told === "object" && told !== null;
    const message = isObject && "message" in told ? String(told.message) : response.statusText;
    // Where there is no such extension, Jupyter answers with a page, or names no reason.
    throw new Failure(response.status, message, isObject && "reason" in told && Boolean(told.reason));
  }
}

/** A WebSocket with Lab's login; browsers send no header with one. */
function opened({ WebSocket, wsUrl, token, appendToken }: ServerConnection.ISettings): WebSocket {
  const url = new URL(URLExt.join(wsUrl, "zarr/api/live"));
  // Without a token the cookie is the login, beside which a JupyterHub wants this one, too.
  const xsrf = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie)?.[1];
  if (appendToken && token) url.searchParams.set("token", token);
  else if (xsrf) url.searchParams.set("_xsrf", xsrf);
  return new WebSocket(url.href);
}
