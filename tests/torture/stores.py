"""Zarr stores with every kind of fill value, missing chunks, and chunks larger than their array."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.storage import MemoryStore

from .theme import Leaves, Theme

FILLS: dict[str, tuple[str, Any]] = {
    "nan": ("<f8", np.nan),
    "nan16": ("<f2", np.nan),
    "infinity": ("<f4", np.inf),
    "negative-infinity": ("<f8", -np.inf),
    "negative-zero": ("<f8", -0.0),
    "third": ("<f4", np.float32(1) / 3),
    "minus": ("<i4", -7),
    "lowest": ("<i8", -(2**63)),
    "highest": ("<u8", 2**64 - 1),
    "byte": ("u1", 255),
    "true": ("?", True),
    "complex": ("<c16", complex(1.5, -2.25)),
    "complex-nan": ("<c8", complex(np.nan, 2)),
    "nat": ("<M8[ns]", np.datetime64("NaT", "ns")),
    "epoch": ("<M8[s]", np.datetime64(0, "s")),
    "moment": ("<M8[ms]", np.datetime64("1969-07-20T20:17:40", "ms")),
    "duration": ("<m8[us]", np.timedelta64(-1, "us")),
    "text": ("<U6", "näive"),
    "bytes": ("S3", b"a\xff"),
}
BIG_ENDIAN = {"minus": ">i4", "third": ">f4", "nat": ">M8[ns]", "text": ">U6"}


def partly(fill: Any, dtype: str) -> np.ndarray:
    """Seven elements of which the first two are written and all others are fill value."""
    array = np.full(7, fill, dtype)
    array[:2] = np.array([1, 0]).astype(dtype)
    return array


def leaves(zarr_format: int) -> Leaves:
    """The expected values of a store."""
    arrays = {name: partly(fill, dtype) for name, (dtype, fill) in FILLS.items()}
    if zarr_format == 2:
        arrays |= {
            f"big-endian-{name}": partly(FILLS[name][1], dtype) for name, dtype in BIG_ENDIAN.items()
        }
    arrays["varying-text"] = np.array(["", "日本語", "🦀" * 40, "x\0y", "no", "no", "no"], object)
    arrays["scalar"] = np.array(2.5)
    arrays["larger-chunks"] = np.arange(15, dtype="<i2").reshape(3, 5)
    arrays["never-written"] = np.full((4, 3), -1, "<i4")
    arrays["five"] = np.arange(2 * 3 * 2 * 2 * 3, dtype="<f4").reshape(2, 3, 2, 2, 3)
    arrays["zero"] = np.zeros((0, 3), "<f8")
    if zarr_format == 3:
        arrays["sharded"] = np.arange(12 * 6, dtype="<u2").reshape(12, 6)
    return arrays


def fill_store(store: Any, zarr_format: int) -> Any:
    """Write the arrays to a store; gives its group."""
    root = zarr.create_group(store, zarr_format=zarr_format)
    expected = leaves(zarr_format)
    for name in [*FILLS, *(f"big-endian-{name}" for name in BIG_ENDIAN)]:
        if name not in expected:
            continue
        fill = FILLS[name.removeprefix("big-endian-")][1]
        array = root.create_array(name, shape=7, chunks=2, dtype=expected[name].dtype, fill_value=fill)
        array[:2] = expected[name][:2]
    text = root.create_array("varying-text", shape=7, chunks=2, dtype=str, fill_value="no")
    text[:4] = expected["varying-text"][:4]
    chunks: dict[str, Any] = {
        "scalar": (),
        "larger-chunks": (8, 16),
        "five": (1, 2, 2, 1, 2),
        "zero": (1, 3),
    }
    for name, chunk_shape in chunks.items():
        values = expected[name]
        array = root.create_array(name, shape=values.shape, chunks=chunk_shape, dtype=values.dtype)
        array[...] = values
    root.create_array("never-written", shape=(4, 3), chunks=(2, 2), dtype="<i4", fill_value=-1)
    if zarr_format == 3:
        sharded = root.create_array("sharded", shape=(12, 6), shards=(6, 6), chunks=(2, 3), dtype="<u2")
        sharded[...] = expected["sharded"]
    return root


def _theme(zarr_format: int) -> Theme:
    def write(path: Path) -> None:
        fill_store(str(path), zarr_format)

    publish: Callable[[], Any] = lambda: fill_store(MemoryStore(), zarr_format)  # noqa: E731
    return Theme(lambda: leaves(zarr_format), publish, write)


THEMES: dict[str, Theme] = {"fills-v2.zarr": _theme(2), "fills-v3.zarr": _theme(3)}
