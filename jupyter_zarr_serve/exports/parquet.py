"""Export to Parquet: the columns and rows of a table, as pyarrow writes them.

A file is made as a whole, as its end tells where all is.

References
----------
https://arrow.apache.org/docs/python/parquet.html
"""

import io
import zlib
from typing import Any

import numpy as np

from ..core import limits
from ..core.dtypes import Block, element_size
from ..core.errors import MissingLibrary, Unreadable
from ..core.nodes import Node
from ..preview.column import Column, values_at
from ..preview.orders import order_of
from ..preview.table import has_rows, table_of
from .asked import Asked
from .pieces import Export, Piece
from .selection import selected

_UNITS = {"D": "s", "h": "s", "m": "s", "W": "s"}  # of times that Arrow has not


def parquet(node: Node, asked: Asked) -> Export:
    """The file of a table's columns and rows.

    Raises
    ------
    BadRequest
        If there is no such column.
    Unreadable
        If it is no table, too large, or of elements that Parquet cannot hold.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingLibrary("parquet", "arrow") from error
    if not has_rows(node):
        raise Unreadable("parquet: holds tables; export this as npy, netcdf or zarr.zip")
    table = table_of(node)
    columns = table.all_columns(asked.columns)
    for column in columns:
        if column.dtype.names is not None or column.dtype.kind in "Vc":
            raise Unreadable(
                f"parquet: {column.name}: holds no values of {column.dtype}; export npy or zarr.zip"
            )
    order = order_of(table, asked.path, asked.wanted)
    total = table.total if order is None else len(order)
    (rows,) = selected((total,), asked.region).region
    size = (rows.stop - rows.start) * sum(element_size(column.dtype) for column in columns)
    if size > limits.EXPORT_WHOLE:
        raise Unreadable(
            f"parquet: {size:,} bytes of values are more than the {limits.EXPORT_WHOLE:,} of one file; "
            "choose fewer rows by region=, or columns, or export csv"
        )

    def make() -> bytes:
        at = range(rows.start, rows.stop) if order is None else order[rows].tolist()
        blocks = values_at(columns, at)
        return _written([(column, block) for column, block in zip(columns, blocks, strict=True)])

    identity = (rows.start, rows.stop, None if order is None else zlib.crc32(order.tobytes()))
    return Export([Piece(None, make)], [column.array for column in columns], identity)


def _written(columns: list[tuple[Column, Block]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet as pq

    names = [column.name or "value" for column, _ in columns]
    table = pa.table([_arrow(column, values) for column, values in columns], names=names)
    file = io.BytesIO()
    pq.write_table(table, file)
    if file.tell() > limits.EXPORT_WHOLE:
        raise Unreadable(f"parquet: {file.tell():,} bytes are too many for a file; choose fewer rows")
    return file.getvalue()


def _arrow(column: Column, values: Block) -> Any:
    """The values, null where they are marked as missing; NaN stays NaN."""
    import pyarrow as pa

    kind = values.dtype.kind
    missing = column.marked(values) if kind not in "mM" else column.missing(values)
    if kind in "mM":
        unit = np.datetime_data(values.dtype)[0]
        values = values.astype(f"{kind}8[{_UNITS.get(unit, unit)}]")
    if kind in "UTSO":
        listed = [None if absent else value for value, absent in zip(values.tolist(), missing, strict=True)]
        return pa.array(listed, pa.string() if kind in "UT" else pa.binary())
    return pa.array(np.ascontiguousarray(values), mask=missing if missing.any() else None)
