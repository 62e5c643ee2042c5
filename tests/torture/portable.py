"""What the torture tree becomes in the portable view, by rules of its own.

Names and depth are left out: they are the same in every view.
"""

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd

from . import leaves, values_served
from .names import THEMES as NAMED
from .tables import FRAMES, SUFFIXES
from .theme import Leaves

COARSE = ("Y", "M", "W")  # units that CF does not have; datetimes are counted in days then


def portable_leaves(side: str) -> Leaves:
    """The values of every array of the portable view, by path; without those of `portable_refused`."""
    return {path: values for path, values in _respelled(side) if values is not None}


def portable_refused(side: str) -> list[str]:
    """The arrays whose values have no portable spelling: times too far away, bytes that are no text."""
    return [path for path, values in _respelled(side) if values is None]


def _respelled(side: str) -> Iterator[tuple[str, np.ndarray | None]]:
    for path, values in {**leaves(side), **_parts(side)}.items():
        if path.partition("/")[0] not in NAMED:
            yield from _fields(path, values_served(values))


def _fields(path: str, values: np.ndarray) -> Iterator[tuple[str, np.ndarray | None]]:
    for name in values.dtype.names or ():
        yield from _fields(f"{path}/{name}", values[name])
    if not values.dtype.names:
        yield path, _plain(values)


def _plain(values: np.ndarray) -> np.ndarray | None:
    kind = values.dtype.kind
    if kind in "Mm":
        return _counts(values)
    if kind == "S":
        return _text(values)
    if kind == "U":
        return values.astype(object)
    if kind == "f" and values.dtype.itemsize == 2:
        return values.astype("<f4")
    if kind in "cV":
        part = f"<f{values.dtype.itemsize // 2}" if kind == "c" else "u1"
        return np.ascontiguousarray(values).reshape(-1).view(part).reshape(*values.shape, -1)
    return values


def _counts(values: np.ndarray) -> np.ndarray | None:
    """Times in a unit of CF; None where 64 bits cannot count them."""
    unit, scale = np.datetime_data(values.dtype)
    counts: list[int] = values.reshape(-1).view("<i8").tolist()
    nat = np.iinfo("i8").min
    if unit == "W" or (unit in COARSE and values.dtype.kind == "M"):
        counted = [n if n == nat else _days(n * scale, unit) for n in counts]
    else:
        counted = [n if n == nat else n * scale for n in counts]
    if any(not nat <= n < 2**63 for n in counted):
        return None
    return np.array(counted, "<i8").reshape(values.shape)


def _days(count: int, unit: str) -> int:
    if unit == "W":
        return 7 * count
    months = 12 * count if unit == "Y" else count
    years, month = divmod(months, 12)
    # The Gregorian calendar repeats itself after 400 years.
    cycles, year = divmod(years, 400)
    start = np.datetime64(f"{1970 + year}-{month + 1:02}-01", "D")
    return 146_097 * cycles + int(start.astype("i8"))


def _text(values: np.ndarray) -> np.ndarray | None:
    try:
        return np.array([value.decode() for value in values.flat], object).reshape(values.shape)
    except UnicodeDecodeError:
        return None


def _parts(side: str) -> Leaves:
    """Codes in place of categories; masks and categories beside their columns."""
    found: Leaves = {}
    for name, suffix in itertools.product(FRAMES, SUFFIXES):
        for column, values in FRAMES[name]()[0].items():
            parts = {} if _is_plain_in(suffix, values) and side == "disk" else _parts_of(values)
            found |= {f"tables/{name}.{suffix}/{column}{end}": part for end, part in parts.items()}
    return found


def _is_plain_in(suffix: str, column: "pd.Series") -> bool:
    """Parquet keeps categories of text alone."""
    return suffix == "parquet" and column.dtype == "category" and column.cat.categories.dtype.kind in "iM"


def _parts_of(column: "pd.Series") -> Leaves:
    if column.dtype == "category":
        return {"": column.cat.codes.to_numpy(), "_categories": column.cat.categories.to_numpy()}
    is_marked = column.dtype == object or isinstance(column.dtype, pd.api.extensions.ExtensionDtype)
    if is_marked and column.isna().any() and column.dtype.kind != "M":
        return {"_mask": column.isna().to_numpy()}
    return {}
