"""Suggestions for a name that was not found: similar names that exist."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from itertools import islice

from ..snippets import name_for_open
from .at_once import TimeLeft, outcomes
from .listing import FAILURES, groups_of
from .over_http import OverHttp
from .reader import Names, Reader

_MOST_NAMES = 10_000
_MOST_SHOWN = 3
_MOST_COMPARED = 100
_ALIKE = 0.7  # the least similarity, of at most 1
_PATIENCE, _PATIENCE_FOR_ALL = 2.0, 6.0  # seconds, for one group and for all


def suggestion(wanted: str, tried: Mapping[OverHttp, Sequence[Names]]) -> str:
    """The text " (did you mean ...?)" with similar names; "" if there are none.

    Parameters
    ----------
    wanted
        The name that was not found.
    tried
        The paths that were tried, by server.
    """
    parts = wanted.split("/")
    by_depth: dict[int, list[str]] = {}
    by_end: dict[str, list[str]] = {}
    for name in dict.fromkeys(_known(tried)):
        by_depth.setdefault(name.count("/") + 1, []).append(name)
        by_end.setdefault(name.rpartition("/")[2], []).append(name)
    near: list[str] = []
    for depth in range(len(parts), 0, -1):  # the last names may be right, and the first one wrong
        near += _alike("/".join(parts[:depth]), by_depth.get(depth, []))
    for end in get_close_matches(parts[-1], by_end, _MOST_SHOWN, _ALIKE):  # elsewhere
        near += by_end[end]
    shown = [repr(name) for name in islice(dict.fromkeys(near), _MOST_SHOWN)]
    return f" (did you mean {' or '.join(shown)}?)" if shown else ""


def _alike(name: str, known: Iterable[str]) -> list[str]:
    """The known paths that are similar to a path; their last names must be similar, too."""
    end = name.rpartition("/")[2]
    near = get_close_matches(name, known, _MOST_COMPARED, _ALIKE)
    return [each for each in near if each != name and get_close_matches(end, [each.rpartition("/")[2]])]


def _known(tried: Mapping[OverHttp, Sequence[Names]]) -> list[str]:
    """The names that `open` takes, as far as the servers list them in time."""
    known: list[str] = []

    def add(way: OverHttp) -> None:
        for name in islice(_at(way, tried[way]), _MOST_NAMES):
            known.append(name)

    for _ in outcomes(add, [*tried], TimeLeft(_PATIENCE_FOR_ALL)):
        pass
    return known[:_MOST_NAMES]


def _at(way: OverHttp, paths: Sequence[Names]) -> Iterator[str]:
    """The names beside each of the paths, and all that `open` lists."""
    for path in dict.fromkeys(paths):
        yield from _beside(OverHttp(way.login, _PATIENCE), path)
    with suppress(*FAILURES):
        for group in groups_of(way.login, _PATIENCE):
            yield from group.names


def _beside(way: OverHttp, path: Names) -> Iterator[str]:
    """The members of the deepest group on the way to a path, as `open` takes them."""
    for end in range(len(path) - 1, 0, -1):
        with suppress(*FAILURES):
            members = Reader(way, path[:end], seconds=0).members()
            yield from (name_for_open((*path[:end], name)) for name in members)
            return
