"""The kinds of data that the table of clients tells apart: its rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.clients.cannot_native import NativeCase
from tests.torture import names


@dataclass(frozen=True)
class Row:
    """A kind of data. Of a `place` the table tells only what the place adds to the kind."""

    name: str
    holds: Callable[[NativeCase], bool]
    is_place: bool = False


def _of(kinds: str | set[str], *sizes: int) -> Callable[[NativeCase], bool]:
    """Cases of a kind, and of sizes in bytes, that have elements and dimensions."""

    def holds(case: NativeCase) -> bool:
        values = case.expected
        is_usual = values.size > 0 and values.ndim > 0
        return is_usual and case.kind in kinds and (not sizes or values.itemsize in sizes)

    return holds


def _is_plain(case: NativeCase) -> bool:
    """Whether it has numbers that every client reads."""
    return case.kind in "biuf" and case.expected.dtype.str[1:] not in {"i8", "u8", "f2"}


def _named(members: Iterable[str]) -> Callable[[NativeCase], bool]:
    wanted = {names.SERVED.get(name, name) for name in members}
    return lambda case: case.path.startswith("names") and not wanted.isdisjoint(case.path.split("/"))


def _in(*starts: str) -> Callable[[NativeCase], bool]:
    return lambda case: case.path.startswith(starts)


KINDS = [
    Row("booleans, integers of 8 to 32 bits", _of("biu", 1, 2, 4)),
    Row("integers of 64 bits", _of("iu", 8)),
    Row("float32, float64", _of("f", 4, 8)),
    Row("float16", _of("f", 2)),
    Row("complex64, complex128", _of("c")),
    Row("datetime64, timedelta64", _of("mM")),
    Row("text of fixed length", _of("U")),
    Row("text of any length", _of({"text"})),
    Row("bytes of fixed length", _of("S")),
    Row("bytes of any length", _of({"bytes"})),
    Row("opaque bytes (`V7`)", _of("V")),
    Row("structures, also nested", _of({"struct"})),
    Row("no dimensions (shape `()`)", lambda case: _is_plain(case) and case.expected.ndim == 0),
    Row("no elements (a length of 0)", lambda case: _is_plain(case) and case.expected.size == 0),
]
STORES = [
    Row("a stored Zarr of version 2", _in("fills-v2.zarr/"), is_place=True),
    Row("a stored Zarr of version 3", _in("fills-v3.zarr/"), is_place=True),
    Row("shards of version 3", _in("fills-v3.zarr/sharded"), is_place=True),
]
NAMES = [
    Row(
        "names: letters of all scripts, digits, spaces",
        _named([*names.PLAIN, *names.NUMBERS, *names.LONG]),
        is_place=True,
    ),
    Row("names: other signs", _named([*names.SIGNS, *names.KEYS]), is_place=True),
    Row("names: `#`, `?`, `%`", _named(names.URL_SIGNS), is_place=True),
    Row("names: line breaks, tabs", _named(names.UNUSUAL), is_place=True),
    Row("a group of 10 000 arrays", _in("crowd.npz/"), is_place=True),
    Row("50 groups deep", _in("deep/"), is_place=True),
]
