"""How many bytes values of Arrow take."""

from typing import Any

import pyarrow as pa

from ..core.dtypes import VLEN_ESTIMATE

_is = pa.types


def width_of(kind: Any) -> int:
    """Bytes per row of an Arrow type, estimated where the length varies."""
    if _is.is_struct(kind):
        return max((width_of(field.type) for field in kind), default=1)
    if _is.is_dictionary(kind):
        return width_of(kind.value_type)
    if _is.is_fixed_size_list(kind):
        return max(1, int(kind.list_size)) * width_of(kind.value_type)
    try:
        return max(1, int(kind.bit_width) // 8)
    except ValueError:
        return VLEN_ESTIMATE


def element_width(kind: Any, row: int | None = None) -> int:
    """Bytes per element of an Arrow type, of which a list has several.

    Parameters
    ----------
    row
        Bytes per row; by default those of the type.
    """
    return max(1, (width_of(kind) if row is None else row) // _elements(kind))


def _elements(kind: Any) -> int:
    if isinstance(kind, pa.BaseExtensionType):
        return _elements(kind.storage_type)
    if not _is.is_fixed_size_list(kind):
        return 1
    return max(1, int(kind.list_size)) * _elements(kind.value_type)
