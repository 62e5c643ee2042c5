"""Tables, whatever library holds them: a group of columns, one array per column, rules in one place.

All columns of a table share one dimension and one chunk length. What a column becomes:

| column | array | a missing value is |
|---|---|---|
| integer | the same integer | `_FillValue`: a value that does not occur, named only if any is missing |
| boolean | bool; int8 if any value is missing | -1, named by `_FillValue` |
| float, complex | the same | NaN |
| date and time | datetime64 of the same unit; in UTC if it has a zone (attribute "timezone") | NaT |
| date | datetime64[D] | NaT |
| duration | timedelta64 of the same unit | NaT |
| time of day | timedelta64 since midnight | NaT |
| text | variable-length string | "" (attribute "missing": "empty string") |
| bytes | variable-length bytes | b"" (attribute "missing": "empty bytes") |
| decimal | its exact digits as a string | "" |
| period, interval | its text as a string | "" |
| category, dictionary | its values (attributes "ordered", "categories" up to 1000) | as of the values |
| sparse, run-end encoded | its values, dense | as of the values |
| structure | a group with one column per field | as of the fields |
| column of nulls without a type | float64 | NaN |
| list, map, union, mixed or other objects | refused by name, with the remedy | |

A column whose name cannot be a node's name is renamed; its attribute "column" keeps the original.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from ..core.children import Children
from ..core.dtypes import VLEN_ESTIMATE, Block, DType
from ..core.errors import Unavailable, Unreadable
from ..core.grid import Region, chunk_shape_for
from ..core.nodes import Array, Group, Node, Policy, make_array
from .missing import Missing, missing_of

Pair = tuple[Block, Block | None]
T = TypeVar("T")

MOST_CATEGORIES = 1000


_RESERVED = {"", ".", "..", "zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata"}


@dataclass(frozen=True)
class Column:
    """A column as its library holds it.

    Attributes
    ----------
    dtype
        The dtype of its values.
    read
        Gives rows ``[start, stop)`` as values, and where they are missing (None: nowhere).
    nulls
        Whether values are missing; None when only reading it all can tell.
    lowest, highest
        Bounds of the values that are not missing; None where unknown.
    """

    dtype: DType
    read: Callable[[int, int], Pair]
    nulls: bool | None = False
    lowest: int | None = None
    highest: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """A column that is not looked at yet: its name, bytes per element, and how to open it."""

    name: Any
    width: int
    open: "Callable[[], Column | list[Field]]"


@dataclass(frozen=True)
class Rows:
    """What the columns of a table share: number of rows, chunk length, dimension, policy."""

    count: int
    chunk: int
    dimension: str
    policy: Policy


def once(make: Callable[[], T]) -> Callable[[], T]:
    """`make`, run by the first who asks while others wait; a refusal is remembered, too."""
    lock = Lock()
    made: list[T] = []
    refused: list[str] = []

    def get() -> T:
        with lock:
            if refused:
                raise Unreadable(refused[0])
            if not made:
                try:
                    made.append(make())
                except Unreadable as error:
                    refused.append(str(error))
                    raise
            return made[0]

    return get


def table(
    fields: Mapping[str, Field],
    rows: int,
    policy: Policy,
    dimension: str,
    *,
    source_rows: int | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Group:
    """The group of a table's columns.

    Parameters
    ----------
    fields
        Columns by the names they are served under; see `named`.
    source_rows
        Rows in each of the source's own blocks, to be aligned with.
    """
    width = max((column.width for column in fields.values()), default=1)
    shared = Rows(rows, _chunk_rows(rows, width, policy, source_rows), dimension, policy)
    return _group(fields, shared, attributes or {})


def node_of(column: Field, name: str, rows: Rows) -> Node:
    """The node of one column.

    Raises
    ------
    Unreadable
        When the column cannot be served; the message names it and says why.
    """
    renamed = {} if column.name == name else {"column": column.name}
    try:
        opened = column.open()
        if isinstance(opened, list):
            return _group(named(opened), rows, renamed)
        return _array(opened, rows, renamed)
    except Unreadable as error:
        raise Unreadable(f"column {name!r}: {error}") from error


def single(column: Field, rows: int, policy: Policy, dimension: str) -> Node:
    """The node of a column that stands alone; its name is not told."""
    shared = Rows(rows, _chunk_rows(rows, column.width, policy, None), dimension, policy)
    return node_of(column, column.name, shared)


def named(fields: Iterable[Field], taken: Collection[str] = ()) -> dict[str, Field]:
    """Columns by the names they are served under."""
    columns = list(fields)
    names = served_names([column.name for column in columns], taken)
    return dict(zip(names, columns, strict=True))


def served_names(originals: Sequence[Any], taken: Collection[str] = ()) -> list[str]:
    """Unique names of nodes for columns of any names.

    Parameters
    ----------
    taken
        Names that siblings have already.

    Examples
    --------
    >>> served_names(["a", "a", 3, ("x", "y"), "km/h", ""])
    ['a', 'a_1', '3', 'x_y', 'km_h', 'unnamed']
    """
    plain = [_plain_name(original) for original in originals]
    reserved = {*plain, *taken}
    used = set(taken)
    names = []
    for base in plain:
        name, copies = base, 0
        while name in used or (copies and name in reserved):
            copies += 1
            name = f"{base}_{copies}"
        used.add(name)
        names.append(name)
    return names


def _plain_name(original: Any) -> str:
    parts = original if isinstance(original, tuple) else (original,)
    name = "_".join(str(part) for part in parts if str(part))
    name = name.encode("utf-8", "backslashreplace").decode().replace("/", "_").replace("\0", "_")
    if not name:
        return "unnamed"
    return f"_{name}" if name in _RESERVED else name


def _chunk_rows(rows: int, width: int, policy: Policy, source_rows: int | None) -> int:
    """Whole or evenly cut blocks of the source where it has some."""
    source_chunks = (source_rows,) if source_rows else None
    target = policy.target_bytes
    return chunk_shape_for((rows,), width, target, source_chunks=source_chunks, layout="rows")[0]


def _group(fields: Mapping[str, Field], rows: Rows, attributes: Mapping[str, Any]) -> Group:
    makers = {name: once(partial(node_of, column, name, rows)) for name, column in fields.items()}
    return Group(Children(makers, lambda name: makers[name]()), attributes)


def _array(column: Column, rows: Rows, renamed: Mapping[str, Any]) -> Array:
    missing = missing_of(column, rows.count, rows.chunk)
    return make_array(
        (rows.count,), missing.dtype, partial(_read, column, missing, rows.policy.limit_bytes), rows.policy,
        chunk_shape=(rows.chunk,),
        fill_value=missing.fill_value,
        dimension_names=(rows.dimension,),
        attributes={**column.attributes, **missing.attributes, **renamed},
    )  # fmt: skip


def _read(column: Column, missing: Missing, limit: int, region: Region) -> Block:
    start, stop = region[0].start, region[0].stop
    values, where = column.read(start, stop)
    if len(values) != stop - start:
        raise Unavailable(
            f"rows {start:,} to {stop:,} are gone: the table changed while it was read; open it again"
        )
    return missing.fill(values, where, limit)


def text_width(sample: Iterable[Any]) -> int:
    """Bytes that an element of variable length has, judged by a few of them."""
    lengths = [len(value) for value in sample if isinstance(value, str | bytes)]
    return max(VLEN_ESTIMATE, sum(lengths) // max(1, len(lengths)))
