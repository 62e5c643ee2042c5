"""What tensorstore, zarrita, zarr.js and GDAL cannot do with any server, and why."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.clients.cannot import Case, Limit

TENSORSTORE, ZARRITA, ZARR_JS, GDAL = ("tensorstore",), ("zarrita", "browser"), ("zarr.js",), ("gdal",)
GDAL_DTYPES = {"b1": "u1", "i1": "<i2", "f2": "<f4"}
UNLISTED = re.compile("[^!-~]|[&'\"<>]")
HIGHEST = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class NativeCase(Case):
    """An array that a client is asked to read, perhaps in a view."""

    view: str = ""

    @property
    def seen(self) -> np.ndarray:
        """The values as far as the client can show them."""
        return as_gdal(self.expected) if self.client in GDAL else self.expected

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def is_stored(self) -> bool:
        """Whether the chunks come from a store as they are, and the absent ones are absent."""
        is_respelled = self.zarr_format == 2 and not self.path.startswith("fills-v2")
        return self.side == "disk" and self.path.startswith("fills-") and not self.view and not is_respelled

    @property
    def is_listed(self) -> bool:
        """Whether GDAL finds it by listing a folder: there are no consolidated metadata."""
        return self.side == "disk" and self.path.startswith(("names/", "tables/"))

    @property
    def is_zstd(self) -> bool:
        """Whether the chunks are compressed as a store of version 3 has them."""
        is_respelled = self.view and self.name in {"nan16", "complex", "complex-nan"}
        return self.side == "disk" and "-v3.zarr/" in self.path and not is_respelled


@dataclass(frozen=True)
class Misreading:
    """A row of the other table: which clients misread which cases, and what they make of the values.

    Without `reading` they are wrong in a way that is not worth its code.
    """

    clients: tuple[str, ...]
    applies: Callable[[NativeCase], bool]
    reason: str
    reading: Callable[[np.ndarray], np.ndarray] | None = None


def _is_empty(case: NativeCase) -> bool:
    return case.expected.size == 0


def _has_nul(case: NativeCase) -> bool:
    return case.kind == "U" and any("\0" in text for text in case.expected.flat)


def _has_times(dtype: np.dtype) -> bool:
    return any(dtype[name].kind in "mM" for name in dtype.names or ())


def _is_stored_fill(case: NativeCase, *names: str) -> bool:
    return case.is_stored and case.name in names


def _is_declared_v2_fill(case: NativeCase, *names: str) -> bool:
    """Whether version 2 declares the fill value: it does for what is stored in version 2."""
    return case.zarr_format == 2 and case.path.startswith("fills-v2") and _is_stored_fill(case, *names)


LIMITS: list[Limit] = [
    Limit(TENSORSTORE, lambda case: case.kind in {*"MmU", "text", "bytes"}, "no times, no text"),
    Limit(
        TENSORSTORE, lambda case: case.kind == "struct", "structures of numbers alone, and field by field"
    ),
    Limit(
        TENSORSTORE,
        lambda case: case.kind in "SV",
        "no fixed bytes in version 3; in version 2 its characters cannot become NumPy's",
    ),
    Limit(ZARRITA, _is_empty, "reads no array without elements"),
    Limit(ZARRITA, lambda case: case.kind in {*"MmcV", "bytes", "struct"}, "has no such data type"),
    Limit(
        ZARRITA,
        lambda case: case.zarr_format == 3 and case.kind in "US",
        "has no such data type in version 3",
    ),
    Limit(
        ("zarrita",),
        lambda case: case.expected.dtype == np.float16,
        "the engine has no Float16Array before version 24",
    ),
    Limit(
        ZARRITA,
        lambda case: _is_declared_v2_fill(case, "bytes"),
        "takes the base64 of a fill value for its bytes",
    ),
    Limit(ZARR_JS, lambda case: case.kind not in "biuf", "numbers only"),
    Limit(
        ZARR_JS,
        lambda case: case.expected.dtype.str[1:] in {"i8", "u8", "f2"},
        "no 64-bit integers, no float16",
    ),
    Limit(ZARR_JS, lambda case: case.expected.ndim == 0, "no arrays without dimensions"),
    Limit(
        ZARR_JS,
        lambda case: case.is_zstd and not _is_empty(case),
        "has no zstd, which zarr-python writes and which is passed through",
    ),
    Limit(ZARR_JS, lambda case: _is_declared_v2_fill(case, "true"), "cannot fill booleans"),
    Limit(GDAL, _is_empty, "refuses a length of 0"),
    Limit(GDAL, lambda case: case.kind in {*"mMV", "text", "bytes"}, "has no such data type"),
    Limit(
        GDAL,
        lambda case: case.kind == "struct" and _has_times(case.expected.dtype),
        "no times in structures",
    ),
    Limit(
        GDAL, lambda case: _is_declared_v2_fill(case, "complex", "complex-nan"), "no complex fill values"
    ),
    Limit(
        GDAL,
        lambda case: case.is_nested and not case.view,
        "consolidated metadata of version 2 leave out nested structures",
    ),
    Limit(
        GDAL,
        lambda case: case.is_listed and UNLISTED.search(case.path) is not None,
        "does not decode listings",
    ),
    Limit(
        GDAL,
        lambda case: case.path.startswith("deep/") and case.side == "kernel",
        "does not descend as deep in consolidated metadata",
    ),
]

MISREADINGS: list[Misreading] = [
    Misreading(
        ZARRITA,
        lambda case: case.zarr_format == 2 and _has_nul(case),
        "drops NUL characters of fixed text",
        lambda texts: np.array([text.replace("\0", "") for text in texts.flat], texts.dtype),
    ),
    Misreading(
        ZARRITA,
        lambda case: _is_stored_fill(case, "highest"),
        "JSON's numbers are float64 in JavaScript: the fill value 2^64 - 1 becomes 2^64, that is 0",
        lambda values: np.where(values == HIGHEST, np.uint64(0), values),
    ),
    Misreading(
        GDAL,
        lambda case: _is_declared_v2_fill(case, "highest"),
        "takes fill values for signed integers",
        lambda values: np.where(values == HIGHEST, HIGHEST // 2, values),
    ),
    Misreading(
        GDAL,
        lambda case: _is_declared_v2_fill(case, "text", "big-endian-text"),
        "takes fill values for base64",
    ),
    Misreading(
        GDAL,
        lambda case: not case.is_listed and " " in case.path,
        "does not encode paths: asks for other chunks or none, and fills",
        np.zeros_like,
    ),
]


def as_gdal(values: np.ndarray) -> np.ndarray:
    """The values as GDAL's JSON can show them.

    GDAL has no bool, int8 and float16 and gives them wider; it prints -0.0 as 0 and every NaN alike; its
    text, which fixed bytes are too, ends at the first NUL.
    """
    if values.dtype.names:
        fields = {name: as_gdal(values[name]) for name in values.dtype.names}
        whole = np.empty(values.shape, [(name, field.dtype) for name, field in fields.items()])
        for name, field in fields.items():
            whole[name] = field
        return whole
    if values.dtype.kind in "US":
        return np.array([_up_to_nul(value) for value in values.flat], object).reshape(values.shape)
    if values.dtype.kind in "fc":
        return _without_signs(values.astype(GDAL_DTYPES.get(values.dtype.str[1:], values.dtype)))
    return values.astype(GDAL_DTYPES.get(values.dtype.str[1:], values.dtype))


def _up_to_nul(value: str | bytes) -> str:
    text = value.decode(errors="surrogateescape") if isinstance(value, bytes) else value
    return text.partition("\0")[0]


def _without_signs(values: np.ndarray) -> np.ndarray:
    """Zeros without signs, NaNs without payloads."""
    parts = values.reshape(-1).view(f"<f{values.real.itemsize}") + 0.0
    return (
        np.where(np.isnan(parts), parts.dtype.type(np.nan), parts).view(values.dtype).reshape(values.shape)
    )


def reason_why_not(case: NativeCase) -> str:
    """Why a client cannot read a case; empty if it can."""
    return next((row.reason for row in LIMITS if case.client in row.clients and row.applies(case)), "")


def misreading_of(case: NativeCase) -> Misreading | None:
    """How a client misreads a case; None if it does not."""
    return next((row for row in MISREADINGS if case.client in row.clients and row.applies(case)), None)
