"""Coordinates that lie beside an image: arrays along one of its axes, in the same group."""

from collections.abc import Mapping

from ...core.chunks import read_region
from ...core.dtypes import Block
from ...core.errors import ServeError, Unavailable, failures_named
from ...core.nodes import Array, Node


def coordinate(
    beside: Mapping[str, Node], name: str, length: int, kinds: str
) -> tuple[Array, Block] | None:
    """The coordinate of a dimension, and its elements; None where there is none that can be read.

    A damaged coordinate tells nothing; the image is read without it.

    Parameters
    ----------
    beside
        The members of the group that the image is in.
    name, length
        Of the dimension.
    kinds
        The kinds of dtype that are wanted.

    Raises
    ------
    Unavailable
        If it cannot be had just now.
    """
    try:
        with failures_named(name):
            found = beside.get(name)
            if not isinstance(found, Array) or found.shape != (length,) or found.dtype.kind not in kinds:
                return None
            return found, read_region(found, (slice(0, length),))
    except Unavailable:
        raise
    except ServeError:
        return None
