"""One table: how a NumPy dtype is spelled in Zarr version 2 and version 3.

The model's dtypes are what `canonical` returns: little-endian and packed. Two of them stand for
elements of variable length: `STRING` (NumPy's `StringDType`) and `BYTES` (`object`, holding bytes).

References
----------
https://zarr-specs.readthedocs.io/en/latest/v3/data-types/index.html
https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#data-type-encoding
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types
"""

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import Unreadable

DType = np.dtype[Any]
Block = np.ndarray[Any, Any]

STRING: DType = np.dtypes.StringDType()
BYTES: DType = np.dtype(object)
VLEN_ESTIMATE = 32  # bytes an element of variable length is taken to have

_MAX_SUBARRAY = 4096
_WIDER = {
    "bfloat16": "float32", "float8": "float32", "float6": "float32", "float4": "float32",
    "int2": "int8", "int4": "int8", "uint2": "uint8", "uint4": "uint8", "complex32": "complex64",
}  # fmt: skip
_REGISTERED = 2  # NumPy's `isbuiltin` of a dtype that another library defines, such as bfloat16


@dataclass(frozen=True)
class Spelling:
    """A row of the table: both spellings, the JSON of a fill value, and the neutral element."""

    v2: Callable[[DType], Any]
    v3: Callable[[DType], Any]
    fill_json: Callable[[Any], Any]
    neutral: Any
    v2_missing: Any = None  # what version 2 may declare as fill value without losing a real value


def _float_json(value: Any) -> float | str:
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def _complex_json(value: Any) -> list[float | str]:
    return [_float_json(value.real), _float_json(value.imag)]


def _base64_json(value: Any) -> str:
    return base64.standard_b64encode(bytes(value)).decode()


def _scalar_json(value: Any) -> str:
    return base64.standard_b64encode(np.asarray(value).tobytes()).decode()


def _time_json(value: Any) -> int | str:
    """Ticks; of no unit there are none that zarr-python takes."""
    is_none = np.isnat(value) and np.datetime_data(value.dtype)[0] == "generic"
    return "NaT" if is_none else int(value.astype("i8"))


def _time_v3(dtype: DType) -> dict[str, Any]:
    unit, scale = np.datetime_data(dtype)
    name = "numpy.datetime64" if dtype.kind == "M" else "numpy.timedelta64"
    return {"name": name, "configuration": {"unit": unit, "scale_factor": scale}}


def _sized_v3(name: str) -> Callable[[DType], Any]:
    return lambda dtype: {"name": name, "configuration": {"length_bytes": dtype.itemsize}}


def _fields(dtype: DType) -> list[tuple[str, DType]]:
    return [(name, dtype[name]) for name in dtype.names or ()]


def _struct_v3(dtype: DType) -> dict[str, Any]:
    fields = [[name, v3_data_type(field)] for name, field in _fields(dtype)]
    return {"name": "structured", "configuration": {"fields": fields}}


def _plain_v2(dtype: DType) -> str:
    return dtype.str


def _named_v3(dtype: DType) -> str:
    return dtype.name


NAT = -(2**63)
_TABLE: dict[str, Spelling] = {
    "b": Spelling(_plain_v2, _named_v3, bool, False),
    "i": Spelling(_plain_v2, _named_v3, int, 0),
    "u": Spelling(_plain_v2, _named_v3, int, 0),
    "f": Spelling(_plain_v2, _named_v3, _float_json, 0.0, v2_missing=math.nan),
    "c": Spelling(_plain_v2, _named_v3, _complex_json, 0j),
    "M": Spelling(_plain_v2, _time_v3, _time_json, NAT),
    "m": Spelling(_plain_v2, _time_v3, _time_json, NAT),
    "U": Spelling(_plain_v2, _sized_v3("fixed_length_utf32"), str, ""),
    "S": Spelling(_plain_v2, _sized_v3("null_terminated_bytes"), _base64_json, b""),
    "V": Spelling(_plain_v2, _sized_v3("raw_bytes"), _scalar_json, b""),
    "struct": Spelling(
        lambda dtype: [[name, v2_dtype(field)] for name, field in _fields(dtype)],
        _struct_v3,
        _scalar_json,
        None,
    ),
    "T": Spelling(lambda _: "|O", lambda _: "string", str, ""),
    "O": Spelling(lambda _: "|O", lambda _: "variable_length_bytes", _base64_json, b""),
}

VLEN = {"T": "vlen-utf8", "O": "vlen-bytes"}


def row_of(dtype: DType) -> Spelling:
    """How a dtype is spelled."""
    return _TABLE["struct" if dtype.names is not None else dtype.kind]


def canonical(dtype: DType) -> DType:
    """The dtype in which data of `dtype` are served: little-endian, packed, never of size 0.

    Subarray fields become nested structures with the fields "0", "1", ...: the same bytes.

    Raises
    ------
    Unreadable
        If Zarr has no spelling for the dtype.
    """
    if dtype.names is not None:
        return _canonical_struct(dtype)
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        count = math.prod(shape)
        if not 0 < count <= _MAX_SUBARRAY:
            raise Unreadable(f"dtype {dtype}: a field of {count} elements; make it an array of its own")
        return np.dtype([(str(i), canonical(base)) for i in range(count)])
    if dtype.kind == "T":
        return STRING
    if dtype.kind in "US" and dtype.itemsize == 0:
        return np.dtype(f"<{dtype.kind}1")
    too_wide = (dtype.kind == "f" and dtype.itemsize > 8) or (dtype.kind == "c" and dtype.itemsize > 16)
    if too_wide:
        raise Unreadable(f"dtype {dtype}: Zarr has no extended precision; convert with .astype('f8')")
    if dtype.kind not in _TABLE or dtype.itemsize == 0 or dtype.isbuiltin == _REGISTERED:
        raise Unreadable(f"dtype {dtype}: Zarr has no spelling for it; {conversion_of(dtype.name)}")
    return dtype.newbyteorder("<")


def conversion_of(name: str) -> str:
    """The remedy for a type of numbers that is not served, such as bfloat16.

    Examples
    --------
    >>> conversion_of("bfloat16"), conversion_of("int4")
    ("convert it with .astype('float32')", "convert it with .astype('int8')")
    """
    wide = next((wide for start, wide in _WIDER.items() if name.startswith(start)), None)
    return (
        "convert it with .astype(...) to a type of NumPy"
        if wide is None
        else f"convert it with .astype({wide!r})"
    )


def _canonical_struct(dtype: DType) -> DType:
    fields = [(name, canonical(field)) for name, field in _fields(dtype)]
    vlen = [name for name, field in fields if field.kind in VLEN]
    if vlen or not fields:
        reason = f"fields of variable length ({', '.join(vlen)})" if vlen else "no fields"
        raise Unreadable(f"dtype {dtype}: a structure with {reason}; serve its fields separately")
    return np.dtype(fields)


def v2_dtype(dtype: DType) -> Any:
    """The ``dtype`` member of ``.zarray``."""
    return row_of(dtype).v2(dtype)


def v3_data_type(dtype: DType) -> Any:
    """The ``data_type`` member of ``zarr.json``."""
    return row_of(dtype).v3(dtype)


def vlen_codec(dtype: DType) -> str | None:
    """The name, in both formats, of the codec that packs elements of variable length."""
    return VLEN.get(dtype.kind)


def element_size(dtype: DType) -> int:
    """Bytes per element, estimated where the length varies."""
    return VLEN_ESTIMATE if dtype.kind in VLEN else dtype.itemsize


def shuffle_size(dtype: DType) -> int:
    """The element size that byte shuffling should see: what repeats with the same meaning."""
    if dtype.kind in "SVTO" and dtype.names is None:
        return 1
    return 4 if dtype.kind == "U" else dtype.itemsize


def pack(block: Block) -> Block:
    """The bytes of a chunk before compression: C order, as one-dimensional uint8.

    Raises
    ------
    TypeError
        If an element of variable length is neither text nor bytes, as its dtype promises.
    """
    if block.dtype.kind in VLEN:
        from numcodecs import get_codec

        packer = get_codec({"id": VLEN[block.dtype.kind]})
        return np.frombuffer(packer.encode(block.astype(object).reshape(-1)), np.uint8)
    return np.ascontiguousarray(block).reshape(-1).view(np.uint8)


def sealed(block: Block) -> Block:
    """The same elements, read-only: what is remembered is shared."""
    block = block.view()
    block.setflags(write=False)
    return block
