"""Kernels that the server reaches over Jupyter's own channels only."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import websocket
from jupyter_client.session import Session

from jupyter_zarr_serve import wire
from tests.kernels.jupyter import START_SECONDS, Kernel, running_kernel, runtime_of
from tests.server import Server, running_server

_NO_EXTENSION = "--ServerApp.jpserver_extensions=jupyter_zarr_serve=False"


@dataclass(frozen=True)
class Place:
    """A server with our extension, and the one on whose machine its kernels run."""

    server: Server
    keeper: Server

    @contextmanager
    def kernel(self) -> Iterator[Kernel]:
        """A kernel started by the server; its connection file is the keeper's."""
        with running_kernel(self.server) as kernel:
            yield replace(kernel, runtime=runtime_of(self.keeper))


@contextmanager
def behind_a_gateway(folder: Path, *arguments: str) -> Iterator[Place]:
    """A plain Jupyter server is the gateway to the kernels of ours."""
    for name in ("gateway", "server"):
        (folder / name).mkdir()
    with running_server(
        folder, folder / "gateway", _NO_EXTENSION, program=("jupyter", "server")
    ) as gateway:
        options = [f"--GatewayClient.url={gateway.url}", f"--GatewayClient.auth_token={gateway.token}"]
        with running_server(folder, folder / "server", *options, *arguments) as server:
            yield Place(server, gateway)


@contextmanager
def on_another_address(folder: Path, *arguments: str) -> Iterator[Place]:
    """Nothing says that the kernels run on the server's machine."""
    with running_server(folder, folder, "--KernelManager.ip=0.0.0.0", *arguments) as server:
        yield Place(server, server)


@contextmanager
def opened(place: Place, kernel: Kernel) -> Iterator[None]:
    """Inside, a notebook with this kernel is open in a browser."""
    url = f"{place.server.url}api/kernels/{kernel.id}/channels".replace("http", "ws", 1)
    browser = websocket.create_connection(url, timeout=START_SECONDS, header=place.server.headers)
    try:
        message = {**Session().msg("kernel_info_request"), "channel": "shell"}
        browser.send(json.dumps(message, default=str))
        while json.loads(browser.recv())["msg_type"] != "kernel_info_reply":
            pass
        yield
    finally:
        browser.close()


@contextmanager
def out_of_reach(kernel: Kernel) -> Iterator[None]:
    """Inside, the kernel's socket is not where the kernel says it is, as if it were in a container."""
    said = wire.decode_endpoint(kernel.endpoint_file.read_bytes()).unix
    assert said is not None
    folder = Path(said).parent
    elsewhere = folder.rename(folder.with_name(f"elsewhere-{folder.name}"))
    try:
        yield
    finally:
        elsewhere.rename(folder)
