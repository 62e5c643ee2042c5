"""Conditional requests and byte ranges, as pure functions.

References
----------
https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

import re

from ..core.errors import RangeNotSatisfiable

_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)


def is_unchanged(etag: str, if_none_match: str | None) -> bool:
    """Whether the client already has the representation that `etag` names.

    Examples
    --------
    >>> is_unchanged('"a"', 'W/"b", "a"'), is_unchanged('"a"', None)
    (True, False)
    """
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The part ``[start, stop)`` of a body of `size` bytes that a Range header asks for.

    None means the whole body: no header, another unit, several ranges or nonsense.

    Raises
    ------
    RangeNotSatisfiable
        If no byte of the range exists.

    Examples
    --------
    >>> byte_range("bytes=2-5", 10), byte_range("bytes=-4", 10), byte_range("bytes=8-99", 10)
    ((2, 6), (6, 10), (8, 10))
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if first and last and int(last) < int(first):
        return None
    if start >= size or start >= stop:
        raise RangeNotSatisfiable(size)
    return start, stop
