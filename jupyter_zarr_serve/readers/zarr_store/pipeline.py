"""How a chunk of a Zarr store is encoded, the same for both formats, and how that is undone.

Both formats come down to: transpose the array, write its elements in some byte order, apply codecs
to the bytes. Version 2's Fortran order is the transposition that reverses the axes.

References
----------
https://zarr-specs.readthedocs.io/en/latest/v3/codecs/index.html
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core import limits
from ...core.dtypes import Block, DType, element_size
from ...core.errors import Unreadable
from .codecs import Buffer, Step, undo
from .elementwise import COMMUTING, ELEMENTWISE, made_of, named_steps, undo_elementwise, with_types
from .metadata import Metadata
from .objects import TEXTS, VLEN, undo_objects
from .options import check_options
from .shards import permutation

_VLEN_KINDS = "TO"
_WIDEST = 16  # bytes that a filter may make of one byte, as a step in between
_OVERHEAD = 4096  # bytes of checksums and headers


@dataclass(frozen=True)
class Pipeline:
    """The encoding of chunks.

    Attributes
    ----------
    dtype
        Of the elements, in the byte order in which they are stored.
    axes
        The stored array is ``chunk.transpose(axes)``.
    steps
        What is applied to its bytes, in this order.
    """

    dtype: DType
    axes: tuple[int, ...]
    steps: tuple[Step, ...]

    def decode(self, data: bytes, chunk_shape: tuple[int, ...], limit: int) -> Block:
        """The chunk that was encoded as `data`.

        Parameters
        ----------
        limit
            The size that any step may produce, in bytes; of elements of a fixed size, no more than
            `_WIDEST` times that of the chunk.

        Raises
        ------
        Unreadable
            If a codec is not decoded here, or the chunk is larger than allowed.
        ValueError, RuntimeError, zlib.error, ...
            If the data are damaged.
        """
        count = math.prod(chunk_shape)
        size = count * element_size(self.dtype)
        check_size(size, limit)
        if self.dtype.kind not in _VLEN_KINDS:
            limit = min(limit, _WIDEST * size + _OVERHEAD)
        buffer: Buffer = data
        for step in reversed(self.steps):
            if step.name in (*VLEN, *TEXTS):
                buffer = undo_objects(step, buffer, count)
            elif step.name in ELEMENTWISE:
                buffer = undo_elementwise(step, buffer)
            else:
                buffer = undo(step, buffer, limit)
        stored_shape = tuple(chunk_shape[axis] for axis in self.axes)
        block = self._elements(buffer, count).reshape(stored_shape)
        return block.transpose(np.argsort(self.axes)) if self.axes else block

    def _elements(self, buffer: Buffer, count: int) -> Block:
        if self.dtype.kind in _VLEN_KINDS:
            return np.asarray(buffer, object).astype(self.dtype)
        raw = np.frombuffer(buffer, np.uint8) if isinstance(buffer, bytes | bytearray) else buffer
        raw = np.ascontiguousarray(raw).reshape(-1).view(np.uint8)
        expected = count * self.dtype.itemsize
        if raw.size != expected:
            raise ValueError(f"the chunk holds {raw.size:,} bytes where {expected:,} are expected")
        return raw.view(self.dtype)


def check_size(size: int, limit: int) -> None:
    """Refuse to decode what is larger than allowed.

    Raises
    ------
    Unreadable
        If it is.
    """
    if size > limit:
        raise Unreadable(
            f"one chunk takes {size:,} bytes, more than the {limit:,} allowed; rewrite the array in "
            "smaller chunks or raise c.ZarrServeApp.chunk_limit_bytes"
        )


def pipeline_of(metadata: Metadata, codecs: Sequence[Any]) -> Pipeline:
    """The encoding that the codecs of an array's chunks, or of its inner chunks, spell.

    Raises
    ------
    Unreadable
        If they are in an order that is not decoded here, too many, or not listed with their options.
    """
    if len(codecs) > limits.CODECS:
        raise Unreadable(f"{len(codecs):,} codecs, of which no more than {limits.CODECS} are undone")
    ndim = len(metadata.shape)
    if metadata.zarr_format == 3:
        return _v3(named_steps(codecs), metadata.dtype, ndim)
    axes = range(ndim)[::-1] if metadata.order == "F" else range(ndim)
    steps = [Step(c["id"], {k: v for k, v in c.items() if k != "id"}) for c in codecs]
    for step in steps:
        check_options(*step[:2])
    return Pipeline(metadata.dtype, tuple(axes), tuple(steps))


def _v3(codecs: list[tuple[str, Any]], dtype: DType, ndim: int) -> Pipeline:
    """Transpositions come first, or behind codecs that change each element by itself."""
    axes, steps, made, is_mixed = tuple(range(ndim)), list[Step](), dtype, False
    for name, configuration in codecs:
        check_options(name, configuration)
        if name == "transpose":
            if is_mixed:
                raise Unreadable("a transposition behind other codecs is not decoded here; ask for Zarr v3")
            axes = tuple(axes[axis] for axis in permutation(configuration["order"], ndim))
        elif name == "bytes":
            if configuration.get("endian", "little") != "little":
                steps.append(Step(name, configuration, made))
        else:
            is_mixed = is_mixed or name not in COMMUTING
            steps.append(Step(name, with_types(name, configuration, made), made))
            made = made_of(name, configuration, made)
    if steps and steps[0].name == "bytes":
        return Pipeline(dtype.newbyteorder(">"), axes, tuple(steps[1:]))
    return Pipeline(dtype, axes, tuple(steps))
