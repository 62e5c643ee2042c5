"""The walk through a Zarr store: from documents to groups and arrays, each made when asked for.

The files of a store are the truth. Consolidated metadata are only used on remote file systems, where
they save a request for every document.

References
----------
https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#groups
https://github.com/zarr-developers/zarr-specs/pull/309 (inline consolidated metadata)
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from ...core.errors import Unreadable, failures_named
from ...core.known_names import ZARR_JSON, ZARRAY, ZATTRS, ZGROUP, ZMETADATA
from ...core.nodes import Array, Group, Node
from ...core.stored import Blob, Coords
from .metadata import Metadata, explained, metadata_v2, metadata_v3, object_of
from .places import Files, is_member_name
from .shards import ChunkAt

Json = dict[str, Any]
MakeArray = Callable[[Metadata, str, ChunkAt], Array]

_DOCUMENT_LIMIT = 1 << 26  # bytes


class Hierarchy:
    """The nodes of one store.

    Parameters
    ----------
    make_array
        Makes an array of its metadata, its name for messages, and the function that finds its chunks.
    """

    def __init__(self, files: Files, make_array: MakeArray) -> None:
        self._files = files
        self._make_array = make_array

    def node(self, path: str, zarr_format: int = 3) -> Node | None:
        """The node at a path; None where no metadata say that there is one.

        Parameters
        ----------
        zarr_format
            The format to look for first, where documents of both lie side by side.

        Raises
        ------
        Forbidden
            If the path leads outside the store's folder.
        Unreadable
            If the node's metadata are malformed; the message names the document.
        """
        lookups = [self._v2, self._v3] if zarr_format == 2 else [self._v3, self._v2]
        return lookups[0](path) or lookups[1](path)

    def names(self, path: str) -> list[str]:
        """The names of the nodes below a group, from one listing of its folder."""
        prefix = f"{path}/" if path else ""
        below = (node.removeprefix(prefix) for node in self._consolidated if node.startswith(prefix))
        known = {name for name in below if is_member_name(name)}
        return sorted(known.union(self._files.children(path)))

    def _v3(self, path: str) -> Node | None:
        document = self._document(path, ZARR_JSON)
        if document is None:
            return None
        where = self._where(path, ZARR_JSON)
        with explained(where):
            node_type = document["node_type"]
            if node_type == "array":
                return self._array(metadata_v3(document), path)
            if node_type != "group" or document["zarr_format"] != 3:
                raise Unreadable(f"node_type {node_type!r} is neither a group nor an array of version 3")
            return Group(Members(self, path, 3), object_of(document.get("attributes") or {}))

    def _v2(self, path: str) -> Node | None:
        for key in (ZARRAY, ZGROUP):
            document = self._document(path, key)
            if document is not None:
                attributes = self._document(path, ZATTRS) or {}
                with explained(self._where(path, key)):
                    if key == ZARRAY:
                        return self._array(metadata_v2(document, attributes), path)
                    if document["zarr_format"] != 2:
                        raise Unreadable("zarr_format is not 2")
                    return Group(Members(self, path, 2), attributes)
        return None

    def _array(self, metadata: Metadata, path: str) -> Array:
        def chunk_at(coords: Coords) -> Blob | None:
            key = _join(path, metadata.chunk_key(coords))
            blob = self._files.blob(key)
            return blob and replace(blob, read=partial(_read_named, blob, self._where(key)))

        return self._make_array(metadata, self._where(path), chunk_at)

    def _document(self, path: str, key: str) -> Json | None:
        if path in self._consolidated:
            return self._consolidated[path].get(key)
        return self._file(_join(path, key))

    def _file(self, key: str) -> Json | None:
        """The JSON object in a file; None where there is no file."""
        blob = self._files.blob(key)
        if blob is None:
            return None
        if blob.size > _DOCUMENT_LIMIT:
            raise Unreadable(f"{self._where(key)}: {blob.size:,} bytes are too many for metadata")
        data = blob.read(0, blob.size)
        with explained(self._where(key)):
            return object_of(json.loads(data))

    @cached_property
    def _consolidated(self) -> dict[str, dict[str, Json]]:
        """By path of a node, its documents by key; empty where the files themselves are near."""
        if self._files.is_near:
            return {}
        root = self._file(ZARR_JSON)
        if root is not None:
            with explained(self._where(ZARR_JSON)):
                return _inline(root)
        index = self._file(ZMETADATA)
        with explained(self._where(ZMETADATA)):
            return {} if index is None else _by_node(index)

    def _where(self, *parts: str) -> str:
        return "/".join(filter(None, (self._files.name, *parts)))


class Members(Mapping[str, Node]):
    """The children of a group, looked up when asked for, listed when listed."""

    def __init__(self, hierarchy: Hierarchy, path: str, zarr_format: int) -> None:
        self._hierarchy = hierarchy
        self._path = path
        self._zarr_format = zarr_format

    def __getitem__(self, name: str) -> Node:
        if not is_member_name(name):
            raise KeyError(name)
        node = self._hierarchy.node(_join(self._path, name), self._zarr_format)
        if node is None:
            raise KeyError(name)
        return node

    def __iter__(self) -> Iterator[str]:
        return iter(self._hierarchy.names(self._path))

    def __len__(self) -> int:
        return len(self._hierarchy.names(self._path))


def _read_named(blob: Blob, where: str, start: int, stop: int) -> bytes:
    with failures_named(where):
        return blob.read(start, stop)


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _inline(root: Json) -> dict[str, dict[str, Json]]:
    """The documents in the root group's ``zarr.json``, and this document itself."""
    consolidated = root.get("consolidated_metadata")
    if consolidated is None:
        return {}
    members = {path: {ZARR_JSON: object_of(body)} for path, body in consolidated["metadata"].items()}
    return {"": {ZARR_JSON: root}, **members}


def _by_node(index: Json) -> dict[str, dict[str, Json]]:
    """The documents in ``.zmetadata``."""
    documents: dict[str, dict[str, Json]] = {}
    for key, body in index["metadata"].items():
        path, _, name = key.rpartition("/")
        documents.setdefault(path, {})[name] = object_of(body)
    return documents
