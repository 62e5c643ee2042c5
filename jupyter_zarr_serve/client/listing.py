"""What `open` lists: all that this kernel and the servers of this user serve."""

from collections.abc import Iterator
from html import escape

from ..core.known_names import FILES, KERNELS, NOTEBOOKS
from .address import Address
from .finding import logins
from .login import Login
from .over_http import OverHttp
from .reader import Reader

_MOST = 100  # names of a group
_ROOTS = (FILES, NOTEBOOKS)  # of which the members can be opened by their own names
_PLAIN = (KERNELS,)

Rows = list[tuple[str, str]]


class Listing:
    """What can be opened, by server; a notebook shows it as a table.

    Attributes
    ----------
    servers
        The base URL of each server, and how its login was found.
    """

    def __init__(self, found: list[tuple[str, Rows]]) -> None:
        self.servers = tuple(place for place, _ in found)
        self._found = found

    def __iter__(self) -> Iterator[str]:
        """What `open` takes."""
        return (name for _, rows in self._found for name, _ in rows)

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __len__(self) -> int:
        return len(list(self))

    def __repr__(self) -> str:
        lines = []
        for place, rows in self._found:
            lines.append(place)
            lines += [f"    jz.open({name!r})  {kind}" for name, kind in rows] or ["    nothing"]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = []
        for place, rows in self._found:
            cells = "".join(
                f'<tr><td style="text-align:left"><code>jz.open({escape(repr(name))})</code></td>'
                f'<td style="text-align:left">{escape(kind)}</td></tr>'
                for name, kind in rows
            )
            parts.append(
                f"<div><strong>{escape(place)}</strong><table><tbody>{cells}</tbody></table></div>"
            )
        return "".join(parts)


def listing(token: str | None, server: str | None, seconds: float) -> Listing:
    """What there is on the servers that may be meant.

    Raises
    ------
    ConnectionError
        When there is no server.
    """
    found = [(str(login), _rows(login, seconds)) for login in logins(Address(), token, server)]
    return Listing(found)


def _rows(login: Login, seconds: float) -> Rows:
    root = Reader(OverHttp(login, seconds), seconds=seconds)
    rows: Rows = []
    for name, kind in root.members().items():
        if name in _PLAIN:
            continue
        if name in _ROOTS:
            rows += _below(root.below(name), "")
        else:
            rows.append((name, kind))
    return rows


def _below(reader: Reader, prefix: str) -> Rows:
    """Members as people call them; of notebooks what they publish."""
    rows: Rows = []
    for name, kind in list(reader.members().items())[:_MOST]:
        if reader.path[0] == NOTEBOOKS:
            is_published = prefix.endswith(".ipynb/")
            rows += (
                [(f"{prefix}{name}", kind)]
                if is_published
                else _below(reader.below(name), f"{prefix}{name}/")
            )
        else:
            rows.append((f"{prefix}{name}", kind))
    return rows
