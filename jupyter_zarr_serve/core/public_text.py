"""Texts that any client may read: not too long, and without folders or addresses in memory of this machine.

Libraries name files by their absolute paths.

A visitor with a share link, and a reader of a page, sees the name of a file and never that of its folder.
What fails is named by its path in the tree before the message; see `errors`.
"""

import re
from typing import Any

from . import limits

_MORE = "…"
_PLACE = re.compile(r"(<.{1,200}?) at 0x[0-9a-fA-F]{6,}", re.DOTALL)  # as Python writes objects
_ROOT = r"(?:file:/{1,3}|/|[A-Za-z]:[\\/](?!/)|\\\\)"
_WORD = r"[^\s/\\'\"`:,;()<>|\[\]{}]+"
_NAME = rf"{_WORD}(?: {_WORD}){{0,5}}"  # folders may have spaces in their names
_QUOTED = rf"(?s)(['\"`]){_ROOT}((?:(?!\1).)*)\1"
# What precedes the root tells a path from the rest of an address, a unit or a relative path.
_BARE = rf"(?m)(?:^|(?<=[\s'\"`(=:<,\[{{;|>])){_ROOT}(?:{_NAME}[/\\]+)*(?={_WORD})"


def public(message: str) -> str:
    """A message of a failure, whatever a library or a reader put into it."""
    return short(_PLACE.sub(r"\1", without_folders(message)), limits.MESSAGE)


def text_of(value: Any) -> str | None:
    """The text of an object; None where that does not say what it is, but where it is in memory.

    Examples
    --------
    >>> text_of(1.5), text_of(object())
    ('1.5', None)
    """
    try:
        text = str(value)
    except Exception:  # noqa: BLE001 (of any class)
        return None
    return None if not isinstance(value, str) and _PLACE.search(text) else text


def named(value: Any) -> str:
    """The text of an object, or the name of its type where that does not say what it is."""
    text = text_of(value)
    return type_of(value) if text is None else text


def type_of(value: Any) -> str:
    """The name of an object's type.

    Examples
    --------
    >>> type_of(1), type_of(object.__new__)
    ('int', 'builtin_function_or_method')
    """
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def short(text: str, most: int = 1000) -> str:
    """A text that is cut where it is too long for a page."""
    return text if len(text) <= most else f"{text[: most - 1]}{_MORE}"


def without_folders(text: str) -> str:
    r"""A text in which each absolute path is the name of its file alone.

    Addresses, units and paths in the tree, which begin with no slash, stay as they are.

    Examples
    --------
    >>> without_folders("[Errno 2] No such file: '/home/ann/my data/x.h5'; see /etc/passwd")
    "[Errno 2] No such file: 'x.h5'; see passwd"
    >>> without_folders("files/a.npy: 3 m/s, C:\\Users\\ann\\x.nc, https://example.org/a/b")
    'files/a.npy: 3 m/s, x.nc, https://example.org/a/b'
    """
    if "/" not in text and "\\" not in text:
        return text
    return re.sub(_BARE, "", re.sub(_QUOTED, _last, text))


def _last(found: re.Match[str]) -> str:
    quote, path = found[1], found[2].rstrip("/\\")
    name = re.split(r"[/\\]", path)[-1]
    return f"{quote}{name}{quote}" if name else found[0]
