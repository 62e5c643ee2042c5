"""A store of zarr-python 2 that reads what a `Reader` reads."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import zarr
from zarr.storage import Store  # type: ignore[attr-defined]

from .reader import Reader

_AT_ONCE = 8


class JupyterStore(Store):  # type: ignore[misc]
    """The nodes below a path of a Jupyter server or a kernel, as a read-only store."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __repr__(self) -> str:
        return f"<JupyterStore {self.reader}>"

    def __reduce__(self) -> tuple[type["JupyterStore"], tuple[Reader]]:
        return JupyterStore, (self.reader,)

    def __getitem__(self, key: str) -> bytes:
        body = self.reader.get(key)
        if body is None:
            raise KeyError(key)
        return body

    def getitems(self, keys: Sequence[str], *, contexts: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values of the keys that exist."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = zip(keys, pool.map(self.reader.get, keys), strict=True)
            return {key: body for key, body in found if body is not None}

    def listdir(self, path: str = "") -> list[str]:
        """The members of a group."""
        return list(self.reader.below(*(name for name in path.split("/") if name)).members())

    def __setitem__(self, key: str, value: Any) -> None:
        raise ValueError("a Jupyter server serves Zarr read-only; copy the data to a store of your own")

    def __delitem__(self, key: str) -> None:
        self[key] = b""

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError("keys are not listed; ask for the members of a group")

    def __len__(self) -> int:
        raise NotImplementedError("keys are not counted; ask for the members of a group")


def node_of(reader: Reader, kind: str) -> Any:
    """The array or group that a reader reads."""
    make = zarr.open_array if kind == "array" else zarr.open_group
    return make(JupyterStore(reader), mode="r")
