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
| list of a fixed length | an array of one axis more | as of the elements, all of the list |
| other list, map, union, mixed or other objects | refused by name, with the remedy | |

A column whose name cannot be a node's name is renamed; its attribute "original_name" keeps the original.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

from ..core.children import Children
from ..core.dtypes import VLEN_ESTIMATE
from ..core.errors import Unreadable
from ..core.names import ORIGINAL, served_names
from ..core.nodes import Group, Node, Policy
from .column import Field, Rows, once
from .column_array import array_of, chunk_rows

MOST_CATEGORIES = 1000


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
        Columns by the names they are served under; see `named_fields`.
    source_rows
        Rows in each of the source's own blocks, to be aligned with.
    """
    width = max((column.width for column in fields.values()), default=1)
    shared = Rows(rows, chunk_rows(rows, width, policy, source_rows), dimension, policy)
    return _group(fields, shared, attributes or {})


def node_of(column: Field, name: str, rows: Rows) -> Node:
    """The node of one column.

    Raises
    ------
    Unreadable
        If the column cannot be served; the message names it and says why.
    """
    renamed = {} if column.name == name else {ORIGINAL: column.name}
    try:
        opened = column.open()
        if isinstance(opened, list):
            return _group(named_fields(opened), rows, renamed)
        return array_of(opened, name, rows, renamed)
    except Unreadable as error:
        raise Unreadable(f"column {name!r}: {error}") from error


def single(column: Field, rows: int, policy: Policy, dimension: str) -> Node:
    """The node of a column that stands alone; its name is not told."""
    shared = Rows(rows, chunk_rows(rows, column.width, policy, None), dimension, policy)
    return node_of(column, column.name, shared)


def named_fields(fields: Iterable[Field], taken: Collection[str] = ()) -> dict[str, Field]:
    """Columns by the names they are served under."""
    columns = list(fields)
    names = served_names([column.name for column in columns], taken)
    return dict(zip(names, columns, strict=True))


def renames(fields: Mapping[str, Field]) -> dict[Any, str]:
    """The names under which columns are served, by their own."""
    return {column.name: name for name, column in fields.items()}


def _group(fields: Mapping[str, Field], rows: Rows, attributes: Mapping[str, Any]) -> Group:
    makers = {name: once(partial(node_of, column, name, rows)) for name, column in fields.items()}
    children = Children(makers, lambda name: makers[name](), renames(fields))
    return Group(children, attributes, called="table")


def text_width(sample: Iterable[Any]) -> int:
    """Bytes that an element of variable length has, judged by a few of them."""
    lengths = [len(value) for value in sample if isinstance(value, str | bytes)]
    return max(VLEN_ESTIMATE, sum(lengths) // max(1, len(lengths)))
