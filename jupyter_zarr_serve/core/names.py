"""Names of nodes that every client turns into the right address.

Clients put names into URLs as they are: fsspec ends a path at ``?`` and ``#`` and decodes ``%41``, aiohttp
drops tabs and line breaks, zarr-python takes a backslash for a slash.
With consolidated metadata, a client then asks for chunks at an address where nothing is, and takes the
404 for zeros. So a name with one of these characters is served under another, with ``_`` in their place;
the attribute `ORIGINAL` has the name in the source. A name without such characters never changes.
See `served.Served`.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from .known_names import DOCUMENT_KEYS
from .public_text import named

ORIGINAL = "original_name"
# Separators and ends to some client, what it drops or cannot encode, and what has no UTF-8 form.
_UNFIT = re.compile("[/\\\\?#%\0-\x1f\x7f\ud800-\udfff]")
_STEPS = {"", ".", ".."}  # that a URL cannot carry
_NAMELESS = "unnamed"


def is_fit(name: str) -> bool:
    """Whether every client that has the name asks for the same address.

    Examples
    --------
    >>> is_fit("speed [m s-1]"), is_fit("speed (m/s)"), is_fit("100%")
    (True, False, False)
    """
    return _UNFIT.search(name) is None and name not in _STEPS


def served_names(originals: Sequence[Any], taken: Collection[str] = ()) -> list[str]:
    """Unique names of nodes for columns with names of any type; a name that is fit stays.

    Parameters
    ----------
    taken
        Names of siblings.

    Examples
    --------
    >>> served_names(["a", "a", 3, ("x", "y"), "km/h", ""])
    ['a', 'a_1', '3', 'x_y', 'km_h', 'unnamed']
    >>> served_names(["a/b", "a_b"])
    ['a_b_1', 'a_b']
    """
    return _unique(originals, [_plain_name(original) for original in originals], taken)


def spelled(name: str) -> str:
    r"""A name as JSON can hold it: bytes of a file's name that are no UTF-8 are spelled in hexadecimal.

    Examples
    --------
    >>> spelled("caf\udce9.npy")
    'caf\\xe9.npy'
    """
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode()


def may_be_renamed(name: str) -> bool:
    """Whether a name could stand for another one, which is not fit."""
    return "_" in name or name.startswith(_NAMELESS)


def renamed(names: Sequence[str]) -> dict[str, str]:
    """The served names of the names that are not fit, by those.

    Examples
    --------
    >>> renamed(["a#b", "a?b", "a_b", "c"])
    {'a#b': 'a_b_1', 'a?b': 'a_b_2'}
    """
    if _UNFIT.search("".join(names)) is None and _STEPS.isdisjoint(names):
        return {}
    served = _unique(names, [name if is_fit(name) else _fit(name) for name in names], ())
    return {name: other for name, other in zip(names, served, strict=True) if name != other}


def _unique(originals: Sequence[Any], plain: Sequence[str], taken: Collection[str]) -> list[str]:
    """The plain names, numbered where two would be the same."""
    keeps = [isinstance(given, str) and given == name for given, name in zip(originals, plain, strict=True)]
    kept = {name for name, keep in zip(plain, keeps, strict=True) if keep}
    reserved = {*plain, *taken}
    used = set(taken)
    names = []
    for base, keep in zip(plain, keeps, strict=True):
        name, copies = base, 0
        while name in used or (copies and name in reserved) or (name in kept and not keep):
            copies += 1
            name = f"{base}_{copies}"
        used.add(name)
        names.append(name)
    return names


def _fit(name: str) -> str:
    """A fit name in place of one that is not."""
    name = _UNFIT.sub("_", name) or _NAMELESS
    return f"_{name}" if name in _STEPS else name


def _plain_name(original: Any) -> str:
    parts = original if isinstance(original, tuple) else (original,)
    name = _fit("_".join(filter(None, map(named, parts))))
    return f"_{name}" if name in DOCUMENT_KEYS else name
