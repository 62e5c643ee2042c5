"""Extension types of Arrow: the values are those of the storage, and attributes say what they mean.

References
----------
https://arrow.apache.org/docs/format/Columnar.html#extension-types
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from .column import Column, Field


def with_extension(field: Any, column: Column | list[Field]) -> Column | list[Field]:
    """The column of a schema's field, with the extension type that the field has but nobody registered.

    Whether one is registered depends on what the process has imported: pandas registers its own.
    """
    stored = field.metadata or {}
    if b"ARROW:extension:name" not in stored:
        return column
    name = stored[b"ARROW:extension:name"].decode(errors="replace")
    return told(column, extension(name, stored.get(b"ARROW:extension:metadata", b"")))


def extension(name: str, serialized: bytes) -> dict[str, str]:
    """The attributes that tell an extension type: what its values mean, such as months or days."""
    text = serialized.decode(errors="replace")
    return {"extension": name, **({"extension_metadata": text} if text else {})}


def told(column: Column | list[Field], attributes: Mapping[str, Any]) -> Column | list[Field]:
    """The column with further attributes; of a structure, all its fields."""
    if not isinstance(column, Column):
        return [replace(part, open=partial(_told_later, part, attributes)) for part in column]
    return replace(column, attributes={**column.attributes, **attributes})


def _told_later(field: Field, attributes: Mapping[str, Any]) -> Column | list[Field]:
    return told(field.open(), attributes)
