"""Tables of Arrow, in memory or in a file: a schema, and a function that fetches rows of a column.

The index that pandas noted in the schema is served as the index of a frame is. Without one, the
dimension is "row" and there is no index.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..core.names import served_names
from ..core.nodes import Group, Policy
from .arrow_extensions import with_extension
from .arrow_widths import element_width
from .column import Column, Field
from .columns import named_fields, table

Index = tuple[list[int], list[Field]]  # which columns are levels of the index, and all its levels


def arrow_table(
    schema: Any,
    rows: int,
    policy: Policy,
    open_column: Callable[[int], Callable[[], Column | list[Field]]],
    width: Callable[[int], int],
    *,
    source_rows: int | None = None,
) -> Group:
    """The group of a table's columns.

    Parameters
    ----------
    open_column
        Gives, by position in the schema, what opens the column.
    width
        Gives, by position in the schema, bytes per row.
    source_rows
        Rows in each of the source's own blocks.
    """
    noted = _pandas_index(schema)
    levels = _levels(noted, schema.names, rows)
    positions = {position for position, _ in levels if position is not None}

    def field(name: Any, position: int) -> Field:
        opened = open_column(position)
        element = element_width(schema.field(position).type, width(position))
        return Field(name, element, lambda: with_extension(schema.field(position), opened()))

    columns = named_fields(
        field(name, position) for position, name in enumerate(schema.names) if position not in positions
    )
    index = named_fields(
        (
            _range_field(name, noted) if position is None else field(name, position)
            for position, name in levels
        ),
        columns,
    )
    dimension = _dimension(list(index), list(columns))
    return table(
        {**index, **columns},
        rows,
        policy,
        dimension,
        source_rows=source_rows,
        attributes=_attributes(schema),
    )


def _dimension(index: list[str], columns: list[str]) -> str:
    if len(index) == 1:
        return index[0]
    return served_names(["index" if index else "row"], [*index, *columns])[0]


def _pandas_index(schema: Any) -> list[Any]:
    """The index columns that pandas noted: names of columns, or a dict for a range."""
    try:
        noted = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))["index_columns"]
    except (KeyError, TypeError, ValueError):
        return []
    return noted if isinstance(noted, list) else []


def _levels(noted: list[Any], names: list[str], rows: int) -> list[tuple[int | None, Any]]:
    """Position in the schema (None for a range) and name of each level of the index."""
    levels: list[tuple[int | None, Any]] = []
    for number, item in enumerate(noted):
        if isinstance(item, str) and item in names:
            levels.append((names.index(item), _level_name(item, number, len(noted))))
        elif len(noted) == 1 and (steps := _range(item)) is not None and len(steps) == rows:
            levels.append((None, item.get("name") or "index"))
    return levels


def _level_name(name: str, number: int, count: int) -> str:
    """What it is called; pandas writes ``__index_level_0__`` for a level without a name."""
    if name != f"__index_level_{number}__":
        return name
    return "index" if count == 1 else f"level_{number}"


def _range(noted: Any) -> range | None:
    if not isinstance(noted, Mapping) or noted.get("kind") != "range":
        return None
    bounds = [noted.get(key) for key in ("start", "stop", "step")]
    if not all(isinstance(bound, int) for bound in bounds) or bounds[2] == 0:
        return None
    return range(*bounds)  # type: ignore[arg-type]


def _range_field(name: Any, noted: list[Any]) -> Field:
    start, step = noted[0]["start"], noted[0]["step"]
    column = Column(np.dtype("i8"), lambda a, b: (start + step * np.arange(a, b, dtype="i8"), None))
    return Field(name, 8, lambda: column)


def _attributes(schema: Any) -> dict[str, str]:
    """The schema's own metadata, without what libraries keep there for themselves."""
    private = (b"pandas", b"ARROW:schema", b"huggingface", b"geo")
    items = (schema.metadata or {}).items()
    return {
        key.decode(errors="replace"): value.decode(errors="replace")
        for key, value in items
        if key not in private
    }
