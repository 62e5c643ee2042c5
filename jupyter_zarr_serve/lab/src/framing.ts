// Frames on a JupyterHub: the server shows a page in one of Lab's frames alone, which Lab proves by a ticket.

import { below, withTicket } from "./places.ts";
import type { Server } from "./server.ts";

const ASKING = "jupyter-zarr-serve:frame";

/**
 * Show the pages that ask for a ticket, in tabs and in outputs.
 *
 * @param root - The address of `zarr/`; only pages below it get one.
 */
export function answerFrames(root: string, server: Server): void {
  window.addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
    const href = hrefOf(data);
    if (href === undefined || below(href, root) === undefined) return;
    const frame = [...document.querySelectorAll("iframe")].find(
      ({ contentWindow }) => contentWindow === source,
    );
    if (frame) void show(frame, href, server);
  });
}

/** A frame whose ticket was refused, or for which there is none, goes on showing what the server says to people. */
async function show(frame: HTMLIFrameElement, href: string, server: Server): Promise<void> {
  const ticket = await server.frameTicket().catch(() => undefined);
  const address = ticket && withTicket(href, ticket);
  if (address) frame.contentWindow?.location.replace(address);
}

function hrefOf(data: unknown): string | undefined {
  const isAsking = typeof data === "object" && data !== null && "type" in data && data.type === ASKING;
  return isAsking && "href" in data ? String(data.href) : undefined;
}
