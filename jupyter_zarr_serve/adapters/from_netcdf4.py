"""netCDF4's open datasets, groups and variables: what reading them gives, masked and scaled as is set.

Masked elements are NaN or NaT where the dtype has it; integers have the variable's own `_FillValue` or
`missing_value`. Nothing is set on the objects. The library must not be used by two threads at once.

References
----------
https://unidata.github.io/netcdf4-python/#Variable
"""

from threading import Lock
from typing import Any

import numpy as np

from ..core.children import children_by_key
from ..core.dtypes import STRING, Block, DType
from ..core.errors import Replaced, Unreadable, failures_named
from ..core.grid import Region
from ..core.nodes import Array, Group, Node, Policy, make_array
from .enumerations import flags
from .from_dlpack import adapt as adapt_any
from .objects import texts
from .tensors import as_numpy

_MARKS = ("_FillValue", "missing_value")
_OF_STORED = {*_MARKS, "scale_factor", "add_offset", "_Unsigned", "valid_min", "valid_max", "valid_range"}
_TURNS = Lock()


def adapt(obj: Any, policy: Policy) -> Node:
    """The node of an object of netCDF4.

    Raises
    ------
    Unreadable
        When its file is closed, or Zarr cannot spell its elements.
    """
    if not hasattr(obj, "ncattrs"):
        return adapt_any(obj, policy)
    is_variable = hasattr(type(obj), "chunking")
    if not _file_of(obj.group() if is_variable else obj).isopen():
        raise Unreadable(f"netCDF4 {type(obj).__qualname__}: its file is closed; open it again")
    return _variable(obj, policy) if is_variable else _group(obj, policy)


def _file_of(group: Any) -> Any:
    while group.parent is not None:
        group = group.parent
    return group


def _group(dataset: Any, policy: Policy) -> Group:
    members = {**dataset.groups, **dataset.variables}
    children = children_by_key(members, lambda name: adapt(members[name], policy))
    return Group(children, _attributes(dataset), called="dataset")


def _attributes(obj: Any) -> dict[str, Any]:
    return {name: obj.getncattr(name) for name in obj.ncattrs()}


def _variable(variable: Any, policy: Policy) -> Array:
    attributes, names = {**_flags(variable), **_attributes(variable)}, tuple(variable.dimensions)
    if variable.dtype is str:

        def read_texts(region: Region) -> Block:
            with _TURNS:
                return texts(np.asarray(variable[region or ...], object), may_miss=False)

        return make_array(
            variable.shape, STRING, read_texts, policy, attributes=attributes, dimension_names=names
        )
    dtype = _dtype_read(variable)
    mark = _mark(variable, attributes, dtype)

    def read(region: Region) -> Block:
        with _TURNS:
            return _marked(variable[region or ...], mark)

    return make_array(
        variable.shape, dtype, read, policy,
        source_chunks=_chunks(variable), dimension_names=names, fill_value=mark,
        attributes=_told(variable, attributes, dtype, mark),
    )  # fmt: skip


def _flags(variable: Any) -> dict[str, Any]:
    """What an enumeration's values are called; nothing for other variables."""
    enum = getattr(variable.datatype, "enum_dict", None)
    return flags(enum, np.dtype(variable.dtype)) if enum else {}


def _dtype_read(variable: Any) -> DType:
    """The dtype of what reading gives, of no elements where there are axes."""
    with _TURNS, failures_named(variable.name):
        found = np.asanyarray(variable[tuple(slice(0, 0) for _ in variable.shape) or ...])
    if found.dtype.kind == "O":
        raise Unreadable(f"{variable.name}: its elements are arrays of different lengths; pad them")
    if found.dtype.kind == "S" and variable.chartostring and "_Encoding" in variable.ncattrs():
        raise Unreadable(
            f"{variable.name}: its characters are read as text; call .set_auto_chartostring(False)"
        )
    dtype: DType = found.dtype
    return dtype


def _mark(variable: Any, attributes: dict[str, Any], dtype: DType) -> Any:
    """What stands for masked integers; None where the file names nothing, or nothing is masked."""
    if not variable.mask or dtype.kind not in "iu":
        return None
    named = [np.ravel(attributes[name]) for name in _MARKS if name in attributes]
    return named[0][0].astype(dtype) if named else None


def _marked(part: Any, mark: Any) -> Block:
    if mark is None and np.ma.is_masked(part) and part.dtype.kind not in "fcmM":
        raise Unreadable(
            "elements are masked, and no _FillValue says by what; "
            "call .set_auto_mask(False) to serve what is stored"
        )
    if mark is None or not isinstance(part, np.ma.MaskedArray):
        return as_numpy(part)
    if ((part.data == mark) & ~np.ma.getmaskarray(part)).any():
        raise Replaced(f"the value {mark}, which marks masked ones, occurs now; open the array anew")
    block: Block = part.filled(mark)
    return block


def _told(variable: Any, attributes: dict[str, Any], dtype: DType, mark: Any) -> dict[str, Any]:
    """The attributes that are true of what reading gives."""
    is_decoded = dtype != variable.dtype
    if not is_decoded and not (variable.mask and (mark is not None or dtype.kind in "fc")):
        return attributes
    untrue = _OF_STORED if is_decoded else set(_MARKS)
    told = {name: value for name, value in attributes.items() if name not in untrue}
    return told if mark is None else {**told, "_FillValue": mark}


def _chunks(variable: Any) -> tuple[int, ...] | None:
    chunks = variable.chunking()
    return tuple(chunks) if isinstance(chunks, list) and chunks else None
