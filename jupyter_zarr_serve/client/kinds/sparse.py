"""Sparse arrays, made chunk by chunk: what is absent is never made dense."""

import itertools
from typing import Any

import numpy as np

from ...core.known_names import MADE_OF
from ..reader import Reader
from .whole import array_of, progress


def of(reader: Reader, kind: str) -> Any:
    """An array of the package and format that it was published from, else `sparse.COO`."""
    array = array_of(reader, kind, "sparse array")
    note = dict(array.attrs).get(MADE_OF)
    told: dict[str, Any] = note if isinstance(note, dict) else {}
    zero = array.dtype.type(0)
    stored = zero if told or array.fill_value is None else array.fill_value
    fill = array.dtype.type(told["fill"]) if "fill" in told else stored
    coords, values = _elements(array, fill, str(reader))
    if told.get("of") == "scipy":
        return _scipy(array, coords, values, str(told.get("type")))
    import sparse

    made = sparse.COO(coords, values, array.shape, fill_value=fill)
    if told.get("type") == "GCXS":
        return sparse.GCXS(made, compressed_axes=told.get("compressed_axes"))
    return sparse.DOK(made) if told.get("type") == "DOK" else made


def _elements(array: Any, fill: Any, title: str) -> tuple[Any, Any]:
    """The places and values of all elements but fill values."""
    found: list[tuple[Any, Any]] = []
    steps = [range(0, length, step) for length, step in zip(array.shape, array.chunks, strict=True)]
    with progress(array.nbytes, title) as bar:
        for starts in itertools.product(*steps):
            region = tuple(slice(at, at + n) for at, n in zip(starts, array.chunks, strict=True))
            block = np.asarray(array[region])
            is_fill = np.isnan(block) if fill != fill else block == fill  # noqa: PLR0124 (it is NaN)
            places = np.argwhere(~is_fill)
            found.append((places + np.asarray(starts, np.intp), block[tuple(places.T)]))
            if bar is not None:
                bar.update(block.nbytes)
    empty = (np.empty((0, array.ndim), np.intp), np.empty(0, array.dtype))
    coords = np.concatenate([empty[0], *(places for places, _ in found)]).T
    return coords, np.concatenate([empty[1], *(values for _, values in found)])


def _scipy(array: Any, coords: Any, values: Any, kind: str) -> Any:
    from scipy import sparse

    make = (
        getattr(sparse, kind, sparse.coo_array)
        if kind.endswith(("_matrix", "_array"))
        else sparse.coo_array
    )
    plain = sparse.coo_array if kind.endswith("_array") else sparse.coo_matrix
    return make(plain((values, tuple(coords)), shape=array.shape))
