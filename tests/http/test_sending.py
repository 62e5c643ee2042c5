"""Answers byte for byte, whatever carries them: TCP, TLS or a Unix socket, HTTP/1.0 or 1.1."""

import asyncio
import gzip
import json
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tornado.test
import zarr
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.netutil import bind_sockets
from tornado.web import GZipContentEncoding

from jupyter_zarr_serve.handlers.web.sending import head_of
from jupyter_zarr_serve.serve.request import BINARY, Response
from jupyter_zarr_serve.sources.lazy import LazySource

LARGE = 1 << 20  # float64 elements of a chunk: 8 MiB
CARRIERS = ["tcp", "tls", *(["unix"] if sys.platform != "win32" else [])]
CERTIFICATE = Path(tornado.test.__file__).parent

if sys.platform != "win32":
    from tornado.netutil import bind_unix_socket


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Client:
    """One connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    token: str

    def ask(self, path: str, *headers: str, method: str = "GET", version: str = "1.1") -> None:
        lines = [f"{method} /a%40b/zarr/v3/{path} HTTP/{version}", "Host: localhost", *headers]
        self.writer.write("\r\n".join([*lines, f"Authorization: token {self.token}", "", ""]).encode())

    async def answer(self, *, has_body: bool = True) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin1")
        line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers.get("content-length", 0)) if has_body else 0
        return Answer(int(line.split()[1]), headers, await self.reader.readexactly(length))

    async def get(self, path: str, *headers: str, method: str = "GET") -> Answer:
        self.ask(path, *headers, method=method)
        answer = await self.answer(has_body=method != "HEAD")
        assert "connection" not in answer.headers
        return answer


@pytest.fixture
def values(jp_root_dir: Path) -> np.ndarray[Any, Any]:
    """Served as small chunks that are encoded, and as large ones that are stored as they are."""
    values = np.random.default_rng(0).random(2 * LARGE)
    np.save(jp_root_dir / "small.npy", values[:100])
    zarr.create_array(
        jp_root_dir / "large.zarr",
        data=values,
        chunks=(LARGE,),
        compressors=None,
        attributes={"note": "long " * 1000},
    )
    return values


@pytest.fixture(params=CARRIERS)
def carrier(request: Any, jp_serverapp: Any, tmp_path: Path) -> Any:
    """Gives connections to Jupyter's own application over one of the carriers."""
    token = jp_serverapp.identity_provider.token

    @asynccontextmanager
    async def connected() -> AsyncIterator[Client]:
        server = HTTPServer(jp_serverapp.web_app, ssl_options=tls_of_server() if is_tls else None)
        if request.param == "unix":
            path = str(tmp_path / f"{time.monotonic_ns()}")
            server.add_socket(bind_unix_socket(path))
            opening = asyncio.open_unix_connection(path)
        else:
            [listening] = bind_sockets(0, "127.0.0.1")
            server.add_sockets([listening])
            port = listening.getsockname()[1]
            opening = asyncio.open_connection("127.0.0.1", port, ssl=tls_of_client() if is_tls else None)
        reader, writer = await opening
        try:
            yield Client(reader, writer, token)
        finally:
            writer.close()
            server.stop()
            await server.close_all_connections()

    is_tls = request.param == "tls"
    return connected


def tls_of_server() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE / "test.crt", CERTIFICATE / "test.key")
    return context


def tls_of_client() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=CERTIFICATE / "test.crt")
    context.check_hostname = False  # it is of another host
    return context


async def test_every_kind_of_answer_over_one_connection(carrier: Any, values: Any):
    async with carrier() as client:
        for _ in range(3):  # the first time it is read, then remembered
            document = await client.get("files/small.npy/zarr.json")
            assert json.loads(document.body)["shape"] == [100]
            head = await client.get("files/small.npy/zarr.json", method="HEAD")
            assert head.headers["content-length"] == str(len(document.body))
            unchanged = await client.get(
                "files/small.npy/zarr.json", f"If-None-Match: {document.headers['etag']}"
            )
            assert (unchanged.status, unchanged.body) == (304, b"")
            assert (await client.get("files/small.npy/c/9")).status == 404
            large = await client.get("files/large.zarr/c/1")
            assert large.body == values[LARGE:].tobytes()
            part = await client.get("files/large.zarr/c/1", "Range: bytes=8-4000007")
            assert (part.status, part.body) == (206, values[LARGE + 1 : LARGE + 500001].tobytes())


async def test_requests_sent_before_their_answers_are_taken(carrier: Any, values: Any):
    async with carrier() as client:
        paths = ["files/small.npy/zarr.json", "files/large.zarr/c/0", "files/small.npy/c/0"] * 4
        for path in paths:
            client.ask(path)
        answers = [await client.answer() for _ in paths]
        assert [answer.status for answer in answers] == [200] * len(paths)
        assert all(answer.body == values[:LARGE].tobytes() for answer in answers[1::3])
        assert answers[0].body == answers[3].body != answers[2].body == answers[5].body


@pytest.mark.parametrize(
    ("version", "wanted", "told"),
    [
        ("1.0", None, None),
        ("1.0", "keep-alive", "Keep-Alive"),
        ("1.1", "close", "close"),
        ("1.1", "keep-alive", None),
    ],
)
async def test_a_connection_lasts_as_long_as_the_client_wants(
    carrier: Any, values: Any, version: str, wanted: str | None, told: str | None
):
    headers = [f"Connection: {wanted}"] if wanted else []
    for path, expected in (("files/large.zarr/c/0", values[:LARGE].tobytes()), ("zarr.json", None)):
        async with carrier() as client:
            client.ask(path, *headers, version=version)
            answer = await client.answer()
            assert answer.headers.get("connection") == told
            assert expected is None or answer.body == expected
            if wanted == "keep-alive":
                client.ask(path, *headers, version=version)
                assert (await client.answer()).body == answer.body
            else:
                assert await client.reader.read() == b""


async def test_a_large_body_keeps_nobody_waiting(carrier: Any, values: Any):
    async with carrier() as slow, carrier() as other:
        slow.ask("files/large.zarr/c/0")
        await slow.reader.readuntil(b"\r\n\r\n")
        for _ in range(5):
            assert (await other.get("files/small.npy/zarr.json")).status == 200
        assert await slow.reader.readexactly(LARGE * 8) == values[:LARGE].tobytes()
        assert (await slow.get("zarr.json")).status == 200


async def test_answers_that_jupyter_compresses(carrier: Any, values: Any, jp_serverapp: Any):
    jp_serverapp.web_app.transforms.append(GZipContentEncoding)
    async with carrier() as client:
        answer = await client.get("files/large.zarr/zarr.json", "Accept-Encoding: gzip")
        assert answer.headers["content-encoding"] == "gzip"
        assert json.loads(gzip.decompress(answer.body))["shape"] == [2 * LARGE]
        chunk = await client.get("files/large.zarr/c/0", "Accept-Encoding: gzip")
        assert chunk.body == values[:LARGE].tobytes()


async def test_people_get_the_cookie_of_their_login(carrier: Any, values: Any):
    async with carrier() as client:
        page = await client.get("files/", "Accept: text/html")
        assert page.headers["content-type"].startswith("text/html")
        assert "set-cookie" in page.headers
        assert "set-cookie" not in (await client.get("zarr.json")).headers


@pytest.mark.parametrize("size", [3, 5])
async def test_no_answer_is_longer_or_shorter_than_it_tells(
    carrier: Any, values: Any, size: int, monkeypatch: pytest.MonkeyPatch
):
    wrong = Response(200, BINARY, b"four", size)
    async with carrier() as client:
        expected = (await client.get("zarr.json")).body
        with monkeypatch.context() as patch:
            patch.setattr(LazySource, "ask", lambda *_: wrong)
            assert (await client.get("files/small.npy/c/0")).status == 500
        assert (await client.get("zarr.json")).body == expected


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_no_header_ends_its_line(end: str):
    headers = HTTPHeaders()
    headers["X-Name"] = f"value{end}X-Other: of an attacker"
    request = HTTPServerRequest(start_line=RequestStartLine("GET", "/", "HTTP/1.0"))
    with pytest.raises(ValueError, match="line ends"):
        head_of(request, 200, "OK", headers)
