"""The protocol ``jupyter://`` of fsspec: the served data by their paths, without addresses and tokens.

A path is one that `open` takes: below ``zarr/v3/``, or that of a file or a notebook, as in
``jupyter://a.ipynb/t``.
"""

from contextlib import suppress
from typing import Any

from fsspec.asyn import AsyncFileSystem

from ..core.errors import Absent
from ..core.known_names import DOCUMENT_KEYS
from .address import parsed
from .looking import located, ways
from .opening import format_of, is_folder
from .over_http import OverHttp
from .reader import Names, Reader
from .threads import in_thread

_MOST_KNOWN = 1000  # nodes


class JupyterFileSystem(AsyncFileSystem):  # type: ignore[misc]
    """The keys of a Jupyter server's Zarr stores, as read-only files.

    Parameters
    ----------
    token, server, timeout
        See `jupyter_zarr_serve.open`.
    """

    protocol = "jupyter"
    cachable = False  # the running server may change, and a cache of instances would hold their tokens

    def __init__(
        self, token: str | None = None, server: str | None = None, timeout: float = 60.0, **options: Any
    ) -> None:
        known = options.pop("ways", None)
        super().__init__(**options)
        self._ways = known or ways(parsed(server or ""), token, server, timeout)
        self._seconds = timeout
        self._known: dict[Names, Reader] = {}

    @property
    def storage_options(self) -> dict[str, Any]:
        """The options without the secret ones."""
        return self._options

    @storage_options.setter
    def storage_options(self, options: dict[str, Any]) -> None:
        self._options = {name: value for name, value in options.items() if name not in {"token", "ways"}}

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self._ways, self._seconds)

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(each) for each in path]
        return str(path).removeprefix("jupyter://").strip("/")

    async def _cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: Any
    ) -> bytes:
        return await in_thread(self._read, self._strip_protocol(path), start, end)

    def _read(self, path: str, start: int | None = None, end: int | None = None) -> bytes:
        *names, key = path.split("/")
        body = None
        with suppress(KeyError):
            reader = self._at(tuple(names), is_node=key in DOCUMENT_KEYS)
            body = reader.get(key, _range(start, end))
        if body is None:
            raise FileNotFoundError(f"there is no {path!r} at {', '.join(map(str, self._ways))}")
        whole = start is not None and start >= 0 and end is not None and end < 0
        return bytes(body[:end] if whole else body)

    async def _info(self, path: str, **_: Any) -> dict[str, Any]:
        return await in_thread(self._info_of, self._strip_protocol(path))

    def _info_of(self, path: str) -> dict[str, Any]:
        last = path.rpartition("/")[2]
        if last not in DOCUMENT_KEYS:
            with suppress(KeyError, ValueError):  # it is a chunk, or nothing
                self._members(path)
                return {"name": path, "size": 0, "type": "directory"}
        return {"name": path, "size": len(self._read(path)), "type": "file"}

    async def _ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        path = self._strip_protocol(path)
        try:
            members = await in_thread(self._members, path)
        except KeyError as error:
            raise FileNotFoundError(str(error)) from None
        names = [f"{path}/{name}".lstrip("/") for name in members]
        return [{"name": name, "size": 0, "type": "directory"} for name in names] if detail else names

    def _members(self, path: str) -> dict[str, str]:
        return self._at(tuple(filter(None, path.split("/")))).members()

    def _at(self, names: Names, *, is_node: bool = True) -> Reader:
        """The reader of a path; readers of the nodes above it are reused.

        Parameters
        ----------
        is_node
            Whether the path is that of a node; else its last names may be part of a chunk's key.

        Raises
        ------
        KeyError
            If no server has the path.
        LookupError
            If several servers have it.
        """
        for end in range(len(names), 0, -1):
            reader = self._known.get(names[:end])
            if reader is not None:
                return reader.below(*names[end:])
        for end in [len(names)] if is_node else range(len(names), 0, -1):
            address = parsed("/".join(names[:end]))
            hit = located(address, self._ways, format_of(address), self._seconds)
            if hit is not None:
                return self._remembered(names[:end], *hit).below(*names[end:])
        raise Absent(f"there is no {'/'.join(names)!r} at {', '.join(map(str, self._ways))}")

    def _remembered(self, names: Names, reader: Reader, document: dict[str, Any]) -> Reader:
        """The reader, remembered unless it is of a folder: its notebooks are below another root."""
        if not is_folder(document):
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[names] = reader
        return reader


def _again(ways: list[OverHttp], seconds: float) -> JupyterFileSystem:
    return JupyterFileSystem(ways=ways, timeout=seconds)


def _range(start: int | None, end: int | None) -> str | None:
    if start is None and end is None:
        return None
    if start is not None and start < 0:
        return f"bytes={start}"
    last = "" if end is None or end < 0 else end - 1
    return f"bytes={start or 0}-{last}"
