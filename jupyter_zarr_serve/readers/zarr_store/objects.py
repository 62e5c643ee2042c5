"""Undoing the codecs of version 2 that make bytes of texts: what comes out is text, or refused.

What is missing becomes "", which the attribute ``missing`` tells: each of them can store None, or no label.

References
----------
https://numcodecs.readthedocs.io/
"""

import json
from typing import Any

import numpy as np

from ...core.dtypes import Block
from ...core.errors import MissingLibrary, Unreadable
from .codecs import Buffer, Step, undo_vlen

VLEN = ("vlen-utf8", "vlen-bytes")
TEXTS = ("json2", "msgpack2", "categorize")


def undo_objects(step: Step, data: Buffer, count: int) -> Buffer:
    """The `count` elements of a chunk as objects.

    Raises
    ------
    Unreadable
        If they are neither text nor bytes.
    ValueError
        If the chunk holds another number of elements.
    """
    if step.name in VLEN:
        return undo_vlen(step.name, data, count)
    raw = data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()
    found = _categories(step, raw) if step.name == "categorize" else _listed(step, raw)
    if len(found) != count:
        raise ValueError(f"the chunk holds {len(found):,} elements where {count:,} are expected")
    found = ["" if item is None else item for item in found]
    if not all(isinstance(item, str) for item in found):
        raise Unreadable(f"the elements of its codec {step.name!r} are not all text; store them as text")
    return np.array([*found, ""], object)[:-1]


def _listed(step: Step, raw: bytes) -> list[Any]:
    """The elements of a chunk; behind them stand its dtype and shape."""
    try:
        items = json.loads(raw) if step.name == "json2" else _unpacked(raw)
    except ValueError as error:
        raise ValueError(f"codec {step.name!r}: {error}") from error
    if not isinstance(items, list) or len(items) < 2:
        raise ValueError("the chunk is no list")
    return items[:-2]


def _unpacked(raw: bytes) -> Any:
    try:
        import msgpack
    except ImportError:
        raise MissingLibrary("codec 'msgpack2'", "zarr") from None
    return msgpack.unpackb(raw, raw=False)


def _categories(step: Step, raw: bytes) -> Block:
    """The labels that a chunk numbers from one on; zero, and what has no label, is the empty text."""
    labels = step.configuration["labels"]
    codes = np.frombuffer(raw, step.configuration.get("astype", "u1"))
    if codes.dtype.kind not in "iu":
        raise ValueError("categories are numbered by integers")
    table = np.array(["", *labels, ""], object)
    inside = (codes >= 0) & (codes <= len(labels))
    found: Block = table[np.where(inside, codes, 0).astype("i8")]
    return found
