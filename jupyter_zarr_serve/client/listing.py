"""What `open` lists: all that this kernel and the servers of this user serve."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import islice
from typing import Any

from ..core.known_names import FILES, KERNELS, NOTEBOOKS
from ..preview.called import called
from .address import Address
from .finding import logins
from .login import Login
from .over_http import OverHttp
from .reader import Reader

_MOST = 100  # names of a group
_PATIENCE = 5.0  # seconds that one group may take
_ROOTS = (FILES, NOTEBOOKS)  # of which the members can be opened by their own names
FAILURES = (OSError, RuntimeError, ValueError, KeyError)  # of one group, which spoil no other
_HEADS = ("", "kind", "dtype", "shape")

Row = tuple[str, str, str, str]  # of a table: what to call, kind, dtype, shape


@dataclass(frozen=True)
class Members:
    """Some members of a group.

    Attributes
    ----------
    prefix
        What `open` takes before the name of a member.
    kinds
        The kind of each, by name.
    """

    reader: Reader
    prefix: str
    kinds: dict[str, str]

    @property
    def names(self) -> list[str]:
        """What `open` takes for each."""
        return [f"{self.prefix}{name}" for name in self.kinds]

    @cached_property
    def rows(self) -> list[Row]:
        """A line for each; kind alone where nothing else is told in time."""
        try:
            items = self.reader.description(_MOST)["members"]["items"]
        except FAILURES:
            items = []
        told = {item["name"]: item for item in items}
        return [
            (f"{self.prefix}{name}", *_words(name, told.get(name) or {"kind": kind}))
            for name, kind in self.kinds.items()
        ]


def _words(name: str, told: dict[str, Any]) -> tuple[str, str, str]:
    shape = f"({', '.join(map(str, told['shape']))})" if "shape" in told else ""
    return called(told, name), str(told.get("dtype", "")), shape


class Listing:
    """What can be opened, by server; a notebook shows it as a table, with the dtype and shape of arrays.

    Attributes
    ----------
    servers
        The base URL of each server, and how its login was found.
    """

    def __init__(self, found: list[tuple[str, list[Members]]]) -> None:
        self.servers = tuple(place for place, _ in found)
        self._found = found

    def __iter__(self) -> Iterator[str]:
        """What `open` takes."""
        return (name for _, groups in self._found for group in groups for name in group.names)

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __len__(self) -> int:
        return len(list(self))

    def __repr__(self) -> str:
        lines = []
        for place, rows in self._told():
            cells = [(f"jz.open({name!r})", *rest) for name, *rest in rows]
            widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
            lines.append(place)
            lines += [f"    {'  '.join(map(str.ljust, row, widths))}".rstrip() for row in cells] or [
                "    nothing"
            ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = []
        for place, rows in self._told():
            cells = [
                (f"<code>jz.open({escape(repr(name))})</code>", *map(escape, rest)) for name, *rest in rows
            ]
            body = "".join(_line("td", row) for row in cells)
            table = f"<table><thead>{_line('th', _HEADS)}</thead><tbody>{body}</tbody></table>"
            shown = table if rows else "<div>nothing</div>"
            parts.append(f"<div><strong>{escape(place)}</strong>{shown}</div>")
        return "".join(parts)

    def _told(self) -> Iterator[tuple[str, list[Row]]]:
        for place, groups in self._found:
            yield place, [row for group in groups for row in group.rows]


def _line(tag: str, cells: tuple[str, ...]) -> str:
    made = "".join(f'<{tag} style="text-align:left">{cell}</{tag}>' for cell in cells)
    return f"<tr>{made}</tr>"


def listing(token: str | None, server: str | None, seconds: float) -> Listing:
    """What there is on the servers that may be meant.

    Raises
    ------
    ConnectionError
        When there is no server.
    """
    known = logins(Address(), token, server)
    return Listing([(str(login), list(groups_of(login, min(seconds, _PATIENCE)))) for login in known])


def groups_of(login: Login, seconds: float) -> Iterator[Members]:
    """The groups whose members `open` lists: mounts, the served folder, what notebooks publish.

    Parameters
    ----------
    seconds
        How long one of them may take; one that takes longer, or fails, is left out.
    """
    root = Reader(OverHttp(login, seconds), seconds=seconds)
    kinds = root.members()
    mounts = {name: kind for name, kind in kinds.items() if name not in {*_ROOTS, KERNELS}}
    if mounts:
        yield Members(root, "", mounts)
    for name in _ROOTS:
        if name in kinds:
            yield from _below(root.below(name), "")


def _below(reader: Reader, prefix: str) -> Iterator[Members]:
    """Members as people call them; of notebooks what they publish."""
    try:
        kinds = dict(islice(reader.members().items(), _MOST))
    except FAILURES:
        return
    if reader.path[0] != NOTEBOOKS or prefix.endswith(".ipynb/"):
        yield Members(reader, prefix, kinds)
        return
    for name in kinds:
        yield from _below(reader.below(name), f"{prefix}{name}/")
