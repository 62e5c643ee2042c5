"""Sorting in pieces, so that it can be told how far it is, and ended."""

import numpy as np

from ..core.dtypes import Block
from ..core.progress import report, steps

_PIECE = 1 << 21  # values that are sorted at once
_SAMPLES = 64  # for each piece
_NUMBERS = "biuf"
_SHORT = 32  # characters of texts that are sorted faster where all have room for as many


def sorting(values: Block) -> Block:
    """What sorts values of one axis, and leaves equal ones as they are; there is no NaN among them.

    Many numbers are sorted in pieces where somebody listens: first they are told apart by some values
    between which equally many lie, then each piece is sorted.
    """
    if values.dtype.kind == "T":
        values = _of_fixed_length(values)
    if len(values) <= 2 * _PIECE or values.dtype.kind not in _NUMBERS or report() is None:
        return np.argsort(values, kind="stable")
    bounds = _bounds(values)
    piece_of = np.empty(len(values), np.uint16)
    for start in steps(range(0, len(values), _PIECE), "rows", lambda at: min(_PIECE, len(values) - at)):
        part = slice(start, start + _PIECE)
        piece_of[part] = np.searchsorted(bounds, values[part], side="right")
    order = np.argsort(piece_of, kind="stable")
    ends = np.cumsum(np.bincount(piece_of, minlength=len(bounds) + 1)).tolist()
    pieces = list(zip([0, *ends], ends, strict=False))
    for start, end in steps(pieces, "rows", lambda piece: piece[1] - piece[0]):
        rows = order[start:end]
        order[start:end] = rows[np.argsort(values[rows], kind="stable")]
    return order


def _of_fixed_length(texts: Block) -> Block:
    """The same texts in a dtype that is sorted in half of the time, where they are short."""
    longest = int(np.strings.str_len(texts).max(initial=1))
    if longest > _SHORT:
        return texts
    fixed = texts.astype(f"U{longest}")
    # NUL at the end of a text is lost there; NumPy before 2.5 does not count it, either.
    return fixed if np.array_equal(fixed.astype(texts.dtype), texts) else texts


def _bounds(values: Block) -> Block:
    """Values that part all others into pieces of about one size; fewer where many are equal."""
    count = min(len(values) // _PIECE, np.iinfo(np.uint16).max)
    some = np.sort(values[:: max(1, len(values) // (count * _SAMPLES))])
    bounds: Block = np.unique(some[np.arange(1, count) * len(some) // count])
    return bounds
