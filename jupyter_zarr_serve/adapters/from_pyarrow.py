"""Arrow objects: a table or record batch is a group of columns, an array an array."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial, singledispatch
from typing import Any

import pyarrow as pa

from ..core.errors import Unreadable
from ..core.nodes import Group, Node, Policy
from .arrow_columns import arrow_column
from .arrow_tables import arrow_table
from .arrow_widths import element_width, width_of
from .column import Column, Field
from .columns import MOST_CATEGORIES, single


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The node of an Arrow object.

    Raises
    ------
    Unreadable
        If it is neither a table, a record batch nor an array.
    """
    raise Unreadable(f"pyarrow.{type(obj).__name__} cannot be served; read it into a Table")


@adapt.register
def _(table: pa.Table, policy: Policy) -> Group:
    def open_column(position: int) -> Callable[[], Column | list[Field]]:
        return partial(_open, table.column(position))

    def width(position: int) -> int:
        return _width(table.column(position))

    return arrow_table(table.schema, table.num_rows, policy, open_column, width)


@adapt.register
def _(batch: pa.RecordBatch, policy: Policy) -> Node:
    return adapt(pa.Table.from_batches([batch]), policy)


@adapt.register
def _(array: pa.ChunkedArray, policy: Policy) -> Node:
    width = element_width(array.type, _width(array))
    return single(Field("values", width, partial(_open, array)), len(array), policy, "row")


@adapt.register
def _(array: pa.Array, policy: Policy) -> Node:
    return adapt(pa.chunked_array([array]), policy)


def _width(array: Any) -> int:
    if pa.types.is_string_view(array.type) or pa.types.is_binary_view(array.type):
        return width_of(array.type)  # older Arrow cannot tell the size of views
    return max(width_of(array.type), int(array.nbytes) // max(1, len(array)))


def _open(array: Any) -> Column | list[Field]:
    column = arrow_column(array.type, lambda a, b: array.slice(a, b - a), nulls=_has_nulls(array))
    if not (isinstance(column, Column) and pa.types.is_dictionary(array.type) and array.num_chunks):
        return column
    categories = array.chunk(0).dictionary
    same = all(chunk.dictionary.equals(categories) for chunk in array.chunks[1:])
    if len(categories) > MOST_CATEGORIES or not same:
        return column
    return replace(column, attributes={**column.attributes, "categories": categories.to_pylist()})


def _has_nulls(array: Any) -> bool:
    return bool(array.null_count)
