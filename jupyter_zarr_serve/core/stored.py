"""Chunks as their source stores them, which need not be decoded to be sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .codecs import Codec

Coords = tuple[int, ...]


class NotAtHand(Exception):
    """Bytes that were expected to be in memory are not: reading them would wait for a disk."""


@dataclass(frozen=True)
class Blob:
    """Bytes that exist already: their number, and a function that reads ``[start, stop)``.

    One that is at hand (see `serve.representation.Representation`) may raise `NotAtHand` when it is read.

    Attributes
    ----------
    version
        Where known, changes whenever the bytes may have changed.
    file
        If they are all bytes of one local file: the path that was asked for, and where its links lead.
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
        The encoded chunk at given coordinates, or None where the source stores none that could be
        sent as it is.
    codecs
        What encoded them. A chunk that is not stored is read and encoded by the same codecs; with
        None it is absent (404), as it is in the source.
    document
        Members that replace those of the array's metadata document.
    chunk_shape
        The shape of these chunks, where it is not the array's.
    obstacle
        Why most clients cannot parse the metadata document; "" where they can. It stays out of what
        describes several nodes at once, as it would keep clients from all of them.
    refusal
        Why chunks can be neither sent nor made, so that their metadata are refused as well; "" where
        they can.
    """

    chunk: Callable[[Coords], Blob | None]
    codecs: tuple[Codec, ...] | None = None
    document: Mapping[str, Any] = field(default_factory=dict)
    chunk_shape: tuple[int, ...] | None = None
    obstacle: str = ""
    refusal: str = ""
