"""Attributes cut to what a page shows: at most some number of items, characters and levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

_ITEMS, _CHARACTERS, _DEPTH = 1000, 50_000, 12
_LONGEST = 4000  # characters of one text
_MORE = "…"


@dataclass
class _Room:
    """What may still be shown, and whether anything was left out."""

    items: int = _ITEMS
    characters: int = _CHARACTERS
    is_cut: bool = False

    def part(self, value: Any, depth: int) -> Any:
        """As much of a value as there is room for; what is left out is not looked at."""
        self.items -= 1
        if isinstance(value, np.ndarray) and value.ndim:
            return self._list(value.flat if value.ndim > 1 else value, value.size, depth)
        if isinstance(value, list | tuple):
            return self._list(value, len(value), depth)
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, str | bytes):
            return self._text(value)
        return value

    def _list(self, values: Any, length: int, depth: int) -> Any:
        if depth == 0:
            return self._cut()
        shown = []
        for value in islice(values, length):
            if self.items <= 0 or self.characters <= 0:
                shown.append(self._cut())
                break
            shown.append(self.part(value, depth - 1))
        return shown

    def _mapping(self, values: Mapping[Any, Any], depth: int) -> Any:
        if depth == 0:
            return self._cut()
        shown: dict[Any, Any] = {}
        for name in values:
            if self.items <= 0 or self.characters <= 0:
                shown[_MORE] = self._cut()
                break
            shown[self._text(str(name))] = self.part(values[name], depth - 1)
        return shown

    def _text(self, text: Any) -> Any:
        most = min(_LONGEST, max(0, self.characters))
        self.characters -= min(len(text), most)
        if len(text) <= most:
            return text
        self.is_cut = True
        return text[:most] + (_MORE if isinstance(text, str) else _MORE.encode())

    def _cut(self) -> str:
        self.is_cut = True
        return _MORE


def abridged(attributes: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The attributes as far as a page shows them, and whether anything is left out.

    Examples
    --------
    >>> abridged({"a": [1, {"b": "c"}]})
    ({'a': [1, {'b': 'c'}]}, False)
    """
    room = _Room()
    shown: dict[str, Any] = room.part(attributes, _DEPTH)
    return shown, room.is_cut
