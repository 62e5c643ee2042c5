"""The columns of a table, as values and where they are missing; see `adapters.columns`."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...core.known_names import PORTABLE
from ...core.names import ORIGINAL
from ...core.signs import meant_dtype
from ..opening import node_of
from ..reader import Reader
from .whole import whole


@dataclass(frozen=True)
class Column:
    """A column, or a level of an index.

    Attributes
    ----------
    values
        One for each row; where a value is missing, anything.
    missing
        Where values are missing; None where nowhere.
    categories
        Of a column of categories, whose values are positions among them (-1 where missing); else None.
    absent
        Of a column of lists: where a list is missing as a whole; None where none is.
    """

    label: Any
    values: Any
    missing: Any
    attributes: dict[str, Any] = field(default_factory=dict)
    categories: "Column | None" = None
    absent: Any = None

    @property
    def objects(self) -> Any:
        """The values as objects of Python, None where they are missing."""
        made = self.values.astype(object)
        if self.missing is not None:
            made[self.missing] = None
        return made

    @property
    def lists(self) -> Any:
        """The rows of a column of lists, None where one is missing as a whole; in an array of objects."""
        made = np.empty(len(self.values), object)
        made[:] = list(self.values if self.missing is None else self.objects)
        if self.absent is not None:
            made[self.absent] = None
        return made


def columns_of(reader: Reader, group: Any) -> dict[str, Column]:
    """The columns of a group by the names they are served under.

    Raises
    ------
    ValueError
        If it is no table.
    """
    members = {name: group[name] for name in group}
    nested = [name for name, member in members.items() if not hasattr(member, "shape")]
    lengths = {member.shape[:1] for name, member in members.items() if name not in nested}
    if nested or len(lengths) > 1 or () in lengths:
        why = f"{nested[0]!r} is a group" if nested else "its arrays have other lengths or axes"
        raise ValueError(f"{reader} is no table: {why}; open it without as_, or as 'xarray'")
    return {name: column_of(reader.below(name), member) for name, member in members.items()}


def column_of(reader: Reader, array: Any) -> Column:
    """A column; its mask and categories stand beside it in the portable spelling."""
    attributes = dict(array.attrs)
    label = attributes.get(ORIGINAL, reader.path[-1] if reader.path else None)
    if "ordered" in attributes:
        return _coded(reader, label, attributes)
    values = whole(array, reader.path[-1] if reader.path else "")
    missing = None
    if values.dtype.kind in "iub" and "_FillValue" in attributes:
        missing = values == attributes["_FillValue"]
    elif "missing" in attributes:
        missing = _beside(reader, "mask")[...]
    values = values.view(meant_dtype(values.dtype, attributes)) if values.dtype.kind in "iu" else values
    values = values.astype(object) if values.dtype.kind == "T" else values
    absent = _absent(reader) if values.ndim > 1 else None
    return Column(label, values, missing, attributes, absent=absent)


def _absent(reader: Reader) -> Any:
    """Where the lists of a column are missing as a whole; None where none is."""
    if "absent_array" not in dict(node_of(_portable(reader), "array").attrs):
        return None
    found = _beside(reader, "absent")[...]
    return found if found.any() else None


def _coded(reader: Reader, label: Any, attributes: dict[str, Any]) -> Column:
    portable = _portable(reader)
    codes = whole(node_of(portable, "array"))
    beside = node_of(portable, "array").attrs["categories_array"]
    categories = node_of(Reader(reader.way, (*portable.path[:-1], beside), reader.zarr_format), "array")
    values, told = whole(categories), dict(categories.attrs)
    if "units" in told:  # times, as CF spells them
        unit = {"days": "D", "hours": "h", "minutes": "m", "seconds": "s", "milliseconds": "ms"}.get(
            told["units"].split()[0], {"microseconds": "us"}.get(told["units"].split()[0], "ns")
        )
        values = values.astype(f"M8[{unit}]")
    values = values.astype(object) if values.dtype.kind == "T" else values
    return Column(label, codes, codes == -1, attributes, Column(None, values, None, told))


def _beside(reader: Reader, kind: str) -> Any:
    """What stands beside an array in the portable spelling."""
    portable = _portable(reader)
    name = node_of(portable, "array").attrs[f"{kind}_array"]
    return node_of(Reader(reader.way, (*portable.path[:-1], name), reader.zarr_format), "array")


def _portable(reader: Reader) -> Reader:
    return Reader(reader.way, (PORTABLE, *reader.path), reader.zarr_format, seconds=reader.seconds)


def plain(column: Column) -> Any:
    """Values that NumPy has a dtype for, floats where integers are missing."""
    if column.missing is None or column.values.dtype.kind not in "iub":
        return column.values
    return np.where(column.missing, np.nan, column.values)
