"""Tables of records in AnnData files (``.h5ad``), with texts as long as the longest one.

scanpy keeps what it ranks so. AnnData reads such a table from one Zarr array alone, whose texts have a
fixed length; HDF5 stores them with any length.

References
----------
https://anndata.readthedocs.io/en/latest/fileformat-prose.html
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.chunks import read_region
from ...core.dtypes import STRING, Block, DType
from ...core.grid import Region, region_shape
from ...core.nodes import Array, Group, Node, Policy, make_array

_MOST = 1 << 20  # texts that are read to find the longest one
_OF_DICTIONARIES = {"encoding-type": "dict", "encoding-version": "0.1.0"}


def is_record(attributes: Mapping[str, Any]) -> bool:
    """Whether a dataset with these attributes is a table of records."""
    return bool(attributes.get("encoding-type") == "rec-array")


def record_array(fields: Group, policy: Policy) -> Node:
    """The array of a table of records.

    Parameters
    ----------
    fields
        The group of its fields; given back as a dictionary, which AnnData reads as well, where they
        are too long, or no texts and numbers.
    """
    parts = {name: fields.children[name] for name in fields.children}
    columns = {name: part for name, part in parts.items() if isinstance(part, Array)}
    dtype = _dtype(columns, policy) if len(columns) == len(parts) else None
    if dtype is None:
        return Group(fields.children, {**fields.attributes, **_OF_DICTIONARIES})

    def read(region: Region) -> Block:
        block = np.empty(region_shape(region), dtype)
        for name, column in columns.items():
            block[name] = read_region(column, region)
        return block

    first = next(iter(columns.values()))
    return make_array(
        first.shape, dtype, read, policy,
        attributes=fields.attributes, dimension_names=first.dimension_names,
    )  # fmt: skip


def _dtype(columns: Mapping[str, Array], policy: Policy) -> DType | None:
    """The type of a record; None if there is none that is fit."""
    texts = [column for column in columns.values() if column.dtype == STRING]
    shapes = {column.shape for column in columns.values()}
    if len(shapes) != 1 or sum(math.prod(column.shape) for column in texts) > _MOST:
        return None
    found = np.dtype([(name, _field(column)) for name, column in columns.items()])
    return found if found.itemsize <= policy.target_bytes else None


def _field(column: Array) -> DType:
    if column.dtype != STRING:
        return column.dtype
    texts = read_region(column, tuple(slice(0, length) for length in column.shape))
    return np.dtype(f"U{max((len(text) for text in texts.flat), default=1) or 1}")
