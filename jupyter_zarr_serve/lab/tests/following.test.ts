import assert from "node:assert/strict";
import { test } from "node:test";
import { Live, type Socket } from "../../shared/live.ts";
import { existsAt, Following } from "../src/following.ts";

/** A server with one connection, which the test holds. */
class Fake {
  readonly said: Record<string, unknown>[] = [];
  readonly socket: Socket = {
    onmessage: null,
    onclose: null,
    send: (text) => void this.said.push(JSON.parse(text) as Record<string, unknown>),
    close: () => undefined,
  };
  readonly live = new Live({ connect: () => this.socket, later: () => () => undefined, random: () => 1 });

  tell(type: string, members: object = {}): void {
    this.socket.onmessage?.({ data: JSON.stringify({ type, ...members }) });
  }

  notice(path: string, seq: number, kind: string): void {
    this.tell("notices", { notices: [{ path, seq, kind, generation: 1 }] });
  }
}

test("what is followed already goes on when other paths are", () => {
  const server = new Fake();
  const heard: string[] = [];
  const following = new Following(server.live, (path, kind) => heard.push(`${path} ${kind}`));
  following.set(["a a", "b"]);
  server.tell("hello");
  following.set(["b", "c"]);
  assert.deepEqual(
    server.said.map(({ paths }) => paths),
    [["a%20a"], ["b"], ["c"]],
  );
  for (const path of ["a%20a", "b", "c"]) server.notice(path, 3, "data");
  assert.deepEqual(heard, ["b data", "c data"]);
});

test("whether something is there is what the server told last", async () => {
  const server = new Fake();
  const asked = existsAt(server.live, "a");
  server.tell("hello");
  server.tell("subscribed", { path: "a", seq: 1, is_there: false });
  assert.equal(await asked, false);
  server.notice("a", 2, "back");
  assert.equal(await existsAt(server.live, "a"), true);
  const refused = existsAt(server.live, "b");
  server.tell("refused", { path: "b", status: 403 });
  assert.equal(await refused, undefined);
});

test("who waits for a connection that cannot be had is told that nothing is known", async () => {
  const server = new Fake();
  const asked = existsAt(server.live, "a");
  server.socket.onclose?.({ code: 1006 });
  assert.equal(await asked, undefined);
  assert.equal(await existsAt(server.live, "a"), undefined); // while it is lost nobody waits
});
