// What the server says of data and links: requests by Lab's own connection, failures as sentences.

import { URLExt } from "@jupyterlab/coreutils";
import { ServerConnection } from "@jupyterlab/services";
import { type Described, LIMIT, type Link, type Made, type Snippet } from "./told.ts";
import { quoted } from "./places.ts";
import type { Changes } from "./watch.ts";

const WAIT = 25; // seconds; the server waits no longer

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

  /** What a node is, and some of its members; those that have a text in their names, if one is given. */
  node(path: string, offset = 0, search = ""): Promise<Described> {
    const searched = search && `&search=${encodeURIComponent(search)}`;
    return this.#ask<Described>(`node/${quoted(path)}?limit=${LIMIT}&offset=${offset}${searched}`);
  }

  /** Whether a node has a member of a name. */
  async hasMember(path: string, name: string): Promise<boolean> {
    const { members } = await this.node(path, 0, name);
    return members?.items.some((member) => member.name === name) ?? false;
  }

  /** What a kernel publishes, as a mark: once it is no longer the known one, or when time is up. */
  changes(place: string, since = "", signal?: AbortSignal): Promise<Changes> {
    const wait = signal ? WAIT : 0;
    return this.#ask<Changes>(
      `changes/${quoted(place)}?since=${since}&wait=${wait}`,
      signal ? { signal } : {},
    );
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

  /** All share links. */
  async links(): Promise<Link[]> {
    const { shares } = await this.#ask<{ shares: Link[] }>("shares");
    return shares;
  }

  /** Make a link to a node; its address is told this once. */
  share(path: string, expires: string, note: string): Promise<Made> {
    const body = JSON.stringify({ path: path.split("/"), expires, note });
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
