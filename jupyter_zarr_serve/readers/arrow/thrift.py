"""Structures of Thrift's compact protocol: only the fields that are wanted, and never beyond the data.

References
----------
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Mapping
from typing import Any

Keep = Mapping[
    int, "Keep | None"
]  # by number of a field: what to keep of its structures; None for plain ones
Structure = dict[int, Any]

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCTURE = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = {4, 5, 6}
_DEPTH = 32
_LONGEST = 10  # bytes of a 64-bit integer


class Compact:
    """A reader of some bytes, from the first one on."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def structure(self, keep: Keep, depth: int = 0) -> Structure:
        """A structure as a dictionary from the numbers of its fields.

        Raises
        ------
        ValueError, IndexError
            If the data are no such structure.
        """
        if depth > _DEPTH:
            raise ValueError(f"structures nested more than {_DEPTH} deep")
        found: Structure = {}
        number = 0
        while head := self._byte():
            kind, step = head & 15, head >> 4
            number = number + step if step else self._integer()
            if kind in {_TRUE, _FALSE}:
                found[number] = kind == _TRUE
            elif number in keep:
                found[number] = self._value(kind, keep[number], depth)
            else:
                self._skip(kind, depth)
        return found

    def _byte(self) -> int:
        byte = self._data[self._at]
        self._at += 1
        return byte

    def _number(self) -> int:
        """An integer of seven bits a byte."""
        number = 0
        for shift in range(0, 7 * _LONGEST, 7):
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
        raise ValueError("an integer of more than 64 bits")

    def _integer(self) -> int:
        number = self._number()
        return (number >> 1) ^ -(number & 1)

    def _bytes(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        if self._at > len(self._data):
            raise ValueError("it is cut short")
        return self._data[start : self._at]

    def _value(self, kind: int, keep: "Keep | None", depth: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            return self._bytes(self._number())
        if kind == _STRUCTURE:
            return self.structure(keep or {}, depth + 1)
        if kind in {_LIST, _SET}:
            count, element = self._list()
            return [self._value(element, keep, depth + 1) for _ in range(count)]
        return self._skip(kind, depth)

    def _list(self) -> tuple[int, int]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._number()
        if count > len(self._data) - self._at:  # each element has a byte or more
            raise ValueError("a list is cut short")
        return count, head & 15

    def _skip(self, kind: int, depth: int) -> None:
        if kind in _INTEGERS:
            self._number()
        elif kind in {_TRUE, _FALSE, _BYTE}:  # of a list, where truth takes a byte
            self._byte()
        elif kind == _DOUBLE:
            self._bytes(8)
        elif kind == _BINARY:
            self._bytes(self._number())
        elif kind == _STRUCTURE:
            self.structure({}, depth + 1)
        elif kind in {_LIST, _SET}:
            count, element = self._list()
            for _ in range(count):
                self._skip(element, depth + 1)
        elif kind == _MAP:
            self._skip_map(depth)
        else:
            raise ValueError(f"a value of the unknown kind {kind}")

    def _skip_map(self, depth: int) -> None:
        count = self._number()
        if count > len(self._data) - self._at:
            raise ValueError("a mapping is cut short")
        kinds = self._byte() if count else 0
        for _ in range(count):
            self._skip(kinds >> 4, depth + 1)
            self._skip(kinds & 15, depth + 1)
