"""What a client cannot do with any server, and why: the one table of clients' own limits."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import zarr
from packaging.version import Version

OLD_ZARR = Version(zarr.__version__) < Version("3.2")


@dataclass(frozen=True)
class Case:
    """An array that a client is asked to read, and what it would have to say."""

    client: str
    side: str
    zarr_format: int
    path: str
    expected: np.ndarray
    has_old_zarr: bool = field(default=OLD_ZARR, kw_only=True)

    @property
    def kind(self) -> str:
        """NumPy's letter of the dtype, "struct", "text" or "bytes"."""
        dtype = self.expected.dtype
        if dtype.names:
            return "struct"
        if dtype.kind != "O":
            return dtype.kind
        is_bytes = any(isinstance(value, bytes) for value in self.expected.flat)
        return "bytes" if is_bytes else "text"

    @property
    def is_nested(self) -> bool:
        """Whether it has structures in structures."""
        dtype = self.expected.dtype
        return any(dtype[name].names for name in dtype.names or ())


@dataclass(frozen=True)
class Limit:
    """A row of the table: which clients cannot read which cases, and why."""

    clients: tuple[str, ...]
    applies: Callable[[Case], bool]
    reason: str


ZARR_PYTHON = ("mapper", "members", "url", "obstore", "dask")
# What xarray is asked for: groups whose arrays agree in their dimensions.
XARRAY_THEMES = (
    "dataset.nc",
    "datatree.nc",
    "tables",
    "odd-frames",
    "shapes",
    "sparse",
    "fills-v2.zarr",
    "fills-v3.zarr",
)
# xarray widens big-endian text of any Zarr store of version 2: four letters for each.
NOT_XARRAYS = "fills-v2.zarr/big-endian-text"

LIMITS: list[Limit] = [
    Limit(
        ("members",),
        lambda case: case.zarr_format == 2 and case.is_nested,
        "consolidated metadata of version 2 leave out nested structures, for zarr-python 3.1's sake",
    ),
    Limit(
        ZARR_PYTHON,
        lambda case: case.has_old_zarr and case.zarr_format == 2 and case.is_nested,
        "zarr-python 3.1 cannot read nested structures of version 2, not even its own",
    ),
    Limit(
        ("zarr2",),
        lambda case: any(character in case.path for character in "*["),
        "fsspec takes * and [ for patterns",
    ),
    Limit(
        ("zarrs",),
        lambda case: (
            case.kind in ("M", "m", "U", "S", "V", "struct", "bytes")
            or (case.kind == "text" and case.expected.size > 0)
        ),
        "the pipeline for Python reads numbers only",
    ),
    Limit(
        ("zarrs",),
        lambda case: case.zarr_format == 2 and case.kind == "c" and not _is_stored_v2(case),
        "no complex numbers of version 2 whose fill value is null",
    ),
    Limit(
        ("zarrs",),
        lambda case: case.zarr_format == 2 and "big-endian" in case.path and _is_stored_v2(case),
        "no big-endian chunks, which a store of version 2 may have",
    ),
]


def _is_stored_v2(case: Case) -> bool:
    """Whether a file's own chunks and metadata are sent."""
    return case.side == "disk" and case.path.startswith("fills-v2.zarr/")


def is_asked_of_xarray(path: str) -> bool:
    """Whether xarray is asked for an array."""
    return path.startswith(XARRAY_THEMES) and path != NOT_XARRAYS


def reason_why_not(case: Case) -> str:
    """Why a client cannot read a case; empty if it can."""
    reasons = (limit.reason for limit in LIMITS if case.client in limit.clients and limit.applies(case))
    return next(reasons, "")
