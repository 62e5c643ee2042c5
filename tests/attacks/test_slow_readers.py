"""Clients who ask for much and take nothing, and those who hang up, leave nothing behind."""

import asyncio
import gc
import socket
import struct
import weakref
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from jupyter_zarr_serve.handlers.web.answering import AnsweringHandler
from jupyter_zarr_serve.handlers.web.network import network_of
from jupyter_zarr_serve.handlers.web.visitor import Whole
from jupyter_zarr_serve.serve.request import BINARY, Request, Response
from jupyter_zarr_serve.sources.send_budget import SendBudget

BODY = 8 << 20  # more than the system takes for a client that reads nothing


class Body(bytearray):
    """Bytes that are seen to go."""


class Source:
    """Gives each request bytes of its own."""

    def __init__(self, budget: SendBudget, meanwhile: Callable[[], None]) -> None:
        self.bodies: list[weakref.ref[Body]] = []
        self._budget = budget
        self._meanwhile = meanwhile

    def ask(self, request: Request) -> Response:
        if not self._budget.has_room_for(request.client):
            return Response(503, "application/json", b"{}", 2)
        self._meanwhile()
        body = Body(BODY)
        self.bodies.append(weakref.ref(body))
        return Response(200, BINARY, body, BODY)  # type: ignore[arg-type]


class Handler(AnsweringHandler):
    """One without Jupyter around it."""

    def _execute(self, *args: Any, **kwargs: Any) -> Any:
        self._transforms = []
        return asyncio.ensure_future(self.get())

    def set_default_headers(self) -> None:
        pass

    async def get(self) -> None:
        self.current_user = SimpleNamespace(username="link")
        self._auto_finish = False
        await self.answer(Request(3, ("x",), client=self.client()))

    def client(self) -> str:
        return "one"

    def _log(self) -> None:
        pass


def hang_up(reader: socket.socket) -> None:
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    reader.close()


async def attack(budget: SendBudget, count: int, *, leave: str = "") -> Source:
    """Ask often; take nothing, or hang up "while it is made" or "while it is sent"."""
    sockets: list[socket.socket] = []
    source = Source(budget, lambda: hang_up(sockets[-1]) if leave == "while it is made" else None)
    listening = bind_sockets(0, "127.0.0.1")
    server = HTTPServer(Application([("/", Handler, {"source": Whole(source), "budget": budget})]))
    server.add_sockets(listening)
    for number in range(count):
        reader = socket.socket()
        sockets.append(reader)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(reader, listening[0].getsockname())
        agent = f"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: {number}\r\n\r\n"
        await loop.sock_sendall(reader, agent.encode())
        if leave == "while it is made":
            while len(source.bodies) <= number:
                await asyncio.sleep(0)
            continue
        await asyncio.wait_for(loop.sock_recv(reader, 100), 20)
        if leave:
            hang_up(reader)
    for _ in range(100):
        await asyncio.sleep(0.005)
        if not budget.bytes:
            break
    for reader in sockets:
        reader.close()
    server.stop()
    await server.close_all_connections()
    await asyncio.sleep(0.05)
    return source


def test_readers_of_one_link_who_take_nothing_hold_no_more_than_the_limit():
    budget = SendBudget(4 * BODY)
    source = asyncio.run(attack(budget, 12))
    assert len(source.bodies) == 4


@pytest.mark.parametrize("leave", ["while it is made", "while it is sent"])
def test_who_hangs_up_leaves_nothing_for_the_collector(leave):
    gc.collect()
    gc.disable()
    try:
        source = asyncio.run(attack(SendBudget(), 200, leave=leave))
        assert sum(body() is not None for body in source.bodies) <= 1
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db9::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
    ],
)
def test_one_person_is_one_address_or_one_network(one, other, is_same):
    assert (network_of(one) == network_of(other)) is is_same
