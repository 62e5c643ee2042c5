"""A store of zarr-python 3 that reads what a `Reader` reads."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from zarr.abc.store import (
    ByteRequest,
    OffsetByteRequest,
    RangeByteRequest,
    Store,
    SuffixByteRequest,
)
from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype

from ..core.known_names import DOCUMENTS
from .reader import Near, Reader
from .threads import in_thread
from .together import Together

_DOCUMENTS_OF_OTHER_FORMAT = {2: DOCUMENTS[3], 3: DOCUMENTS[2]}


class JupyterStore(Store):
    """The nodes below a path of a Jupyter server or a kernel, as a read-only store.

    Other processes of the same user can unpickle it and read. Neither text nor pickle holds a secret.

    Parameters
    ----------
    reader
        Reads its keys.
    """

    supports_writes = False
    supports_deletes = False
    supports_partial_writes = False
    supports_listing = True

    def __init__(self, reader: Reader) -> None:
        super().__init__(read_only=True)
        self.reader = reader
        self._is_open = True
        self._foreign_documents = _DOCUMENTS_OF_OTHER_FORMAT[reader.zarr_format]
        self._is_near = isinstance(reader.way, Near)
        self._together = Together(reader)

    def __str__(self) -> str:
        return str(self.reader)

    def __repr__(self) -> str:
        return f"<JupyterStore {self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JupyterStore) and other.reader == self.reader

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type["JupyterStore"], tuple[Reader]]:
        return JupyterStore, (self.reader,)

    def with_read_only(self, read_only: bool = True) -> "JupyterStore":
        """The store itself, which is always read-only.

        Raises
        ------
        ValueError
            If `read_only` is False.
        """
        if not read_only:
            raise ValueError("a Jupyter server serves Zarr read-only; copy the data to a store of your own")
        return self

    def get_sync(
        self,
        key: str,
        *,
        prototype: BufferPrototype | None = None,
        byte_range: ByteRequest | None = None,
    ) -> Buffer | None:
        """The value of a key; None if there is no such key."""
        if key.rpartition("/")[2] in self._foreign_documents:
            return None
        return _buffer(self.reader.get(key, _header(byte_range)), prototype)

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """See `get_sync`."""
        if not self._is_near:
            return await in_thread(self.get_sync, key, prototype=prototype, byte_range=byte_range)
        if key.rpartition("/")[2] in self._foreign_documents:
            return None
        return _buffer(await self._together.get(key, _header(byte_range)), prototype)

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Parts of the values of keys, in their order."""
        return await asyncio.gather(*(self.get(key, prototype, part) for key, part in key_ranges))

    async def exists(self, key: str) -> bool:
        """Whether there is a value."""
        return await self.get(key) is not None

    async def list(self) -> AsyncIterator[str]:
        """Refuse: keys are computed on request, and there are as many as chunks."""
        raise NotImplementedError("keys are not listed; ask for the members of a group")
        yield

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """See `list`."""
        async for key in self.list():
            yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """The members of a group."""
        reader = self.reader.below(*(name for name in prefix.split("/") if name))
        for name, kind in (await in_thread(reader.members)).items():
            if kind != "unavailable":
                yield name

    async def set(self, key: str, value: Buffer) -> None:
        """Refuse it."""
        self.with_read_only(False)

    async def delete(self, key: str) -> None:
        """Refuse it."""
        self.with_read_only(False)


def _buffer(body: bytes | None, prototype: BufferPrototype | None) -> Buffer | None:
    prototype = prototype or default_buffer_prototype()
    return None if body is None else prototype.buffer.from_bytes(body)


def _header(part: ByteRequest | None) -> str | None:
    """A byte range as the value of the HTTP header."""
    if isinstance(part, RangeByteRequest):
        return f"bytes={part.start}-{part.end - 1}"
    if isinstance(part, OffsetByteRequest):
        return f"bytes={part.offset}-"
    return f"bytes=-{part.suffix}" if isinstance(part, SuffixByteRequest) else None


def node_of(reader: Reader, kind: str) -> Any:
    """The array or group that a reader reads."""
    import zarr

    make: Any = zarr.open_array if kind == "array" else zarr.open_group
    return make(JupyterStore(reader), mode="r", zarr_format=reader.zarr_format)
