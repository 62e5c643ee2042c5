"""What the values of an array look like, from a bounded number of bytes: a line, a histogram."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.attributes import to_json
from ..core.chunks import read_region
from ..core.dtypes import Block, DType, element_size
from ..core.errors import BadRequest, Unreadable
from ..core.meant import as_meant
from ..core.nodes import Array
from ..core.progress import steps
from ..core.public_text import short
from .sample import (
    LIMIT_BYTES,
    Numbers,
    cell_shape,
    fits,
    is_cheap,
    is_numeric,
    numbers,
    picked,
    reads_of,
    sample,
)

_BINS = 64
_HUGE = 1e300  # beyond it differences may overflow
_MOST_ELEMENTS = 1_000_000  # of a line that is not read whole
_MOST_RUNS = 1024  # that are read of it, a file being opened for each


@dataclass(frozen=True)
class _Line:
    """The least and the greatest value in each `step` elements, and how many are missing."""

    step: int
    lowest: Block
    highest: Block
    nan_count: int


def line(array: Array, start: int, stop: int, points: int) -> dict[str, Any]:
    """The least and the greatest value in each of at most `points` equal parts of ``[start, stop)``.

    If the range is too large to be read, each part is known by some of its values.

    Raises
    ------
    Unreadable
        If the array is not one-dimensional or not numeric.
    Exception
        Whatever the array's `read` raises.
    """
    if len(array.shape) != 1 or not is_numeric(array.dtype):
        raise Unreadable("only one-dimensional arrays of numbers or times have a line")
    array = as_meant(array)
    stop = min(array.shape[0], stop)
    start = min(start, stop)
    every = max(1, math.ceil((stop - start) / _MOST_ELEMENTS))
    if fits(array, (slice(start, stop),)):
        found = _in_steps(array, slice(start, stop, 1), points)
    elif array.reading.sample is not None and is_cheap(array, (slice(start, stop, every),)):
        found = _in_steps(array, slice(start, stop, every), points)
    else:
        found = _in_runs(array, start, stop, points)
    told: dict[str, Any] = {"start": start, "stop": stop, "step": found.step}
    told |= {"min": _json(found.lowest), "max": _json(found.highest)}
    told |= {"nan_count": found.nan_count, "is_sampled": not fits(array, (slice(start, stop),))}
    known = [value for value in (*told["min"], *told["max"]) if value is not None]
    return told | _time(array.dtype, known)


def _in_steps(array: Array, part: slice, points: int) -> _Line:
    """The line of a range, of which every `part.step`-th element is read at once."""
    block = read_region(array, (part,)) if part.step == 1 else picked(array, (part,))
    together = max(1, math.ceil(len(block) / points))
    found = numbers(array, block)
    return _Line(together * part.step, *_envelope(found.values, together), found.nan_count)


def _in_runs(array: Array, start: int, stop: int, points: int) -> _Line:
    """The line of a range, of which the beginning of each part is read.

    It is as long as the bound allows, if the source can read single elements; else it is a chunk.
    """
    parts = min(points, _MOST_RUNS)
    if array.reading.sample is None:
        run = cell_shape(array)[0]
        parts = min(parts, reads_of(array, (run,)))
    else:
        run = max(1, LIMIT_BYTES // parts // element_size(array.dtype))
    step = math.ceil((stop - start) / parts)
    reads = [slice(at, min(at + min(step, run), stop)) for at in range(start, stop, step)]
    found = [numbers(array, read_region(array, (part,))) for part in steps(reads, "parts")]
    low, high = zip(*(_envelope(part.values, len(part.values)) for part in found), strict=True)
    missing = sum(part.nan_count for part in found)
    return _Line(step, np.concatenate(low), np.concatenate(high), missing)


def stats(array: Array, field: str = "") -> dict[str, Any]:
    """The range of the values, how many are missing, and a histogram of the finite ones.

    Parameters
    ----------
    field
        Of records, the one whose values are looked at.

    Raises
    ------
    BadRequest
        If there is no such field.
    Unreadable
        If the values are not numeric.
    Exception
        Whatever the array's `read` raises.
    """
    array = as_meant(array)
    dtype = _dtype_of(array, field)
    if not is_numeric(dtype):
        raise Unreadable("only numbers and times have a histogram")
    blocks, is_sampled = sample(array)
    if field:
        blocks = [np.ascontiguousarray(block[field]) for block in blocks]
    found = [numbers(replace(array, dtype=dtype) if field else array, block) for block in blocks]
    values = _joined(found)
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    ends = [np.min(finite).item(), np.max(finite).item()] if finite.size else []
    lowest, highest = ends or (None, None)
    missing = sum(part.nan_count for part in found)
    return {
        "min": lowest,
        "max": highest,
        "nan_count": missing,
        "infinite_count": int(values.size - finite.size) - missing,
        "count": int(values.size),
        "histogram": histogram(finite),
        "is_sampled": is_sampled,
        **_time(dtype, ends),
    }


def _dtype_of(array: Array, field: str) -> DType:
    """That of the values, or of one field of records."""
    if not field:
        return array.dtype
    if field not in (array.dtype.names or ()):
        name = short(to_json(field), 100)
        raise BadRequest(f"there is no field {name!r}; api/node/ tells which there are")
    return array.dtype[field]


def histogram(values: Block) -> dict[str, list[float] | list[int]]:
    """Counts between equidistant edges; integers of a small range have a bin each.

    Examples
    --------
    >>> histogram(np.array([1, 1, 2]))
    {'edges': [0.5, 1.5, 2.5], 'counts': [2, 1]}
    """
    if values.size == 0:
        return {"edges": [], "counts": []}
    if values.dtype.kind in "iu" and int(values.max()) - int(values.min()) < _BINS:
        least = int(values.min())  # a float64 may not tell it from its neighbours
        counts = np.bincount((values - values.min()).astype("i8").reshape(-1))
        edges = [least + edge - 0.5 for edge in range(len(counts) + 1)]
        return {"edges": edges, "counts": counts.tolist()}
    scale = 4.0 if values.dtype.kind == "f" and float(np.abs(values).max()) > _HUGE else 1.0
    low, high = float(values.min()) / scale, float(values.max()) / scale
    bins = _BINS if high > low else 1
    width = (high - low) / bins
    if width == 0:
        return {"edges": [low * scale, high * scale], "counts": [int(values.size)]}
    at = ((values.astype("f8") / scale - low) / width).astype("i8").clip(0, bins - 1)
    edges = [(low + width * edge) * scale for edge in range(bins)]
    return {
        "edges": [*edges, high * scale],
        "counts": np.bincount(at.reshape(-1), minlength=bins).tolist(),
    }


def _joined(found: list[Numbers]) -> Block:
    return np.concatenate([part.values.reshape(-1) for part in found])


def _envelope(values: Block, step: int) -> tuple[Block, Block]:
    """The least and the greatest value in each run of `step` values; NaN for a run of nothing else."""
    if values.size == 0:
        return values, values
    if values.dtype.kind == "f":
        values = np.where(np.isinf(values), np.nan, values)
    starts = np.arange(0, values.size, max(1, step))
    return np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)


def _json(values: Block) -> list[Any]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124 (NaN)


def _time(dtype: DType, values: list[float]) -> dict[str, Any]:
    """Of times: what the numbers count, as Zarr names it, and the range of the values as text."""
    if dtype.kind not in "Mm":
        return {}
    unit, scale = np.datetime_data(dtype)
    name = "datetime64" if dtype.kind == "M" else "timedelta64"
    ends = np.array([int(min(values)), int(max(values))] if values else [], "i8").view(dtype)
    return {"time": {"name": name, "unit": unit, "scale_factor": scale}, "text": [*map(str, ends)]}
