"""What an object was, for those who make it anew: the attribute `MADE_OF` of its node.

A Zarr array has no word for an index, a nullable integer or a compressed sparse matrix. The attribute is
of no use to other clients, and bounded as all attributes are; where it is left out, `open` goes by the
arrays alone. Objects that arrays describe in full, as those of NumPy and `xarray.Dataset`, have none.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from ..core.known_names import MADE_OF
from ..core.nodes import Group, Node
from .objects import is_missing

_MOST_COLUMNS = 2000
_LOOKED_AT = 1000  # elements of a column of objects

Note = dict[str, Any]


def noted(node: Node, obj: Any, package: str) -> Node:
    """The node of an object of a package, with a note of what it is where that is needed."""
    make = _NOTES.get(package)
    note = make(obj, node) if make else None
    return node if note is None else replace(node, attributes={MADE_OF: note, **node.attributes})


def _pandas(obj: Any, node: Node) -> Note | None:
    import pandas as pd

    if isinstance(obj, pd.Series):
        index = (
            _index(obj.index, node)
            if isinstance(node, Group)
            else {"kind": "range", "names": [obj.index.name]}
        )
        return {
            "type": "Series",
            "name": _label(obj.name),
            "dtype": _dtype(obj),
            "index": index,
            "of": "pandas",
        }
    if isinstance(obj, pd.DataFrame) and len(obj.columns) <= _MOST_COLUMNS and isinstance(node, Group):
        served = islice(node.children, obj.index.nlevels, None)
        columns = [
            [name, _label(label), _dtype(obj.iloc[:, at])]
            for at, (name, label) in enumerate(zip(served, obj.columns, strict=False))
        ]
        return {
            **{"of": "pandas", "type": "DataFrame", "index": _index(obj.index, node), "columns": columns},
            **{"labels": str(obj.columns.dtype), "names": [*map(_label, obj.columns.names)]},
            "range": isinstance(obj.columns, pd.RangeIndex),
        }
    return None


def _index(index: Any, node: Group) -> Note:
    import pandas as pd

    told: Note = {"names": [*map(_label, index.names)], "members": [*islice(node.children, index.nlevels)]}
    if isinstance(index, pd.MultiIndex):
        return {**told, "kind": "multi", "dtypes": [_dtype(level) for level in index.levels]}
    if isinstance(index, pd.RangeIndex):
        return {**told, "kind": "range", "range": [index.start, index.stop, index.step]}
    return {**told, "kind": "index", "dtypes": [_dtype(index)], "freq": getattr(index, "freqstr", None)}


def _dtype(values: Any) -> str:
    """The dtype of a series or an index, in words that pandas understands; after a colon what it is of."""
    import pandas as pd

    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return f"category:{_dtype(dtype.categories)}"
    if isinstance(dtype, pd.StringDtype):
        return f"string[{dtype.storage}]" if dtype.na_value is pd.NA else "str"
    if isinstance(dtype, pd.SparseDtype):
        return f"Sparse:{dtype.subtype}:{dtype.fill_value!s}"
    if not isinstance(dtype, np.dtype) or dtype.kind != "O":
        return str(dtype)
    some = list(values[:_LOOKED_AT])
    kinds = [type(value).__name__ for value in some if not is_missing(value)]
    return f"object:{kinds[0] if kinds else 'str'}{'' if any(value is None for value in some) else ':nan'}"


def _label(label: Any) -> Any:
    """The name of a column, which may be anything, in JSON."""
    if isinstance(label, tuple):
        return [*map(_label, label)]
    label = label.item() if hasattr(label, "item") else label
    return label if isinstance(label, str | int | float | bool | None) else str(label)


def _polars(obj: Any, node: Node) -> Note | None:
    import polars as pl

    if isinstance(obj, pl.Series):
        return {"of": "polars", "type": "Series", "name": obj.name, "dtype": _words(obj.dtype)}
    if isinstance(obj, pl.DataFrame) and obj.width <= _MOST_COLUMNS and isinstance(node, Group):
        columns = zip(node.children, obj.columns, obj.dtypes, strict=False)
        told = [[name, label, _words(dtype)] for name, label, dtype in columns]
        return {"of": "polars", "type": "DataFrame", "columns": told}
    return None


def _words(dtype: Any) -> list[Any]:
    names = ("time_unit", "time_zone", "precision", "scale")
    told = {name: getattr(dtype, name) for name in names if getattr(dtype, name, None) is not None}
    return [type(dtype).__name__, told]


def _xarray(obj: Any, node: Node) -> Note | None:
    import xarray as xr

    if not isinstance(obj, xr.DataArray) or (obj.name is None and not isinstance(node, Group)):
        return None
    variable = {} if not isinstance(node, Group) else {"variable": _variable(obj, node)}
    return {"of": "xarray", "type": "DataArray", "name": _label(obj.name), **variable}


def _variable(obj: Any, node: Group) -> str:
    """The name under which the values themselves are served, among their coordinates."""
    from .from_xarray import NAMELESS

    name = NAMELESS if obj.name is None or obj.name in obj.coords else obj.name
    others = len(obj.coords)
    return str(name) if name in node.children else next(islice(node.children, others, None), str(name))


def _sparse(obj: Any, _node: Node) -> Note | None:
    kind = type(obj).__name__
    axes = {"compressed_axes": [*obj.compressed_axes]} if getattr(obj, "compressed_axes", None) else {}
    fill = obj.fill_value.item()
    return {"of": "sparse", "type": kind, "fill": str(fill) if isinstance(fill, complex) else fill, **axes}


def _scipy(obj: Any, _node: Node) -> Note | None:
    return {"of": "scipy", "type": type(obj).__name__} if hasattr(obj, "format") else None


_NOTES: Mapping[str, Callable[[Any, Any], Note | None]] = {
    **{"pandas": _pandas, "polars": _polars, "xarray": _xarray, "sparse": _sparse, "scipy": _scipy},
}
