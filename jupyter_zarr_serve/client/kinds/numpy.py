"""All values: of an array, or of the columns of a table as a structured array."""

from typing import Any

import numpy as np

from ..opening import node_of
from ..reader import Reader
from .whole import array_of, whole


def of(reader: Reader, kind: str) -> Any:
    """The values as NumPy's array."""
    if kind == "array":
        return whole(array_of(reader, kind, "NumPy array"), str(reader))
    columns = {name: whole(member, name) for name, member in node_of(reader, kind).arrays()}
    if len({values.shape for values in columns.values()}) != 1:
        array_of(reader, kind, "NumPy array")  # says so
    fields = [(name, _fixed(values)) for name, values in columns.items()]
    made = np.empty(next(iter(columns.values())).shape, [(name, values.dtype) for name, values in fields])
    for name, values in fields:
        made[name] = values
    return made


def _fixed(values: Any) -> Any:
    """Values of a fixed length each, as fields of a structure are."""
    return np.array(values.tolist(), "U") if values.dtype.kind in "TO" else values
