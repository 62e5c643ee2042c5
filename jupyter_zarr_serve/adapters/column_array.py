"""The array of a column, and for readers that know only plain numbers its mask or its categories."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from zlib import crc32

import numpy as np

from ..core.dtypes import Block, canonical, element_size
from ..core.elements import converted
from ..core.errors import Unavailable
from ..core.grid import Region, chunk_shape_for
from ..core.names import served_names
from ..core.nodes import Array, Parts, Policy, make_array
from ..core.reading import Reading
from .column import Coded, Column, Rows, once
from .missing import Missing, missing_of


def array_of(column: Column, name: str, rows: Rows, attributes: Mapping[str, Any]) -> Array:
    """The array of a column, with attributes of its own added to those of the column."""
    array = _array(column, name, rows, attributes)
    return replace(array, parts=once(partial(_parts, column, array, name, rows)))


def chunk_rows(rows: int, width: int, policy: Policy, source_rows: int | None = None) -> int:
    """Whole or evenly cut blocks of the source where it has some."""
    source_chunks = (source_rows,) if source_rows else None
    target = policy.target_bytes
    return chunk_shape_for((rows,), width, target, source_chunks=source_chunks, layout="rows")[0]


def _array(column: Column, name: str, rows: Rows, renamed: Mapping[str, Any]) -> Array:
    chunk = max(1, rows.chunk // math.prod(column.shape))
    missing = missing_of(column, rows.count, chunk)
    names = served_names([f"{name}_{axis}" for axis in range(1, len(column.shape) + 1)], [rows.dimension])
    return make_array(
        (rows.count, *column.shape), missing.dtype,
        Reading(partial(_read, column, missing, rows.policy.limit_bytes), is_by_rows=True), rows.policy,
        chunk_shape=(chunk, *column.shape),
        fill_value=missing.fill_value,
        dimension_names=(rows.dimension, *names),
        attributes={**column.attributes, **missing.attributes, **renamed},
    )  # fmt: skip


def _read(column: Column, missing: Missing, limit: int, region: Region) -> Block:
    start, stop = region[0].start, region[0].stop
    values, where = column.read(start, stop)
    if len(values) != stop - start:
        raise Unavailable(
            f"rows {start:,} to {stop:,} are gone: the table changed while it was read; open it again"
        )
    if column.dtype.kind not in "TO":
        values = converted(values, canonical(column.dtype))
    return missing.fill(values, where, limit)[(slice(None), *region[1:])]


def _parts(column: Column, array: Array, name: str, rows: Rows) -> Parts:
    """A column's mask if values may be missing, and where whole lists are; or its codes and categories."""
    coded = column.coded(rows.count) if column.coded else None
    if coded is not None:
        return _coded_parts(coded, array, name, rows)
    if column.nulls is False:
        return Parts({})
    mask = make_array(
        array.shape, np.dtype(bool), partial(_read_mask, column), rows.policy,
        chunk_shape=array.chunk_shape, dimension_names=array.dimension_names,
    )  # fmt: skip
    absent = column.absent
    if absent is None:
        return Parts({"mask": mask})
    of_lists = make_array(
        array.shape[:1], np.dtype(bool), lambda region: absent(region[0].start, region[0].stop),
        rows.policy, chunk_shape=array.chunk_shape[:1], dimension_names=(rows.dimension,),
    )  # fmt: skip
    return Parts({"mask": mask, "absent": of_lists})


def _coded_parts(coded: Coded, array: Array, name: str, rows: Rows) -> Parts:
    code = np.min_scalar_type(-coded.count - 1).type

    def read(region: Region) -> Block:
        positions = coded.codes(region[0].start, region[0].stop)
        return positions.astype(code)  # all lie among the categories, for which it has room

    codes = make_array(
        array.shape, np.dtype(code), read, rows.policy,
        chunk_shape=array.chunk_shape, dimension_names=array.dimension_names,
        fill_value=code(-1),
        attributes={**array.attributes, "_FillValue": code(-1), "categories_checksum": _checksum(coded)},
    )  # fmt: skip
    chunk = chunk_rows(coded.count, element_size(coded.categories.dtype), rows.policy)
    shared = Rows(coded.count, chunk, f"{name}_categories", rows.policy)
    return Parts({"categories": array_of(coded.categories, name, shared, {})}, codes)


def _checksum(coded: Coded) -> str:
    """A text that differs for other categories, so that no codes are taken for them; see `serve.layout`."""
    values, where = coded.categories.read(0, coded.count)
    told = values.tobytes() if values.dtype.kind not in "TO" else repr(values.tolist()).encode()
    return f"{crc32(told if where is None else told + where.tobytes()):08x}"


def _read_mask(column: Column, region: Region) -> Block:
    start, stop = region[0].start, region[0].stop
    where = column.read(start, stop)[1]
    absent = np.zeros((stop - start, *column.shape), bool) if where is None else where
    return absent[(slice(None), *region[1:])]
