// Saving a file that the server makes: how much of it has come is told, and it can be cancelled.

import { hand } from "./dom";
import { fail } from "./notices";
import { begin, end } from "./patience";
import { Refused, tokens, words } from "./server";

const MOST = 1 << 28; // bytes that the page takes itself; the browser saves what is larger, as any other file

/** Save the file of a link when it is clicked, unless it is too large for the page, or opened in another way. */
export function saving(link: HTMLAnchorElement, size: () => number | undefined): void {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || (size() ?? 0) > MOST) return;
    event.preventDefault();
    void save(link.href);
  });
}

async function save(url: string): Promise<void> {
  const asking = new AbortController();
  const wait = begin(() => asking.abort());
  wait.reason = "The server is making the file";
  try {
    const response = await fetch(url, {
      credentials: "same-origin",
      headers: tokens(),
      signal: asking.signal,
    });
    if (!response.ok)
      throw new Refused(response.status, words(new Uint8Array(await response.arrayBuffer())));
    const total = Number(response.headers.get("Content-Length") ?? 0);
    const body = await taken(response, (done) => {
      wait.reason = `${done.toLocaleString("en")} bytes have come`;
      if (total) wait.tell({ done, total, unit: "bytes", fraction: Math.min(1, done / total) });
      if (done > MOST) asking.abort(TOO_LARGE);
    });
    hand(body, nameIn(response.headers.get("Content-Disposition") ?? ""));
  } catch (error) {
    if (asking.signal.reason === TOO_LARGE)
      location.href = url; // which begins anew
    else if (!asking.signal.aborted) fail(error, () => void save(url));
  } finally {
    end(wait);
  }
}

const TOO_LARGE = "too large for the page";

/** The whole body, told by its bytes as they come. */
async function taken(response: Response, tell: (done: number) => void): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body?.getReader();
  let done = 0;
  while (reader) {
    const { value } = await reader.read();
    if (!value) break;
    parts.push(value);
    tell((done += value.byteLength));
  }
  return new Blob(parts, { type: response.headers.get("Content-Type") ?? "" });
}

/** The name in a header Content-Disposition. */
export function nameIn(header: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  return encoded ? decodeURIComponent(encoded) : (/filename="([^"]*)"/i.exec(header)?.[1] ?? "data");
}
