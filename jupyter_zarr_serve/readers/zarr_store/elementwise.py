"""Undoing the codecs of version 3 that change each element by itself: scaling, and casts of values.

References
----------
https://github.com/zarr-developers/zarr-extensions/tree/main/codecs
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.dtypes import Block, DType
from ...core.errors import MissingLibrary, Unreadable
from .codecs import Buffer, Step
from .types import fill_value, from_v3, name_and_configuration

ELEMENTWISE = ("bytes", "scale_offset", "cast_value")
# These may change places with a transposition, or with the cut of a shard.
COMMUTING = ("scale_offset", "cast_value", "bitround", "quantize", "fixedscaleoffset", "astype")


def made_of(name: str, configuration: Mapping[str, Any], dtype: DType) -> DType:
    """The dtype of what a codec makes of elements of `dtype`; checked before anything is announced.

    Raises
    ------
    MissingLibrary
        If the library that casts values is not installed.
    Unreadable
        If the codec does not take such elements.
    """
    if name in ELEMENTWISE[1:] and dtype.kind not in "iuf":
        raise Unreadable(f"codec {name!r} takes numbers only, and the elements are {dtype}")
    if name == "cast_value":
        _cast_array()
        target = from_v3(configuration["data_type"])
        if target.kind not in "iuf":
            raise Unreadable(f"codec 'cast_value' makes {target} of numbers, which is not decoded here")
        return target
    if name == "scale_offset" and not fill_value(configuration.get("scale", 1), dtype):
        raise Unreadable("codec 'scale_offset' has the scale 0; repair the metadata")
    changed = configuration.get("encode_dtype" if name == "astype" else "astype")
    if name == "packbits":
        return np.dtype("u1")
    return np.dtype(changed).newbyteorder("<") if changed else dtype


def undo_elementwise(step: Step, buffer: Buffer) -> Block:
    """The elements that a codec was given, little-endian, from the bytes of those that it made.

    Raises
    ------
    ValueError
        If what comes out is no element of the dtype; the data are damaged.
    """
    dtype = step.dtype
    if dtype is None:
        raise TypeError("a codec of elements does not know their dtype")
    made = dtype.newbyteorder(">") if step.name == "bytes" else made_of(*step[:2], dtype)
    raw = np.frombuffer(buffer, np.uint8) if isinstance(buffer, bytes | bytearray) else buffer
    block = np.ascontiguousarray(raw).reshape(-1).view(np.uint8).view(made)
    if step.name == "scale_offset":
        given = [fill_value(step.configuration.get(k, v), dtype) for k, v in (("scale", 1), ("offset", 0))]
        block = _unscaled(block.astype(dtype.newbyteorder("=")), *given)
    elif step.name == "cast_value":
        block = _uncast(block.astype(made.newbyteorder("=")), dtype, step.configuration)
    return block.astype(dtype, copy=False)


def _unscaled(block: Block, scale: Any, offset: Any) -> Block:
    """``block / scale + offset``, in the arithmetic of the dtype: nothing is rounded or wraps around."""
    if block.dtype.kind == "f":
        with np.errstate(all="ignore"):
            result: Block = block / scale + offset
        return result
    if block.size == 0:
        return block
    low, high = sorted([int(block.min()) // int(scale), int(block.max()) // int(scale)])
    bounds = np.iinfo(block.dtype)
    if np.any(block % scale) or low + int(offset) < bounds.min or high + int(offset) > bounds.max:
        raise ValueError(f"codec 'scale_offset' gives what is no {block.dtype}")
    whole: Block = block // scale + offset
    return whole


def _uncast(block: Block, dtype: DType, configuration: Mapping[str, Any]) -> Block:
    pairs = (configuration.get("scalar_map") or {}).get("decode") or []
    kinds = [int if each.kind in "iu" else float for each in (block.dtype, dtype)]
    known = {kinds[0](_scalar(k, block.dtype)): kinds[1](_scalar(v, dtype)) for k, v in pairs}
    found: Block = _cast_array()(
        block,
        target_dtype=dtype.newbyteorder("="),
        rounding_mode=configuration.get("rounding", "nearest-even"),
        out_of_range_mode=configuration.get("out_of_range"),
        scalar_map_entries=known or None,
    )
    return found


def _scalar(spelling: Any, dtype: DType) -> Any:
    return fill_value(spelling, dtype)


def _cast_array() -> Any:
    try:
        from cast_value_rs import cast_array
    except ImportError:
        raise MissingLibrary("codec 'cast_value'", "zarr") from None
    return cast_array


def with_types(name: str, configuration: Mapping[str, Any], dtype: DType) -> Mapping[str, Any]:
    """The configuration; what a codec of numcodecs may leave out follows from the elements."""
    if name == "shuffle":
        return {"elementsize": dtype.itemsize, **configuration}
    if name in ("fixedscaleoffset", "quantize", "delta"):
        return {"dtype": dtype.str, **configuration}
    return {"decode_dtype": dtype.str, **configuration} if name == "astype" else configuration


def named_steps(codecs: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """Names without the prefix of numcodecs, and configurations."""
    return [
        (name.removeprefix("numcodecs."), configuration)
        for name, configuration in map(name_and_configuration, codecs)
    ]
