"""The protocol ``jupyter://`` of fsspec: what is served, by its path, with no login in sight.

A path is one below ``zarr/v3/``, or as people call a file or a notebook: ``jupyter://a.ipynb/t``.
"""

import asyncio
from contextlib import suppress
from typing import Any

from fsspec.asyn import AsyncFileSystem

from ..core.known_names import DOCUMENT_KEYS, FILES, NOTEBOOKS, RESERVED
from .address import parsed
from .finding import logins
from .over_http import OverHttp
from .reader import Reader


class JupyterFileSystem(AsyncFileSystem):  # type: ignore[misc]
    """Keys of the Zarr stores of a Jupyter server as files that are read.

    Parameters
    ----------
    token, server, timeout
        See `jupyter_zarr_serve.open`.
    """

    protocol = "jupyter"
    cachable = False  # which server is meant may change, and instances would be known by their tokens

    def __init__(
        self, token: str | None = None, server: str | None = None, timeout: float = 60.0, **options: Any
    ) -> None:
        way = options.pop("way", None)
        super().__init__(**options)
        self._root = Reader(way or _way(token, server, timeout), seconds=timeout)
        self._names: frozenset[str] | None = None

    @property
    def storage_options(self) -> dict[str, Any]:
        """The options that are no secret."""
        return self._options

    @storage_options.setter
    def storage_options(self, options: dict[str, Any]) -> None:
        self._options = {name: value for name, value in options.items() if name not in {"token", "way"}}

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self._root.way,)

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(each) for each in path]
        return str(path).removeprefix("jupyter://").strip("/")

    async def _cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: Any
    ) -> bytes:
        return await asyncio.to_thread(self._read, self._strip_protocol(path), start, end)

    def _read(self, path: str, start: int | None = None, end: int | None = None) -> bytes:
        *names, key = path.split("/")
        body = self._at(tuple(names)).get(key, _range(start, end))
        if body is None:
            raise FileNotFoundError(f"there is no {path!r} at {self._root.way}")
        whole = start is not None and start >= 0 and end is not None and end < 0
        return bytes(body[:end] if whole else body)

    async def _info(self, path: str, **_: Any) -> dict[str, Any]:
        return await asyncio.to_thread(self._told, self._strip_protocol(path))

    def _told(self, path: str) -> dict[str, Any]:
        last = path.rpartition("/")[2]
        if last not in DOCUMENT_KEYS:
            with suppress(KeyError, ValueError):  # it is a chunk, or nothing
                self._at(tuple(filter(None, path.split("/")))).members()
                return {"name": path, "size": 0, "type": "directory"}
        return {"name": path, "size": len(self._read(path)), "type": "file"}

    async def _ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        path = self._strip_protocol(path)
        reader = self._at(tuple(filter(None, path.split("/"))))
        try:
            members = await asyncio.to_thread(reader.members)
        except KeyError as error:
            raise FileNotFoundError(str(error)) from None
        names = [f"{path}/{name}".lstrip("/") for name in members]
        return [{"name": name, "size": 0, "type": "directory"} for name in names] if detail else names

    def _at(self, names: tuple[str, ...]) -> Reader:
        """The reader of a path, which may be as people call it."""
        if not names or names[0] in RESERVED or names[0] in self._mounts():
            return self._root.at(names)
        root = NOTEBOOKS if any(name.endswith(".ipynb") for name in names) else FILES
        return self._root.at((root, *names))

    def _mounts(self) -> frozenset[str]:
        if self._names is None:
            self._names = frozenset(self._root.members())
        return self._names


def _way(token: str | None, server: str | None, seconds: float) -> OverHttp:
    known = logins(parsed(server or ""), token, server)
    if len(known) > 1:
        places = ", ".join(map(str, known))
        raise LookupError(
            f"several servers are running: {places}; say which by the option server='http://...', or set "
            "JUPYTER_SERVER_URL and JUPYTER_TOKEN"
        )
    return OverHttp(known[0], seconds)


def _again(way: OverHttp) -> JupyterFileSystem:
    return JupyterFileSystem(way=way)


def _range(start: int | None, end: int | None) -> str | None:
    if start is None and end is None:
        return None
    if start is not None and start < 0:
        return f"bytes={start}"
    last = "" if end is None or end < 0 else end - 1
    return f"bytes={start or 0}-{last}"
