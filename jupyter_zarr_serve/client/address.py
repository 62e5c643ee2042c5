"""Parsing what a user names: a path, the URL of a server or of one of its pages, or a share link."""

import os
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ..core.known_names import DOCUMENT_KEYS

Path = tuple[str, ...]

_SCHEMES = ("http://", "https://", "http+unix://")
_STORE = r"(?s)(?P<base>.*?/)zarr/(?:s/(?P<link>[^/]+)/)?(?P<rest>.*)"
_OF_JUPYTER = r"(?s)(?P<base>.*?/)(?:lab/tree|tree|notebooks|edit|files|view)/(?P<rest>.+)"


@dataclass(frozen=True)
class Address:
    """What the user named.

    Attributes
    ----------
    base
        The server's base URL, with a slash at its end; "" if no server is named.
    path
        The names below the root of the store.
    is_exact
        Whether the path begins at the root of the store; else it is a path as in a file browser.
    zarr_format
        2 or 3 if the URL says so, else None.
    file
        The absolute path on this machine, if one was given.
    link
        The token of a share link; "" for none.
    token
        The server's token, if the URL has it.
    """

    base: str = ""
    path: Path = ()
    is_exact: bool = False
    zarr_format: int | None = None
    file: str = ""
    link: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def parsed(what: Any) -> Address:
    """The address that a text or a file's path stands for.

    Raises
    ------
    TypeError
        If `what` is neither.
    ValueError
        If it is a URL without a host.
    """
    if not isinstance(what, str | os.PathLike):
        raise TypeError(
            f"jz.open takes a name, a path or a URL, not an object of type {type(what).__qualname__}; "
            "jz.open() lists what there is"
        )
    text = os.fspath(what)
    if text.startswith(_SCHEMES):
        return _of_url(text)
    text = text.removeprefix("jupyter://")
    names = _names(text)
    if names[:1] == ("zarr",) and names[1:2] in {("v2",), ("v3",)}:
        return Address(path=names[2:], is_exact=True, zarr_format=int(names[1][1:]))
    return Address(path=names, file=text if text.startswith("/") else "")


def _of_url(text: str) -> Address:
    parts = urlsplit(text)
    if not parts.netloc:
        raise ValueError(f"{text!r} names no server; a URL begins as in http://localhost:8888/")
    root = f"{parts.scheme}://{parts.netloc}"
    query = parse_qs(parts.query)
    token = query.get("token", [""])[0]
    found = re.fullmatch(_STORE, f"{parts.path.rstrip('/')}/")
    if found:
        names = _quoted(found["rest"])
        is_page = names[:1] not in {("v2",), ("v3",)}
        path = _names(query.get("path", [""])[0]) if is_page else _without_key(names[1:])
        zarr_format = None if is_page else int(names[0][1:])
        secret = {"link": found["link"] or "", "token": token}
        return Address(f"{root}{found['base']}", path, is_exact=True, zarr_format=zarr_format, **secret)
    page = re.fullmatch(_OF_JUPYTER, parts.path)
    if page:
        return Address(f"{root}{page['base']}", _quoted(page["rest"]), token=token)
    base = parts.path.rstrip("/").removesuffix("/lab").removesuffix("/tree")
    return Address(f"{root}{base}/", is_exact=True, token=token)


def _quoted(text: str) -> Path:
    return tuple(unquote(name, errors="surrogateescape") for name in text.split("/") if name)


def _names(text: str) -> Path:
    return tuple(name for name in text.split("/") if name and name != ".")


def _without_key(names: Path) -> Path:
    """The path of a node, without the name of its metadata document."""
    return names[:-1] if names and names[-1] in DOCUMENT_KEYS else names
