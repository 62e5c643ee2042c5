"""The list that `open` returns without arguments: everything that this user's servers serve."""

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
_PATIENCE = 5.0  # seconds, the limit for one group
_ROOTS = (FILES, NOTEBOOKS)  # `open` takes the names of their members alone
FAILURES = (OSError, RuntimeError, ValueError, KeyError)  # of one group; the other groups are still listed
_HEADS = ("", "kind", "dtype", "shape")
_NOTHING, _SILENT = "nothing", "it does not answer"

Row = tuple[str, str, str, str]  # of a table: name for `open`, kind, dtype, shape


@dataclass(frozen=True)
class Members:
    """Some members of a group.

    Attributes
    ----------
    prefix
        What precedes a member's name in the argument of `open`.
    kinds
        The kind of each, by name.
    """

    reader: Reader
    prefix: str
    kinds: dict[str, str]

    @property
    def names(self) -> list[str]:
        """The argument of `open` for each member."""
        return [f"{self.prefix}{name}" for name in self.kinds]

    def rows(self) -> list[Row]:
        """A row for each member; with the kind alone if the server does not describe them in time."""
        try:
            items = self.reader.description(_MOST)["members"]["items"]
        except FAILURES:
            items = []
        return self._rows({item["name"]: item for item in items})

    def briefly(self) -> list[Row]:
        """A row for each member, made without a request."""
        return self._rows({})

    def _rows(self, described: dict[str, dict[str, Any]]) -> list[Row]:
        return [
            (f"{self.prefix}{name}", *_cells(name, described.get(name) or {"kind": kind}))
            for name, kind in self.kinds.items()
        ]


def _cells(name: str, described: dict[str, Any]) -> tuple[str, str, str]:
    """Kind, dtype and shape of a member, as text."""
    shape = f"({', '.join(map(str, described['shape']))})" if "shape" in described else ""
    return called(described, name), str(described.get("dtype", "")), shape


class Listing:
    """The names that `open` takes, by server. A notebook shows them as a table with dtypes and shapes.

    Attributes
    ----------
    servers
        The base URL of each server, and how its login was found.
    failures
        Why a server could not be listed, by its text in `servers`.
    """

    def __init__(
        self, found: list[tuple[str, list[Members]]], failures: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.servers = tuple(place for place, _ in found)
        self.failures = failures
        self._found = found

    def __iter__(self) -> Iterator[str]:
        """The names that `open` takes."""
        return (name for _, groups in self._found for group in groups for name in group.names)

    def __contains__(self, name: object) -> bool:
        return any(name == each for each in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        lines = []
        for place, rows in self._tables:
            cells = [(f"jz.open({name!r})", *rest) for name, *rest in rows]
            widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
            lines.append(place)
            lines += [f"    {'  '.join(map(str.ljust, row, widths))}".rstrip() for row in cells] or [
                f"    {self.failures.get(place, _NOTHING)}"
            ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = []
        for place, rows in self._tables:
            cells = [
                (f"<code>jz.open({escape(repr(name))})</code>", *map(escape, rest)) for name, *rest in rows
            ]
            body = "".join(_line("td", row) for row in cells)
            table = f"<table><thead>{_line('th', _HEADS)}</thead><tbody>{body}</tbody></table>"
            shown = table if rows else f"<div>{escape(self.failures.get(place, _NOTHING))}</div>"
            parts.append(f"<div><strong>{escape(place)}</strong>{shown}</div>")
        return "".join(parts)

    @cached_property
    def _tables(self) -> list[tuple[str, list[Row]]]:
        groups = [group for _, found in self._found for group in found]
        described = {
            id(group): rows
            for group, rows in outcomes(Members.rows, groups, TimeLeft(_PATIENCE))
            if not isinstance(rows, Exception)
        }
        return [
            (place, [row for group in found for row in described.get(id(group)) or group.briefly()])
            for place, found in self._found
        ]


def _line(tag: str, cells: tuple[str, ...]) -> str:
    made = "".join(f'<{tag} style="text-align:left">{cell}</{tag}>' for cell in cells)
    return f"<tr>{made}</tr>"


def listing(token: str | None, server: str | None, seconds: float) -> Listing:
    """The list of what the servers serve; what a server does not list in time is left out.

    Raises
    ------
    ConnectionError
        If no server is found.
    PermissionError, TimeoutError, ...
        If there is only one server, and it fails.
    """
    known = logins(Address(), token, server)
    seconds = min(seconds, _PATIENCE)
    found: dict[Login, list[Members]] = {login: [] for login in known}
    failures = dict.fromkeys(map(str, known), _SILENT)

    def collect(login: Login) -> None:
        for group in groups_of(login, seconds):
            found[login].append(group)

    # One slow group may take all of the first `seconds`; the server's other groups need time as well.
    for login, failure in outcomes(collect, known, TimeLeft(2 * seconds)):
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
        The limit for each group; one that takes longer or fails is left out.
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
    """The members of a group of files; of the group of notebooks, what each notebook publishes."""
    try:
        kinds = dict(islice(reader.members().items(), _MOST))
    except FAILURES:
        return
    if reader.path[0] != NOTEBOOKS or prefix.endswith(".ipynb/"):
        yield Members(reader, prefix, kinds)
        return
    for name in kinds:
        yield from _below(reader.below(name), f"{prefix}{name}/")
