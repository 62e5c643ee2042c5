"""Lists of fixed length in columns of Arrow: arrays of as many axes more.

References
----------
https://arrow.apache.org/docs/format/Columnar.html#fixed-size-list-layout
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from ..core.dtypes import Block
from ..core.errors import Unreadable
from .arrow_buffers import truths
from .column import Column, Field, Pair

Fetch = Callable[[int, int], Any]  # rows [start, stop) as a ChunkedArray


def column_of_lists(kind: Any, fetch: Fetch, column_of: Callable[[Fetch], Column | list[Field]]) -> Column:
    """The column of a type of lists of fixed length.

    Parameters
    ----------
    column_of
        Gives the column of the lists' elements, by what fetches them.

    Raises
    ------
    Unreadable
        If the lists are empty, or their elements are structures.
    """
    length = int(kind.list_size)
    if not length:
        raise Unreadable(f"Arrow type {kind} has no elements; drop the column")
    column = _elements(fetch, kind, column_of)
    shape = (length, *column.shape)

    def read(start: int, stop: int) -> Pair:
        lists = fetch(start, stop)
        values, where = _elements(lambda *_: lists, kind, column_of).read(0, (stop - start) * length)
        absent = truths(lists.is_null())
        if absent.any():
            each = _wide(np.repeat(absent, length), values)
            where = each if where is None else where | each
        if len(values) != (stop - start) * length:
            return values, where  # they have changed, which whoever asked finds
        whole = (stop - start, *shape)
        return values.reshape(whole), None if where is None else where.reshape(whole)

    return replace(
        column, read=read, nulls=None, lowest=None, highest=None, coded=None, shape=shape,
        absent=lambda start, stop: truths(fetch(start, stop).is_null()),
    )  # fmt: skip


def _elements(lists: Fetch, kind: Any, column_of: Callable[[Fetch], Column | list[Field]]) -> Column:
    """The column of the elements of lists, those of missing ones included."""
    length = int(kind.list_size)

    def elements(start: int, stop: int) -> Any:
        parts = [
            part.values.slice(part.offset * length, len(part) * length)
            for part in lists(start // length, stop // length).chunks
        ]
        return pa.chunked_array(parts, kind.value_type)

    column = column_of(elements)
    if not isinstance(column, Column):
        raise Unreadable("lists of structures have no array; flatten them into columns of their own")
    return column


def _wide(absent: Block, values: Block) -> Block:
    """Which values are in lists that are missing."""
    wide: Block = np.broadcast_to(absent.reshape(-1, *(1,) * (values.ndim - 1)), values.shape)
    return wide
