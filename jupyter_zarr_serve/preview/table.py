"""Tables, whatever they are made of: the columns of a group, the fields of records, an array's own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core import limits
from ..core.attributes import to_json
from ..core.errors import BadRequest, ServeError, Unreadable
from ..core.meant import as_meant
from ..core.nodes import Array, Group, Node
from ..core.public_text import short
from ..core.walk import child_of, lookups, names_of
from .column import Column

MOST_COLUMNS = 64
_MOST_TESTED = 1000  # of the members of what may be a table


def has_rows(node: Node) -> bool:
    """Whether a node can be shown as a table."""
    if isinstance(node, Array):
        return len(node.shape) <= 2 and not (node.dtype.names and len(node.shape) == 2)
    return bool(columns_of(node))


def columns_of(group: Group, names: Sequence[str] | None = None) -> dict[str, Array]:
    """The first columns of a group whose arrays share one dimension; none where they do not.

    Parameters
    ----------
    names
        Of all its members, for those who know them already; in large groups that is what costs.
    """
    if not group.consolidate:  # folders are no tables
        return {}
    if names is None:
        names = names_of(group)
    if len(names) > _MOST_TESTED:
        return {}
    columns: dict[str, Array] = {}
    for name, found in lookups(group, names[:MOST_COLUMNS]):
        if isinstance(found, ServeError):
            continue
        if isinstance(found, Array) and len(found.shape) > 1 and group.called == "table":
            continue  # a column of lists
        if not isinstance(found, Array) or len(found.shape) != 1 or not found.dimension_names:
            return {}
        columns[name] = as_meant(found)
    shared = {(array.shape, array.dimension_names) for array in columns.values()}
    return columns if len(shared) == 1 else {}


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of a node.

    Attributes
    ----------
    node
        A group of columns, or an array of at most two axes.
    total
        The number of rows.
    """

    node: Node
    total: int
    _known: Mapping[str, Array]

    def columns(self, names: Sequence[str] = ()) -> list[Column]:
        """Columns by their names; the first ones where none are named.

        Raises
        ------
        BadRequest
            If there is no such column.
        """
        if names:
            return [self.column(name) for name in names]
        if isinstance(self.node, Array):
            return list(_of_array(self.node))
        return [_plain(name, array) for name, array in self._known.items()]

    def all_columns(self, names: Sequence[str] = ()) -> list[Column]:
        """Columns by their names; every one where none are named."""
        if names:
            return self.columns(names)
        if isinstance(self.node, Group):
            return [self.column(name) for name in names_of(self.node) if self.has(name)]
        if len(self.node.shape) == 2:
            if self.node.shape[1] > limits.COLUMNS:
                raise Unreadable(
                    f"{self.node.shape[1]:,} columns are too many for a table; name some of them"
                )
            names = [str(at) for at in range(self.node.shape[1])]
        return self.columns(names or self.node.dtype.names or ("",))

    def column(self, name: str) -> Column:
        """One column; raises `BadRequest` if there is none of that name."""
        found = self._of_group(name) if isinstance(self.node, Group) else _named(self.node, name)
        if found is None:
            raise BadRequest(
                f"there is no column {short(to_json(name), 100)!r}; api/node/ tells which there are"
            )
        return found

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        try:
            return self.column(name) is not None
        except BadRequest:
            return False

    def _of_group(self, name: str) -> Column | None:
        assert isinstance(self.node, Group)
        array: Node | None = self._known.get(name)
        if array is None and name in self.node.children:
            array = child_of(self.node, name, name)
        if not isinstance(array, Array) or array.shape != (self.total,):
            return None
        return _plain(name, as_meant(array))


def table_of(node: Node) -> Table:
    """A node as a table.

    Raises
    ------
    Unreadable
        If the node has no rows.
    """
    if not has_rows(node):
        raise Unreadable("only tables, and arrays of at most two axes, have rows")
    node = as_meant(node) if isinstance(node, Array) else node
    arrays = columns_of(node) if isinstance(node, Group) else {"": node}
    shape = next(iter(arrays.values())).shape
    return Table(node, shape[0] if shape else 1, arrays)


def _plain(name: str, array: Array) -> Column:
    return Column(name, array, array.dtype, lambda block: block)


def _of_array(array: Array) -> Iterator[Column]:
    """The first columns of an array."""
    if len(array.shape) == 2:
        width = min(array.shape[1], MOST_COLUMNS)
        names = [str(at) for at in range(width)]
    else:
        names = list((array.dtype.names or ("",))[:MOST_COLUMNS])
    for name in names:
        column = _named(array, name)
        assert column is not None
        yield column


def _named(array: Array, name: str) -> Column | None:
    if len(array.shape) == 2:
        is_index = name.isdecimal() and name.isascii() and len(name) <= 19 and name == str(int(name))
        if not is_index or int(name) >= array.shape[1]:
            return None
        at = int(name)
        return Column(name, array, array.dtype, lambda block: block[:, 0], (slice(at, at + 1),))
    if array.dtype.names is not None:
        if name not in array.dtype.names:
            return None
        return Column(name, array, array.dtype[name], lambda block: np.ascontiguousarray(block[name]))
    return _plain("", array) if name == "" else None
