"""AnnData in memory or backed by a file, in the encoding by which `anndata.io.read_zarr` reads it.

Sparse matrices are dense arrays, as those of ``.h5ad`` files are.

References
----------
https://anndata.readthedocs.io/en/stable/fileformat-prose.html
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.sparse import issparse

from ..core.children import children_by_key
from ..core.errors import Unreadable
from ..core.nodes import Array, Group, Node, Policy
from . import adapt as adapt_any
from . import from_numpy, from_scipy

_ALIGNED = ("layers", "obsm", "varm", "obsp", "varp", "uns")


def adapt(obj: Any, policy: Policy) -> Node:
    """The group of an AnnData.

    Raises
    ------
    Unreadable
        If it is another object of the package.
    """
    if isinstance(obj, np.ndarray):  # as parts of what is chosen from an AnnData are
        return from_numpy.adapt(np.asarray(obj), policy)
    if issparse(obj):
        return from_scipy.adapt(obj, policy)
    if not isinstance(obj, AnnData):
        raise Unreadable(f"anndata.{type(obj).__name__}: only AnnData is served; publish the whole of it")
    parts: dict[str, Any] = {"obs": obj.obs, "var": obj.var}
    if obj.X is not None:
        parts = {"X": obj.X, **parts}
    parts |= {name: getattr(obj, name) for name in _ALIGNED}
    if obj.raw is not None:
        parts["raw"] = obj.raw

    def member(name: str) -> Node:
        return _raw(obj.raw, policy) if name == "raw" else _element(parts[name], policy)

    return _encoded(Group(children_by_key(parts, member)), "anndata", "0.1.0")


def _raw(raw: Any, policy: Policy) -> Node:
    return _encoded(_group({"X": raw.X, "var": raw.var, "varm": raw.varm}, policy), "raw", "0.1.0")


def _group(parts: Mapping[Any, Any], policy: Policy) -> Group:
    """Elements by their names."""
    return Group(children_by_key(parts, lambda name: _element(parts[name], policy)))


def _encoded(node: Node, kind: str, version: str = "0.2.0", **more: Any) -> Node:
    """The node with the words by which AnnData knows what it is."""
    return replace(
        node, attributes={**node.attributes, "encoding-type": kind, "encoding-version": version, **more}
    )


@singledispatch
def _element(value: Any, policy: Policy) -> Node:
    """What AnnData has by a name: an array, or what can be one."""
    if isinstance(value, Mapping):
        named = {key: value[key] for key in value if key is not None}  # by which layers have X as well
        return _encoded(_group(named, policy), "dict", "0.1.0")
    if hasattr(value, "to_memory"):  # a sparse matrix in a file
        value = value.to_memory()
    node = adapt_any(value, policy)
    return _encoded(node, "array") if isinstance(node, Array) else node


@_element.register
def _(_value: None, policy: Policy) -> Node:
    return _encoded(adapt_any(float("nan"), policy), "null", "0.1.0")


@_element.register
def _(value: str, policy: Policy) -> Node:
    return _encoded(adapt_any(value, policy), "string")


@_element.register(bool)
@_element.register(int)
@_element.register(float)
@_element.register(complex)
@_element.register(np.number)
@_element.register(np.bool)
def _(value: Any, policy: Policy) -> Node:
    return _encoded(adapt_any(value, policy), "numeric-scalar")


@_element.register(list)
@_element.register(tuple)
def _(value: Any, policy: Policy) -> Node:
    return _element(np.asarray(value), policy)


@_element.register
def _(value: np.ndarray, policy: Policy) -> Node:
    if value.dtype.names:
        return _encoded(from_numpy.adapt(_records(value), policy), "rec-array")
    if value.dtype.kind in "OUT":
        return _encoded(from_numpy.adapt(value.astype(object), policy), "string-array")
    return _encoded(from_numpy.adapt(value, policy), "array")


def _records(value: Any) -> Any:
    """Records whose text is as long as the longest one."""
    kinds = {name: value.dtype[name] for name in value.dtype.names}
    widths = {name: max([1, *map(len, map(str, value[name]))]) for name in kinds if kinds[name].kind == "O"}
    return value.astype([(name, f"U{widths[name]}" if name in widths else kinds[name]) for name in kinds])


@_element.register
def _(frame: pd.DataFrame, policy: Policy) -> Node:
    index = str(frame.index.name) if frame.index.name is not None else "_index"
    index = "_index" if index in frame.columns else index
    columns = {
        index: frame.index.to_series(),
        **{str(name): frame.iloc[:, at] for at, name in enumerate(frame.columns)},
    }
    group = replace(_group(columns, policy), called="table")
    told: dict[str, Any] = {"_index": index, "column-order": [str(name) for name in frame.columns]}
    return _encoded(group, "dataframe", **told)


@_element.register(pd.Series)
@_element.register(pd.Index)
@_element.register(pd.api.extensions.ExtensionArray)
def _(values: Any, policy: Policy) -> Node:
    return _column(pd.Series(values, copy=False), policy)


def _column(series: Any, policy: Policy) -> Node:
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        parts = {"codes": series.cat.codes.to_numpy(), "categories": series.cat.categories.to_series()}
        return _encoded(_group(parts, policy), "categorical", ordered=bool(dtype.ordered))
    missing = series.isna().to_numpy(bool)
    if isinstance(dtype, pd.BooleanDtype) or _is_nullable_integer(dtype):
        kind = "nullable-boolean" if isinstance(dtype, pd.BooleanDtype) else "nullable-integer"
        return _masked(series.to_numpy(dtype.numpy_dtype, na_value=dtype.type(0)), missing, kind, policy)
    if dtype.kind != "O" and not isinstance(dtype, pd.StringDtype):
        return _element(series.to_numpy(), policy)
    texts = series.to_numpy(object, na_value="")
    if isinstance(dtype, pd.StringDtype) or missing.any():
        mark = "NA" if getattr(dtype, "na_value", None) is pd.NA else "NaN"
        return _masked(texts, missing, "nullable-string-array", policy, **{"na-value": mark})
    return _element(texts, policy)


def _is_nullable_integer(dtype: Any) -> bool:
    return hasattr(dtype, "numpy_dtype") and dtype.kind in "iu" and dtype.na_value is pd.NA


def _masked(values: Any, missing: Any, kind: str, policy: Policy, **more: Any) -> Node:
    return _encoded(_group({"values": values, "mask": missing}, policy), kind, "0.1.0", **more)
