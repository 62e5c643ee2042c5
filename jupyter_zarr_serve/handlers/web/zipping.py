"""A Zarr store as a ZIP archive, made while it is sent: its documents, then its chunks, as they are served.

Nothing is compressed, as chunks are already; so readers take a chunk out of the file by one range.

References
----------
https://ngff.openmicroscopy.org/rfc/9/
"""

import io
import itertools
import json
import math
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from ...core import limits
from ...core.errors import Unreadable
from ...core.grid import grid_shape
from ...core.known_names import ZARR_JSON
from ...core.names import is_fit

_DATE = (1980, 1, 1, 0, 0, 0)  # so that equal data make equal files
_READABLE = 0o644 << 16


class Zipping:
    """An archive that is written bit by bit.

    Parameters
    ----------
    comment
        What the archive says of itself.
    """

    def __init__(self, comment: bytes = b"") -> None:
        self._out = _Out()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_STORED)
        self._zip.comment = comment

    def add(self, name: str, data: bytes) -> bytes:
        """Add a member; what is to be sent next."""
        info = zipfile.ZipInfo(name, _DATE)
        info.external_attr = _READABLE
        info.file_size = len(data)
        with self._zip.open(info, "w", force_zip64=True) as member:
            member.write(data)
        return self._out.taken()

    def end(self) -> bytes:
        """The directory of the archive."""
        self._zip.close()
        return self._out.taken()


class _Out(io.RawIOBase):
    """Takes what is written, in order; it cannot be sought."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def comment_of(document: bytes) -> bytes:
    """What an archive of OME-Zarr says of itself, of which `document` is the group's."""
    told = json.loads(document).get("attributes", {}).get("ome", {})
    version = told.get("version") if isinstance(told, dict) else None
    first = {"centralDirectory": {"jsonFirst": True}}
    return json.dumps({"ome": {"version": str(version or "0.5"), "zipFile": first}}).encode()


def documents_in(document: bytes) -> dict[str, bytes]:
    """The documents of a node and, by its consolidated metadata, of all below it, shallow ones first.

    Raises
    ------
    Unreadable
        If it tells of none, of more nodes and chunks than an archive holds, or of unfit names.
    """
    told = _parsed(document)
    below: Any = {}
    if told.get("node_type") != "array":
        below = told.get("consolidated_metadata")
        below = below.get("metadata") if isinstance(below, dict) else None
    if not isinstance(below, dict):
        raise Unreadable(
            "zarr.zip: folders and very large groups are not exported at once; name a file or a member"
        )
    count = len(below) + sum(math.prod(_grid(one)[0]) for one in [told, *below.values()])
    if count > limits.ARCHIVED:
        raise Unreadable(
            f"zarr.zip: {count:,} chunks are more than {limits.ARCHIVED:,}; export a member of it"
        )
    strange = [path for path in below if not all(map(is_fit, path.split("/")))]
    if strange:
        raise Unreadable(f"zarr.zip: {strange[0][:100]!r} is no name of a file; export its siblings")
    paths = sorted(below, key=lambda path: (path.count("/"), path))
    return {"": document, **{path: json.dumps(below[path]).encode() for path in paths}}


def chunks_in(document: bytes) -> Iterator[str]:
    """The keys of all chunks that an array may have; none of a group.

    Raises
    ------
    Unreadable
        If the document is none of an array or group.
    """
    grid, separator = _grid(_parsed(document))
    if grid == (0,):
        return iter(())
    return (separator.join(["c", *map(str, coords)]) for coords in itertools.product(*map(range, grid)))


def _grid(told: Any) -> tuple[tuple[int, ...], str]:
    """How many chunks there are along each axis, and what separates their numbers in a key."""
    try:
        if told["node_type"] != "array":
            return (0,), ""
        shape, chunk_shape = told["shape"], told["chunk_grid"]["configuration"]["chunk_shape"]
        encoding = told["chunk_key_encoding"]
        separator = encoding.get("configuration", {}).get("separator", "/")
        grid = grid_shape([int(n) for n in shape], [max(1, int(n)) for n in chunk_shape])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"zarr.zip: the metadata of an array are none ({error!r})") from error
    if encoding["name"] != "default" or separator not in {"/", "."}:
        raise Unreadable("zarr.zip: an array has chunk keys of an unknown kind; export it in another form")
    return grid, separator


def _parsed(document: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"zarr.zip: {ZARR_JSON} is no JSON") from error
    if not isinstance(told, dict):
        raise Unreadable(f"zarr.zip: {ZARR_JSON} is no metadata document")
    return told
