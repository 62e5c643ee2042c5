"""The live connection: who may open it, what may be asked over it, and how much."""

import json
import random
import shutil
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import h5py
import jsonschema
import numpy as np
import pytest
import websocket
import zarr
from jupyter_server.auth.authorizer import Authorizer
from tornado.httpclient import HTTPClientError

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.known_names import SHARES
from jupyter_zarr_serve.handlers.live import outbox
from jupyter_zarr_serve.handlers.live.outbox import Outbox
from jupyter_zarr_serve.sources.live.state import Notice
from tests.live import Live, answers_in, connected, refused, url_of
from tests.server import Server

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "live.schema.json").read_text())


@pytest.fixture
def folder(served_dir: Path, request: Any):
    """A folder of the server, of this test alone."""
    place = served_dir / f"live-{request.node.name.partition('[')[0]}"
    place.mkdir()
    yield place
    shutil.rmtree(place)


@pytest.fixture
def path(folder: Path) -> str:
    """An array of 200 chunks."""
    np.save(folder / "a.npy", np.arange(1000, dtype="i4"))
    store = zarr.create_array(folder / "a.zarr", shape=(1000,), chunks=(5,), dtype="i4", fill_value=0)
    store[:500] = np.arange(500)
    return f"files/{folder.name}"


@pytest.fixture
def live(server: Server):
    with connected(server) as opened:
        yield opened


# What it answers.


def test_every_answer_is_that_of_http(server: Server, live: Live, path):
    keys = [
        f"v3/{path}/a.zarr/c/0", f"v3/{path}/a.zarr/c/199", f"v2/{path}/a.npy/.zarray", f"v3/{path}/",
        f"v3/{path}/a.zarr/c/200", f"v3/{path}/none/zarr.json", "v3/kernels/none/x/c/0",
        f"v3/{path}/a.npy/c/00",
    ]  # fmt: skip
    answers = live.get(5, keys)
    for key, answer in zip(keys, answers, strict=True):
        by_http = server.get(f"zarr/{key}", headers={"Accept": "application/json"})
        assert answer.status == by_http.status_code, key
        assert answer.body == by_http.content, key
        assert answer.etag == by_http.headers.get("ETag", ""), key
        assert answer.is_json == by_http.headers["Content-Type"].startswith("application/json"), key
        assert answer.retry_after == int(by_http.headers.get("Retry-After", 0)), key
    assert {200, 404} < {answer.status for answer in answers}


def test_what_is_known_is_not_sent_again(live: Live, path):
    key = f"v3/{path}/a.npy/c/0"
    (first,) = live.get(1, [key])
    same, other, part = live.get(
        2, [{"key": key, "if_none_match": first.etag}, {"key": key, "if_none_match": '"x"'},
            {"key": key, "range": "bytes=0-9"}],
    )  # fmt: skip
    assert (same.status, same.body) == (304, b"")
    assert (other.status, other.body) == (200, first.body)
    assert (part.status, part.body) == (206, first.body[:10])


def test_nothing_else_is_an_address(live: Live, path):
    for key in ("", "v4/files", "api/shares", f"/v3/{path}", "v3/../../api/shares", "v3/files/../../x"):
        (answer,) = live.get(1, [key])
        assert answer.status in {404, 422}, key
        assert json.loads(answer.body)["message"]


def test_what_is_cancelled_is_not_answered(live: Live, path):
    keys = [f"v3/{path}/a.npy/c/0"] * 2000
    live.say("get", id=1, keys=keys)
    live.say("cancel", id=1)
    live.told("cancelled")
    came = len(live.answers)
    assert came < 2000
    (answer,) = live.get(2, keys[:1])
    assert answer.status == 200
    assert len(live.answers) == came


def test_frames_are_as_the_schema_says(server: Server, live: Live, folder, path):
    live.subscribe(f"{path}/a.npy", f"{path}/none")
    np.save(folder / "a.npy", np.arange(7))
    live.say("get", id=1, keys=["v3/files/"] * (limits.KEYS - 1))
    live.say("get", id=2, keys=["v3/files/"] * limits.KEYS)
    live.say("nonsense")
    live.say("cancel", id=1)
    live.told("cancelled")
    frames = live.silence(1.5)
    assert {"error", "notices"} <= {frame["type"] for frame in frames}
    for frame in frames:
        jsonschema.validate(frame, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"type": "notices", "notices": [{"path": "x"}]}, SCHEMA)


# Files.


def test_files_are_followed(live: Live, folder, path):
    npy, h5, store, new = (f"{path}/{name}" for name in ("a.npy", "run.h5/grown", "a.zarr", "new.npy"))
    with h5py.File(folder / "run.h5", "w") as file:
        file.create_dataset("grown", data=np.zeros(10), maxshape=(None,), chunks=(5,))
    told = live.subscribe(npy, h5, store, new, path)
    assert [told[each]["is_there"] for each in (npy, h5, store, new, path)] == [
        True,
        True,
        True,
        False,
        True,
    ]
    began = time.monotonic()
    np.save(folder / "a.npy", np.arange(1000, 2000, dtype="i4"))
    assert live.notice(npy)["kind"] == "data"
    assert time.monotonic() - began < 1.5
    np.save(folder / "a.npy", np.arange(2000, dtype="i4"))
    assert live.notice(npy)["kind"] == "layout"
    with h5py.File(folder / "run.h5", "a") as file:
        file["grown"].resize((20,))
    assert live.notice(h5)["kind"] == "layout"
    zarr.open_array(folder / "a.zarr")[:5] = 7
    assert live.notice(store)["kind"] == "data"
    np.save(folder / "new.npy", np.zeros(3))
    assert live.notice(new)["kind"] == "back"
    (folder / "new.npy").unlink()
    assert live.notice(new)["kind"] == "gone"


def test_a_folder_tells_that_its_members_changed(live: Live, folder, path):
    live.subscribe(path)
    (folder / "new").mkdir()
    assert live.notice(path)["kind"] == "members"


# Who may.


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 101),
        ({"Authorization": ""}, 401),
        ({"Authorization": "token wrong"}, 401),
    ],
)
def test_who_may_connect(server: Server, headers, status):
    assert refused(server, **headers) == status


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", None, "own"])
def test_pages_may_connect_as_they_may_read(server: Server, origin):
    """With a cookie those of the server alone; with a token those whom Jupyter lets read by it."""
    page = server.nobody(f"zarr/?token={server.token}", Accept="text/html")
    cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    own = server.url.rstrip("/")
    sent = {} if origin is None else {"Origin": own if origin == "own" else origin}
    is_own = origin in {None, "own"}
    assert refused(server, Authorization="", Cookie=cookie, **sent) == (101 if is_own else 403)
    by_http = server.get("zarr/v3/zarr.json", headers=sent)
    may_read = is_own or by_http.headers.get("Access-Control-Allow-Origin") == origin
    assert refused(server, **sent) == (101 if may_read else 403)


class OnePath(Authorizer):
    """Lets read what is below one path, and whoever asks for no data."""

    allowed = ("files", "open")

    async def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        path = handler.asked_path
        return resource == "zarr" and (path is None or path[:2] == self.allowed)


async def test_the_authorizer_is_asked_for_each_path(jp_serverapp, jp_ws_fetch, jp_root_dir):
    for name in ("open", "closed"):
        (jp_root_dir / name).mkdir()
        np.save(jp_root_dir / name / "a.npy", np.arange(3))
    jp_serverapp.web_app.settings["authorizer"] = OnePath(parent=jp_serverapp)
    socket = await jp_ws_fetch("zarr", "api", "live")
    await socket.read_message()
    await socket.write_message(
        json.dumps({"type": "subscribe", "paths": ["files/closed", "ome/files/closed/a.npy", "files"]})
    )
    for _ in range(3):
        told = json.loads(str(await socket.read_message()))
        assert (told["type"], told["status"]) == ("refused", 403), told
    await socket.write_message(json.dumps({"type": "subscribe", "paths": ["files/open/a.npy"]}))
    assert json.loads(str(await socket.read_message()))["type"] == "subscribed"
    keys = [f"v3/files/{'open' if index % 2 else 'closed'}/a.npy/c/0" for index in range(100)]
    await socket.write_message(json.dumps({"type": "get", "id": 1, "keys": keys}))
    answers = []
    while len(answers) < len(keys):
        frame = await socket.read_message()
        assert isinstance(frame, bytes)
        answers += answers_in(frame)
    assert all(one.status == (200 if one.index % 2 else 403) for one in answers)
    socket.close()


class Reads(Authorizer):
    """Lets everybody read, and nobody write."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return action == "read"


async def test_who_may_only_read_follows_no_list_of_links(jp_serverapp, jp_ws_fetch):
    jp_serverapp.web_app.settings["authorizer"] = Reads(parent=jp_serverapp)
    socket = await jp_ws_fetch("zarr", "api", "live")
    await socket.read_message()
    await socket.write_message(json.dumps({"type": "subscribe", "paths": [SHARES, "files"]}))
    told = [json.loads(str(await socket.read_message())) for _ in range(2)]
    socket.close()
    assert {one["path"]: one["type"] for one in told} == {SHARES: "refused", "files": "subscribed"}


async def test_what_is_no_websocket_is_told_so(jp_fetch):
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("zarr/api/live")
    assert caught.value.code == 400
    assert "ws://" in json.loads(caught.value.response.body)["message"]


# How much.


def test_there_are_bounds(live: Live):
    live.say("subscribe", paths=[f"files/none/{index}" for index in range(limits.SUBSCRIPTIONS)])
    for _ in range(limits.SUBSCRIPTIONS):
        live.told("subscribed")
    live.say("subscribe", paths=["files/one"])
    assert "subscriptions" in live.told("error")["message"]
    live.say("unsubscribe", paths=["files/none/0"])
    assert live.subscribe("files/one")
    live.say("get", id=3, keys=["v3/files/none/c/0"] * (limits.KEYS + 1))
    assert "keys" in live.told("error")["message"]


def test_a_frame_that_is_too_long_ends_its_connection_alone(server: Server, live: Live):
    with connected(server) as other:
        other.socket.send("x" * (limits.LIVE_FRAME + 1))
        with pytest.raises((websocket.WebSocketException, OSError)):
            other.silence(5)
    assert live.subscribe("files")


def test_many_subscribers_are_all_told(server: Server, folder, path):
    with ExitStack() as opened:
        many = [opened.enter_context(connected(server)) for _ in range(200)]
        for one in many:
            one.say("subscribe", paths=[f"{path}/a.npy"])
        for one in many:
            one.told("subscribed")
        np.save(folder / "a.npy", np.arange(5))
        seqs = {one.notice(f"{path}/a.npy")["seq"] for one in many}
    assert len(seqs) == 1


def test_one_client_has_so_many_connections_and_no_more(server: Server):
    with ExitStack() as opened:
        for _ in range(limits.SOCKETS_OF_CLIENT):
            opened.enter_context(connected(server))
        assert refused(server) == 503
    deadline = time.monotonic() + 10
    while refused(server) != 101:
        assert time.monotonic() < deadline


class FakeClient:
    """Takes frames, and reads them when it is told to."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.has_ended = False
        self.pings = 0

    async def send(self, text: str) -> None:
        self.frames.append(json.loads(text))

    def ping(self) -> None:
        self.pings += 1

    def end(self) -> None:
        self.has_ended = True


async def test_one_who_reads_slowly_gets_the_latest_alone(monkeypatch):
    import asyncio

    monkeypatch.setattr(outbox, "PAUSE", 0.01)
    client = FakeClient()
    box = Outbox(client.send, client.ping, client.end)
    box.put("a", Notice(1, "data", 1))
    await asyncio.sleep(0.05)
    for seq in range(2, 50):
        box.put("a", Notice(seq, "layout" if seq == 20 else "data", seq))
    await asyncio.sleep(0.05)
    assert len(client.frames) == 1
    box.read()
    await asyncio.sleep(0.05)
    assert client.frames[1]["notices"] == [{"seq": 49, "path": "a", "kind": "layout", "generation": 49}]
    box.close()


async def test_one_who_does_not_read_is_told_once_that_all_may_have_changed(monkeypatch):
    import asyncio

    monkeypatch.setattr(outbox, "SLOW", 0.05)
    monkeypatch.setattr(outbox, "GONE", 0.5)
    client = FakeClient()
    box = Outbox(client.send, client.ping, client.end)
    for seq, path in enumerate("abc"):
        box.put(path, Notice(seq, "data", 1))
    await asyncio.sleep(0.02)
    for seq, path in enumerate("abcd", 10):
        box.put(path, Notice(seq, "data", 2))
    await asyncio.sleep(0.1)
    box.read()
    await asyncio.sleep(0.02)
    assert client.frames[1:] == [{"type": "all", "seq": 13}]
    box.put("a", Notice(20, "data", 3))
    await asyncio.sleep(0.7)
    assert client.has_ended


def nonsense(seed: random.Random) -> str | bytes:
    """A frame that no client of ours sends."""
    value: Any = seed.choice(
        [None, 1, -1, 1e400, "x", [], {}, "v3/files/", ["v3/"], [[]], [{}], [{"key": 1}], True]
    )
    frame = {
        "type": seed.choice(["subscribe", "unsubscribe", "get", "cancel", "hello", None, 7, "gett"]),
        seed.choice(["id", "keys", "paths", "since", "x"]): value,
        seed.choice(["id", "keys", "paths", "since", "x"]): seed.choice(
            [value, 2**40, "\ud800", "%ff/../\0"]
        ),
    }
    text = json.dumps(frame)
    kind = seed.randrange(4)
    if kind == 0:
        return seed.randbytes(seed.randrange(60))
    return text[: seed.randrange(len(text))] if kind == 1 else text


def opened(server: Server) -> websocket.WebSocket:
    return websocket.create_connection(url_of(server), header=server.headers, suppress_origin=True)


def test_ten_thousand_wrong_frames_harm_nobody(server: Server, live: Live, folder, path):
    seed = random.Random(17)
    live.subscribe(f"{path}/a.npy")
    logged = len(server.log.read_text())

    def send(count: int, start: int) -> None:
        own, left = random.Random(start), count
        while left:
            socket = websocket.create_connection(
                url_of(server), header=server.headers, suppress_origin=True
            )
            try:
                for _ in range(min(left, 90)):
                    frame = nonsense(own)
                    left -= 1
                    if isinstance(frame, bytes):
                        socket.send_binary(frame)
                    else:
                        socket.send(frame)
            except (websocket.WebSocketException, OSError):
                pass
            finally:
                socket.shutdown()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(send, [2500] * 4, [seed.randrange(2**30) for _ in range(4)]))
    np.save(folder / "a.npy", np.arange(5))
    assert live.notice(f"{path}/a.npy")["kind"] == "layout"
    (answer,) = live.get(1, [f"v3/{path}/a.npy/c/0"])
    assert answer.status == 200
    added = server.log.read_text()[logged:]
    assert "Traceback" not in added
    assert "Exception" not in added


@pytest.mark.parametrize("seed", range(3))
def test_broken_websocket_frames_harm_nobody(server: Server, live: Live, seed):
    logged = len(server.log.read_text())
    own = random.Random(seed)
    for _ in range(50):
        socket = opened(server)
        socket.sock.sendall(
            struct.pack(">BBH", own.randrange(256), own.randrange(256), own.randrange(2**16))
        )
        socket.sock.sendall(own.randbytes(200))
        socket.shutdown()
    assert live.subscribe("files")
    assert "Traceback" not in server.log.read_text()[logged:]
