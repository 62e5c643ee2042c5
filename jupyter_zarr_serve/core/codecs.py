"""Frozen codecs: what encodes a chunk, and how each Zarr format spells it.

A `Codec` encodes bytes to bytes. Everything a format needs to know about it is in one row here. The first
chunk imports numcodecs, which looks through all packages for codecs: who publishes does not wait for it.

References
----------
https://zarr-specs.readthedocs.io/en/latest/v3/codecs/index.html
https://numcodecs.readthedocs.io/
"""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .known_names import COMPRESSORS

Json = dict[str, Any]


class Codec(Protocol):
    """One step from a chunk's bytes to what is stored."""

    def encode(self, data: np.ndarray[Any, Any], itemsize: int) -> bytes:
        """Encode `data`, one-dimensional uint8, whose elements have `itemsize` bytes."""

    def v2(self, itemsize: int) -> Json:
        """The codec's JSON in ``.zarray``."""

    def v3(self, itemsize: int) -> Json | None:
        """The codec's JSON in ``zarr.json``; None where version 3 has no portable name."""


def _typed(data: np.ndarray[Any, Any], itemsize: int) -> np.ndarray[Any, Any]:
    """The same bytes as elements of `itemsize` bytes, so that shuffling sees the element size."""
    return data.view(f"V{itemsize}") if itemsize > 1 and data.size % itemsize == 0 else data


def _shuffles(itemsize: int) -> bool:
    """Whether Blosc can split elements of this size into byte planes."""
    return 1 < itemsize <= 255


@dataclass(frozen=True)
class BloscCodec:
    """Blosc: fast, splits elements into byte planes, stores a plain copy when nothing is gained."""

    cname: str = "lz4"
    clevel: int = 5

    def encode(self, data: np.ndarray[Any, Any], itemsize: int) -> bytes:
        """See `Codec`."""
        from numcodecs import Blosc

        shuffle = Blosc.SHUFFLE if _shuffles(itemsize) else Blosc.NOSHUFFLE
        return bytes(Blosc(self.cname, self.clevel, shuffle).encode(_typed(data, itemsize)))

    def v2(self, itemsize: int) -> Json:
        """See `Codec`."""
        shuffle = int(_shuffles(itemsize))
        return {
            "id": "blosc",
            "cname": self.cname,
            "clevel": self.clevel,
            "shuffle": shuffle,
            "blocksize": 0,
        }

    def v3(self, itemsize: int) -> Json:
        """See `Codec`."""
        shuffled = _shuffles(itemsize)
        return {
            "name": "blosc",
            "configuration": {
                "cname": self.cname,
                "clevel": self.clevel,
                "shuffle": "shuffle" if shuffled else "noshuffle",
                "typesize": itemsize if shuffled else 1,
                "blocksize": 0,
            },
        }


@dataclass(frozen=True)
class ZstdCodec:
    """Zstandard, without checksum."""

    level: int = 3

    def encode(self, data: np.ndarray[Any, Any], itemsize: int) -> bytes:
        """See `Codec`."""
        from numcodecs import Zstd

        return bytes(Zstd(self.level).encode(data))

    def v2(self, itemsize: int) -> Json:
        """See `Codec`."""
        return {"id": "zstd", "level": self.level}

    def v3(self, itemsize: int) -> Json:
        """See `Codec`."""
        return {"name": "zstd", "configuration": {"level": self.level, "checksum": False}}


@dataclass(frozen=True)
class GzipCodec:
    """Deflate in the gzip container; the same input always gives the same bytes."""

    level: int = 5

    def encode(self, data: np.ndarray[Any, Any], itemsize: int) -> bytes:
        """See `Codec`."""
        return gzip.compress(data.data, self.level, mtime=0)

    def v2(self, itemsize: int) -> Json:
        """See `Codec`."""
        return {"id": "gzip", "level": self.level}

    def v3(self, itemsize: int) -> Json:
        """See `Codec`."""
        return {"name": "gzip", "configuration": {"level": self.level}}


@dataclass(frozen=True)
class ZlibCodec:
    """Deflate in the zlib container; version 3 has no name for it."""

    level: int = 5

    def encode(self, data: np.ndarray[Any, Any], itemsize: int) -> bytes:
        """See `Codec`."""
        return zlib.compress(data.data, self.level)

    def v2(self, itemsize: int) -> Json:
        """See `Codec`."""
        return {"id": "zlib", "level": self.level}

    def v3(self, itemsize: int) -> None:
        """See `Codec`."""


DEFAULT_COMPRESSOR = BloscCodec()

_MAKERS: tuple[Callable[[], Codec | None], ...] = (  # in the order of their names
    BloscCodec,
    BloscCodec,
    lambda: BloscCodec("zstd", 3),
    lambda: BloscCodec("zlib", 5),
    ZstdCodec,
    GzipCodec,
    ZlibCodec,
    lambda: None,
)
_BY_NAME = dict(zip(COMPRESSORS, _MAKERS, strict=True))


def compressor_named(name: str) -> Codec | None:
    """The compressor that a configuration or `publish` calls `name`; None for "none".

    Raises
    ------
    ValueError
        If no compressor has that name; the message lists those that exist.
    """
    if name not in COMPRESSORS:
        raise ValueError(f"no compressor is called {name!r}; choose from {', '.join(COMPRESSORS)}")
    return _BY_NAME[name]()


def compressor_name(compressor: Codec | None) -> str:
    """The name by which `compressor_named` gives a compressor."""
    return next(name for name, make in _BY_NAME.items() if make() == compressor)


def portable_codecs(codecs: tuple[Codec, ...]) -> tuple[Codec, ...]:
    """The codecs to use in version 3 in place of `codecs`: the same, or gzip for zlib."""
    kept = [GzipCodec(c.level) if isinstance(c, ZlibCodec) else c for c in codecs]
    return tuple(c for c in kept if c.v3(1) is not None)
