"""Every shape and memory layout, saved as ``.npy`` and published as it is; and arrays of 10^9 elements."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .theme import Leaves, Theme

HUGE = 10**9
Samples = list[tuple[slice, np.ndarray]]


def arrays() -> Leaves:
    """By the name of the file; views are views in a kernel."""
    cube = np.arange(4 * 6 * 5, dtype="<i2").reshape(4, 6, 5)
    return {
        "scalar.npy": np.array(-7.25),
        "scalar-text.npy": np.array("näive"),
        "zero.npy": np.zeros(0, "<i4"),
        "zero-inside.npy": np.zeros((3, 0, 2), "<f8"),
        "zero-all.npy": np.zeros((0, 0), "?"),
        "one.npy": np.array([42], "u1"),
        "ones.npy": np.full((1, 1, 1), 1.5, "<f4"),
        "prime.npy": np.arange(97, dtype="<u2"),
        "five.npy": np.arange(2 * 3 * 1 * 2 * 5, dtype="<i8").reshape(2, 3, 1, 2, 5),
        "edges.npy": (np.arange(701 * 1003, dtype="<u4") % 65_521).astype("<u2").reshape(701, 1003),
        "edges-float.npy": np.sin(np.arange(131 * 1009, dtype="<f8")).reshape(131, 1009),
        "fortran.npy": np.asfortranarray(cube),
        "fortran-big-endian.npy": np.asfortranarray(cube.astype(">f4")),
        "transposed.npy": cube.T,
        "strided.npy": cube[::2, 1::3, ::-2],
        "reversed.npy": cube[::-1, ::-1, ::-1],
        "swapped.npy": cube.swapaxes(0, 1)[1:],
        "broadcast.npy": np.broadcast_to(np.array([1.5, np.nan, -0.0]), (4, 3)),
        "broadcast-scalar.npy": np.broadcast_to(np.array(3, ">i2"), (5, 5)),
        "unaligned.npy": np.frombuffer(b"x" + bytes(range(24)), "<i4", offset=1),
        "field.npy": np.array([(1, 2.5), (3, -4.5)], [("a", "i1"), ("b", "<f8")])["b"],
        "sliding.npy": np.lib.stride_tricks.sliding_window_view(np.arange(7, dtype="<i2"), 3),
    }


def write(folder: Path) -> None:
    """Each array as a file."""
    folder.mkdir()
    for name, array in arrays().items():
        np.save(folder / name, array)


def _huge_zeros() -> Any:
    return np.broadcast_to(np.zeros((), "i1"), HUGE)


def _huge_file(path: Path) -> None:
    """A file with a hole: its size is 10^9, its content next to nothing."""
    header = {"descr": "|i1", "fortran_order": False, "shape": (HUGE,)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + HUGE)


def _huge_lazy() -> Any:
    import dask.array as da

    return da.arange(HUGE, chunks=10**6, dtype="i8")


def samples() -> dict[str, Samples]:
    """Parts of the arrays that are too large to be read, and their values."""

    def parts(make: Callable[[int, int], np.ndarray]) -> Samples:
        bounds = [(0, 3), (500_000_000, 500_000_005), (HUGE - 2, HUGE)]
        return [(slice(start, stop), make(start, stop)) for start, stop in bounds]

    return {
        "huge.npy": parts(lambda start, stop: np.zeros(stop - start, "i1")),
        "huge-lazy": parts(lambda start, stop: np.arange(start, stop, dtype="<i8")),
    }


THEMES: dict[str, Theme] = {
    "shapes": Theme(arrays, arrays, write),
    "huge.npy": Theme(dict, _huge_zeros, _huge_file),
    "huge-lazy": Theme(dict, _huge_lazy),
}
