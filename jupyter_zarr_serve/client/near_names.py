"""Names that are much like one that is not there."""

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
_MOST_TOLD = 3
_MOST_LOOKED_AT = 100
_ALIKE = 0.7  # of 1
_PATIENCE, _PATIENCE_FOR_ALL = 2.0, 6.0  # seconds, for one group and for all


def asked_instead(asked: str, tried: Mapping[OverHttp, Sequence[Names]]) -> str:
    """A question to the user, which names what is much like what was asked for; "" where nothing is.

    Parameters
    ----------
    asked
        What there is not, as people call it.
    tried
        Where it was looked for, by the way to each server.
    """
    parts = asked.split("/")
    by_depth: dict[int, list[str]] = {}
    by_end: dict[str, list[str]] = {}
    for name in dict.fromkeys(_known(tried)):
        by_depth.setdefault(name.count("/") + 1, []).append(name)
        by_end.setdefault(name.rpartition("/")[2], []).append(name)
    near: list[str] = []
    for depth in range(len(parts), 0, -1):  # the last names may be right, and the first one wrong
        near += _alike("/".join(parts[:depth]), by_depth.get(depth, []))
    for end in get_close_matches(parts[-1], by_end, _MOST_TOLD, _ALIKE):  # elsewhere
        near += by_end[end]
    told = [repr(name) for name in islice(dict.fromkeys(near), _MOST_TOLD)]
    return f" (did you mean {' or '.join(told)}?)" if told else ""


def _alike(name: str, known: Iterable[str]) -> list[str]:
    """Those of some paths that are nearly a path; that their first names are equal is not enough."""
    end = name.rpartition("/")[2]
    near = get_close_matches(name, known, _MOST_LOOKED_AT, _ALIKE)
    return [each for each in near if each != name and get_close_matches(end, [each.rpartition("/")[2]])]


def _known(tried: Mapping[OverHttp, Sequence[Names]]) -> list[str]:
    """What can be opened, as far as it is told in time."""
    known: list[str] = []

    def add(way: OverHttp) -> None:
        for name in islice(_at(way, tried[way]), _MOST_NAMES):
            known.append(name)

    for _ in outcomes(add, [*tried], TimeLeft(_PATIENCE_FOR_ALL)):
        pass
    return known[:_MOST_NAMES]


def _at(way: OverHttp, paths: Sequence[Names]) -> Iterator[str]:
    """Members of what is there of each path, and all that is listed."""
    for path in dict.fromkeys(paths):
        yield from _beside(OverHttp(way.login, _PATIENCE), path)
    with suppress(*FAILURES):
        for group in groups_of(way.login, _PATIENCE):
            yield from group.names


def _beside(way: OverHttp, path: Names) -> Iterator[str]:
    """The members of the last group on the way to a path, as people call them."""
    for end in range(len(path) - 1, 0, -1):
        with suppress(*FAILURES):
            members = Reader(way, path[:end], seconds=0).members()
            yield from (name_for_open((*path[:end], name)) for name in members)
            return
