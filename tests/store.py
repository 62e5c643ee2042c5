"""A Zarr store over the core alone: zarr-python's view of a node, without a server."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import zarr
from zarr.abc.store import ByteRequest, Store
from zarr.core.buffer import Buffer, BufferPrototype

from jupyter_zarr_serve.core.nodes import Node
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.serve.respond import respond


class CoreStore(Store):
    """Every key is answered by `respond`; anything but 200 and 404 is an error."""

    supports_writes = supports_deletes = supports_listing = False

    def __init__(self, root: Node, zarr_format: int) -> None:
        super().__init__(read_only=True)
        self.root = root
        self.zarr_format = zarr_format

    def ask(self, key: str, **fields: Any) -> Response:
        return respond(self.root, Request(self.zarr_format, tuple(key.split("/")), **fields))

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        assert byte_range is None
        response = self.ask(key)
        if response.status == 404:
            return None
        if response.status != 200:
            raise OSError(response.body.decode())
        return prototype.buffer.from_bytes(response.body)

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    async def exists(self, key: str) -> bool:
        return self.ask(key, method="HEAD").status == 200

    async def set(self, key: str, value: Buffer) -> None:
        raise PermissionError(key)

    async def delete(self, key: str) -> None:
        raise PermissionError(key)

    def list(self) -> AsyncIterator[str]:
        raise NotImplementedError

    def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        raise NotImplementedError

    def list_dir(self, prefix: str) -> AsyncIterator[str]:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


def open_node(node: Node, zarr_format: int, path: str = "") -> Any:
    """The node as zarr-python reads it."""
    return zarr.open(store=CoreStore(node, zarr_format), path=path, mode="r", zarr_format=zarr_format)
