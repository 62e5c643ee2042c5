"""Whether JSON has the form of a schema.

A schema is a type (`int` is no `bool`), a set of what may be said, a list of one schema for all items, or
a dictionary of schemas for members, of which those whose name ends with "?" may be absent.
"""

from types import UnionType
from typing import Any


def fits(value: Any, schema: Any) -> bool:
    """Whether a value has the form of a schema; see the module.

    Examples
    --------
    >>> fits({"a": [1, 2]}, {"a": [int], "b?": str}), fits({"a": [True]}, {"a": [int]})
    (True, False)
    """
    if isinstance(schema, set):
        return isinstance(value, str) and value in schema
    if isinstance(schema, list):
        return isinstance(value, list) and all(fits(item, schema[0]) for item in value)
    if isinstance(schema, dict):
        return isinstance(value, dict) and all(
            fits(value[name], inner) if (name := key.removesuffix("?")) in value else key.endswith("?")
            for key, inner in schema.items()
        )
    assert isinstance(schema, type | UnionType)
    is_number = isinstance(value, bool) and schema not in {bool, object}
    return isinstance(value, schema) and not is_number
