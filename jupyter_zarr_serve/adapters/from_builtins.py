"""Python's own objects: numbers, text and times as arrays without axes, mappings as groups, lists.

A list of numbers, of text or of times is an array, of what is in the list at that time; any other
list is a group whose names are the indices. Times with a time zone are served in UTC.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from ..core.children import Children, children_by_key
from ..core.dtypes import Block
from ..core.errors import Unreadable
from ..core.nodes import Group, Node, Policy
from . import adapt as adapt_any
from .from_numpy import adapt as adapt_numpy

_MAX_DEPTH = 32  # of lists in lists that are one array
_INT64 = np.iinfo(np.int64)

# by type, the kind of list that its values make; the first that fits counts
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "b"),
    (int, "i"),
    (float, "f"),
    (complex, "c"),
    (str, "U"),
    (bytes, "S"),
    (dt.datetime, "datetime"),
    (dt.date, "date"),
    (dt.timedelta, "timedelta"),
)
# text as objects, for one long element would make all wide
_DTYPES = {"U": "O", "S": "O", "datetime": "M8[us]", "date": "M8[D]", "timedelta": "m8[us]"}
_NUMBERS = "ifc"  # a list that mixes them has the last of its kinds


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The node of a number, text, time, mapping, list or tuple.

    Raises
    ------
    Unreadable
        If the object is none of them, or too large a number.
    """
    raise Unreadable(
        f"{type(obj).__qualname__}: objects of this type cannot be served; convert to a list, dict or array"
    )


@adapt.register(bool)
@adapt.register(float)
@adapt.register(complex)
def _(obj: Any, policy: Policy) -> Node:
    return adapt_numpy(np.asarray(obj), policy)


@adapt.register
def _(obj: int, policy: Policy) -> Node:
    if not _INT64.min <= obj < 1 << 64:
        raise Unreadable("an integer that needs more than 64 bits; convert it to float or str")
    return adapt_numpy(np.asarray(obj, np.int64 if obj <= _INT64.max else np.uint64), policy)


@adapt.register(str)
@adapt.register(bytes)
def _(obj: Any, policy: Policy) -> Node:
    # NumPy drops zeros at the end of text of fixed width
    array = np.asarray(obj)
    return adapt_numpy(array if array[()] == obj else np.asarray(obj, object), policy)


@adapt.register
def _(obj: dt.datetime, policy: Policy) -> Node:
    naive = obj if obj.tzinfo is None else obj.astimezone(dt.UTC).replace(tzinfo=None)
    return adapt_numpy(np.datetime64(naive, "us"), policy)


@adapt.register
def _(obj: dt.date, policy: Policy) -> Node:
    return adapt_numpy(np.datetime64(obj, "D"), policy)


@adapt.register
def _(obj: dt.timedelta, policy: Policy) -> Node:
    return adapt_numpy(np.timedelta64(obj, "us"), policy)


@adapt.register
def _(obj: Mapping, policy: Policy) -> Node:  # type: ignore[type-arg]
    def make(key: Any) -> Node:
        if not _is_value(key):
            raise Unreadable(f"a key of the type {type(key).__qualname__}, of which no name can be made")
        return adapt_any(obj[key], policy)

    return Group(children_by_key(obj, make))


def _is_value(key: Any) -> bool:
    """Whether the text of a key says what it is, and not where it is in memory."""
    parts = key if isinstance(key, tuple) else (key,)
    return all("__repr__" in _own(type(part)) and not callable(part) for part in parts)


def _own(cls: type) -> set[str]:
    """What a class has of its own, or of any base but `object`."""
    return {name for base in cls.__mro__[:-1] for name in vars(base)}


@adapt.register(bytearray)
@adapt.register(memoryview)
def _(obj: Any, policy: Policy) -> Node:
    return adapt_numpy(np.asarray(memoryview(obj)), policy)


@adapt.register(list)
@adapt.register(tuple)
def _(obj: Any, policy: Policy) -> Node:
    if hasattr(obj, "_fields"):  # a tuple whose items have names
        return adapt(dict(zip(obj._fields, obj, strict=True)), policy)
    items = tuple(obj)
    array = _array_of(items)
    if array is not None:
        return adapt_numpy(array, policy)
    return Group(Children(map(str, range(len(items))), lambda name: adapt_any(items[int(name)], policy)))


def _array_of(items: Sequence[Any]) -> Block | None:
    """The array that nested lists of equal length and of elements of one kind stand for."""
    kinds = {_kind(leaf) for leaf in _leaves(items)}
    if kinds <= set(_NUMBERS):
        expected = max(kinds, key=_NUMBERS.index, default="f")
    elif len(kinds) == 1 and "" not in kinds:
        (expected,) = kinds
    else:
        return None
    try:
        array = np.asarray(items, _DTYPES.get(expected))
    except ValueError:  # of unequal length
        return None
    exact = expected not in _NUMBERS or array.dtype.kind.replace("u", "i") == expected
    return array if exact else None


def _leaves(items: Sequence[Any], depth: int = 0) -> Iterator[Any]:
    """What is in a list and the lists in it; the inner list itself when they are too deep."""
    for item in items:
        if isinstance(item, list | tuple) and depth < _MAX_DEPTH:
            yield from _leaves(item, depth + 1)
        else:
            yield item


def _kind(value: Any) -> str:
    """The kind of array a value may be in; empty if none."""
    if isinstance(value, np.generic):
        kind = value.dtype.kind.replace("u", "i")
        return kind if kind in "bifcUS" else ""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return ""
    return next((kind for cls, kind in _KINDS if isinstance(value, cls)), "")
