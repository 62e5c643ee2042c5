// The live connection of this page: its address.

import { type Live, liveBy } from "../../shared/live";

/** The address below the scope, which a share link has of its own; on a hub it proves that it is this server's page. */
function addressOf(scope: string): string {
  const address = new URL("api/live", scope);
  address.protocol = address.protocol.replace("http", "ws");
  const { xsrf, hub } = document.body.dataset;
  if (xsrf && hub) address.searchParams.set("_xsrf", xsrf);
  return address.href;
}

export function connection(scope: string): Live {
  return liveBy(() => {
    const socket = new WebSocket(addressOf(scope));
    socket.binaryType = "arraybuffer";
    return socket;
  });
}
