"""Chunks as their source stores them, which need not be decoded to be sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .codecs import Codec

Coords = tuple[int, ...]


class NotAtHand(Exception):
    """Raised if bytes are not in memory as expected, so that reading them would wait for a disk."""


@dataclass(frozen=True)
class Blob:
    """Bytes that exist already: their number, and a function that reads ``[start, stop)`` of them.

    Reading one that is at hand (see `serve.representation.Representation`) may raise `NotAtHand`.

    Attributes
    ----------
    version
        Changes whenever the bytes may have changed; None if nothing tells that.
    file
        If the bytes are a whole local file: the path as it was asked for, and with its links resolved.
    is_stored
        Whether the source stores them like this, so that `read` is what takes time.
    """

    size: int
    read: Callable[[int, int], bytes]
    version: str | None = None
    file: tuple[Path, Path] | None = None
    is_stored: bool = True


@dataclass(frozen=True, eq=False)
class Stored:
    """An array's chunks as its source stores them, for one Zarr format.

    Attributes
    ----------
    chunk
        Gives the encoded chunk at some coordinates; None if the source stores none that could be sent
        as it is.
    codecs
        The codecs of the stored chunks. A chunk that is not stored is read, and encoded by the same codecs;
        if this is None, it is absent (404), as in the source.
    document
        Members that replace those of the array's metadata document.
    chunk_shape
        The shape of the stored chunks, if it differs from the array's.
    obstacle
        Why most clients cannot parse the metadata document; "" if they can. Consolidated metadata leave
        the array out then, as they would keep clients from its siblings.
    refusal
        Why chunks can be neither sent nor made, so that the metadata are refused as well; "" if they can.
    """

    chunk: Callable[[Coords], Blob | None]
    codecs: tuple[Codec, ...] | None = None
    document: Mapping[str, Any] = field(default_factory=dict)
    chunk_shape: tuple[int, ...] | None = None
    obstacle: str = ""
    refusal: str = ""
