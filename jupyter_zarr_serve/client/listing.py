"""What `open` lists: all that this kernel and the servers of this user serve."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import islice
from types import MappingProxyType
from typing import Any

from ..core.known_names import FILES, KERNELS, NOTEBOOKS
from ..preview.called import called
from .address import Address
from .at_once import TimeLeft, outcomes
from .finding import logins
from .login import Login
from .over_http import OverHttp
from .reader import Reader

_MOST = 100  # names of a group
_PATIENCE = 5.0  # seconds that one group may take
_ROOTS = (FILES, NOTEBOOKS)  # of which the members can be opened by their own names
FAILURES = (OSError, RuntimeError, ValueError, KeyError)  # of one group, which spoil no other
_HEADS = ("", "kind", "dtype", "shape")
_NOTHING, _SILENT = "nothing", "it does not answer"

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

    def rows(self) -> list[Row]:
        """A line for each; kind alone where nothing else is told in time."""
        try:
            items = self.reader.description(_MOST)["members"]["items"]
        except FAILURES:
            items = []
        return self._rows({item["name"]: item for item in items})

    def briefly(self) -> list[Row]:
        """A line for each, of what is known without asking."""
        return self._rows({})

    def _rows(self, told: dict[str, dict[str, Any]]) -> list[Row]:
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
    failures
        Why nothing is listed of a server, by the same text.
    """

    def __init__(
        self, found: list[tuple[str, list[Members]]], failures: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.servers = tuple(place for place, _ in found)
        self.failures = failures
        self._found = found

    def __iter__(self) -> Iterator[str]:
        """What `open` takes."""
        return (name for _, groups in self._found for group in groups for name in group.names)

    def __contains__(self, name: object) -> bool:
        return any(name == each for each in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        lines = []
        for place, rows in self._told:
            cells = [(f"jz.open({name!r})", *rest) for name, *rest in rows]
            widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
            lines.append(place)
            lines += [f"    {'  '.join(map(str.ljust, row, widths))}".rstrip() for row in cells] or [
                f"    {self.failures.get(place, _NOTHING)}"
            ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = []
        for place, rows in self._told:
            cells = [
                (f"<code>jz.open({escape(repr(name))})</code>", *map(escape, rest)) for name, *rest in rows
            ]
            body = "".join(_line("td", row) for row in cells)
            table = f"<table><thead>{_line('th', _HEADS)}</thead><tbody>{body}</tbody></table>"
            shown = table if rows else f"<div>{escape(self.failures.get(place, _NOTHING))}</div>"
            parts.append(f"<div><strong>{escape(place)}</strong>{shown}</div>")
        return "".join(parts)

    @cached_property
    def _told(self) -> list[tuple[str, list[Row]]]:
        groups = [group for _, found in self._found for group in found]
        told = {
            id(group): rows
            for group, rows in outcomes(Members.rows, groups, TimeLeft(_PATIENCE))
            if not isinstance(rows, Exception)
        }
        return [
            (place, [row for group in found for row in told.get(id(group)) or group.briefly()])
            for place, found in self._found
        ]


def _line(tag: str, cells: tuple[str, ...]) -> str:
    made = "".join(f'<{tag} style="text-align:left">{cell}</{tag}>' for cell in cells)
    return f"<tr>{made}</tr>"


def listing(token: str | None, server: str | None, seconds: float) -> Listing:
    """What there is on the servers that may be meant, as far as they tell it in time.

    Raises
    ------
    ConnectionError
        When there is no server.
    PermissionError, TimeoutError, ...
        When there is one server, and it fails.
    """
    known = logins(Address(), token, server)
    seconds = min(seconds, _PATIENCE)
    found: dict[Login, list[Members]] = {login: [] for login in known}
    failures = dict.fromkeys(map(str, known), _SILENT)

    def look(login: Login) -> None:
        for group in groups_of(login, seconds):
            found[login].append(group)

    # The first group of a server may take all of its time, so that the others need some more.
    for login, failure in outcomes(look, known, TimeLeft(2 * seconds)):
        if failure is None:
            del failures[str(login)]
        elif len(known) == 1:
            raise failure
        else:
            failures[str(login)] = str(failure)
    return Listing([(str(login), groups) for login, groups in found.items()], failures)


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
