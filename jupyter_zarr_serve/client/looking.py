"""Finding the node that a user names: in this kernel, or on one of the running servers."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..core.errors import Absent
from ..core.known_names import FILES, KERNELS, NOTEBOOKS, RESERVED
from .address import Address, parsed
from .at_once import TimeLeft, outcomes
from .finding import logins
from .login import Login
from .over_http import OverHttp
from .reader import Names, Reader, Way

Found = tuple[Reader, dict[str, Any]]

_MOMENT = 2.0  # seconds
_NAME_ONE = "end or restart what hangs, wait longer by timeout=..., or say which server is meant by server='http://...'"
_LISTS = "jz.open() lists what there is"
_REMEDY = (
    "give its token (jz.open(..., token=...)), or set JUPYTER_SERVER_URL and JUPYTER_TOKEN; "
    "on the server's machine, `jupyter server list` shows it"
)


def found(
    what: str | os.PathLike[str],
    token: str | None,
    server: str | None,
    *,
    zarr_format: int = 3,
    seconds: float = 60.0,
) -> Found:
    """A reader of the node that `what` names, and the node's metadata.

    Raises
    ------
    KeyError
        If there is no such node; the message suggests similar names.
    ConnectionError
        If no server is found, or it cannot be reached.
    LookupError
        If several servers have it.
    """
    address = parsed(what)
    own = None if address.base or server else _own(address.path)
    if own is not None:
        reader = Reader(own, address.path, zarr_format, seconds=seconds)
        return reader, reader.document()
    known = ways(address, token, server, seconds)
    hit = located(address, known, zarr_format, seconds)
    if hit is None:
        from .near_names import suggestion

        tried = {way: [*_paths(address, way.login)] for way in known}
        places = [
            f"{way}: {', '.join(dict.fromkeys('/'.join(path) or 'the root' for path in paths))}"
            for way, paths in tried.items()
        ]
        hint = "" if address.link else suggestion("/".join(address.path), tried)
        raise Absent(f"there is no {os.fspath(what)!r}{hint}; searched {'; '.join(places)}; {_LISTS}")
    return hit


def ways(address: Address, token: str | None, server: str | None, seconds: float) -> list[OverHttp]:
    """The connections to the servers that `finding.logins` finds."""
    return [OverHttp(login, seconds) for login in logins(address, token, server)]


def located(address: Address, ways: Sequence[OverHttp], zarr_format: int, seconds: float) -> Found | None:
    """A reader of the node at an address, on whichever server has it, and its metadata; None if none has.

    All servers are asked in parallel. After the first answer, the others have `_MOMENT` seconds left.

    Raises
    ------
    LookupError
        If several have it.
    TimeoutError
        If none has it, and some do not answer within `seconds`; the message names them.
    """
    left = TimeLeft(seconds)
    hits: dict[OverHttp, Found] = {}
    failures: dict[OverHttp, Exception] = {}
    silent = dict.fromkeys(ways)
    for way, outcome in outcomes(lambda way: _hit(address, way, zarr_format, left), ways, left):
        del silent[way]
        if isinstance(outcome, Exception):
            failures[way] = outcome
        elif outcome is not None:
            hits[way] = outcome
            left.cut(_MOMENT)
    if not hits:
        _raise_why_not([*ways], failures, [*silent], seconds)
        return None
    if len(hits) > 1:
        places = " and ".join(str(way) for way in ways if way in hits)
        raise LookupError(
            f"{'/'.join(address.path) or 'the root'!r} is on several servers: {places}; "
            "say which by server='http://...', or set JUPYTER_SERVER_URL and JUPYTER_TOKEN"
        )
    ((way, (reader, document)),) = hits.items()
    from .over_socket import near  # loaded only when there is something to read

    past = near(reader.path, way, seconds)
    return Reader(past or way, reader.path, zarr_format, seconds=seconds), document


def _hit(address: Address, way: OverHttp, zarr_format: int, left: TimeLeft) -> Found | None:
    """The node at the first of the paths at which the server has one; None if it has none."""
    for path in dict.fromkeys(_paths(address, way.login)):
        reader = Reader(way, path, zarr_format, seconds=left())
        try:
            return reader, reader.document()
        except KeyError:
            continue
        except PermissionError as error:
            raise PermissionError(f"{error}; {_REMEDY}") from None
    return None


def _raise_why_not(
    ways: list[OverHttp], failures: dict[OverHttp, Exception], silent: list[OverHttp], seconds: float
) -> None:
    """Raise if a server failed or was silent; return if all answered that they do not have the node."""
    if len(ways) == 1 and failures:
        raise failures[ways[0]]
    late = dict.fromkeys(silent, "does not answer")
    late |= {way: str(error) for way, error in failures.items() if isinstance(error, TimeoutError)}
    if late:
        reasons = "; ".join(f"{way}: {late[way]}" for way in ways if way in late)
        share = f" by {len(late)} of {len(ways)} servers" if len(ways) > 1 else ""
        raise TimeoutError(f"not answered{share} within {seconds:g} s ({reasons}); {_NAME_ONE}")
    for way in ways:
        if way in failures:
            raise failures[way]


def _own(path: Names) -> Way | None:
    """The way to what this process publishes at a path; None if it publishes nothing there."""
    if not path or f"{__package__.rpartition('.')[0]}.publisher.service" not in sys.modules:
        return None
    from .own import Own, publishes

    return Own() if publishes(path[0]) else None


def own_place(path: Names) -> Names | None:
    """The path on its server of what this process publishes; None if it publishes nothing there."""
    if _own(path) is None:
        return None
    from .own import kernel_id

    return KERNELS, kernel_id(), *path


def _paths(address: Address, login: Login) -> Iterator[Names]:
    """The paths in the store that an address may stand for, the likeliest first."""
    path = address.path
    if address.is_exact or not path or path[0] in RESERVED:
        yield path
    if address.is_exact:
        return
    if address.file and login.server is not None:
        with suppress(ValueError):
            yield FILES, *Path(address.file).relative_to(login.server.root).parts
    notebook = any(name.endswith(".ipynb") for name in path)
    root = NOTEBOOKS if notebook else FILES
    yield (root, *path)
    for folder in _folders(login):
        yield (root, *folder, *path)
    yield path  # a mount


def _folders(login: Login) -> Iterator[Names]:
    """The folders that a relative path may start from: the notebook's and this process's."""
    if login.server is None:
        return
    root = login.server.root
    for place in (Path(os.environ.get("JPY_SESSION_NAME", "")).parent, Path.cwd()):
        with suppress(ValueError):
            yield place.relative_to(root).parts
