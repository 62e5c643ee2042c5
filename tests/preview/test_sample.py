"""Previews of what is too large to be read show all of it where the source reads single elements."""

from mmap import ACCESS_READ, mmap

import numpy as np
import pytest
import xarray as xr

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.grid import region_shape
from jupyter_zarr_serve.core.nodes import Array, Policy, make_array
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.preview.sample import LIMIT_BYTES
from jupyter_zarr_serve.serve.request import IMAGE, LINE, NODE
from tests.preview.pictures import pixels_of
from tests.serve.test_forms import ask, told

FILES = [
    ("C", "f8", (3000, 5000)),
    ("F", "f8", (3000, 5000)),
    ("C", "u1", (5, 4100, 4100)),
    ("F", "u2", (40, 3000, 3000)),
    ("C", "u1", (3, 7_000_000)),
    ("C", "u1", (2400, 2400, 3)),
]


def gradient(shape, dtype="f8", **fields) -> tuple[Array, list[int]]:
    """An endless array that grows to the right from 0 to 1, or 255, and the bytes that were read of it."""
    read: list[int] = []
    axis = -2 if shape[-1] == 3 else -1

    def make(region):
        block = np.empty(region_shape(region), dtype)
        read.append(block.nbytes)
        part = region[axis]
        ramp = np.arange(part.start, part.stop, part.step or 1) / shape[axis]
        block[...] = ramp * (255 if dtype == "u1" else 1) if axis == -1 else ramp[:, None] * 255
        return block

    return make_array(shape, np.dtype(dtype), Reading(make, sample=make), Policy(), **fields), read


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((10**6, 10**6), "f8"), ((3, 7, 2000, 10**5), "f8"), ((10**5, 10**5, 3), "u1"), ((1, 10**9), "f8"),
     ((10**5, 10**5), "c16"), ((4096, 4097), "u1")],
)  # fmt: skip
def test_the_whole_is_drawn(shape, dtype):
    array, read = gradient(shape, dtype)
    picture = pixels_of(ask(array, IMAGE).body)[..., 0].astype(int)
    assert sum(read) <= LIMIT_BYTES
    assert 128 < picture.shape[1] <= 256
    ends = picture[0, 0], picture[0, -1]
    assert ends[0] <= 2, "the beginning is not drawn"
    assert ends[1] >= 252, "the end is not drawn"
    assert (np.diff(picture[0]) >= 0).all()
    image = told(array, NODE)["previews"]["image"]
    y, x = image["axes"]
    assert image["region"][x] == [0, shape[x]]
    assert image["step"] == max(image["step"], 2) <= max(shape[y], shape[x]) // 250


def test_what_fits_is_read_whole():
    array, read = gradient((4096, 512))
    ask(array, IMAGE)
    assert read == [LIMIT_BYTES]


def test_no_more_is_sampled_than_a_picture_needs():
    array, read = gradient((10**5, 10**5), "u1")
    ask(array, IMAGE)
    assert sum(read) <= 1 << 20


@pytest.mark.parametrize("points", [1, 800, 1000])
def test_all_of_a_line_is_known(points):
    array, read = gradient((10**9,))
    found = told(array, LINE, points=points)
    assert sum(read) <= LIMIT_BYTES
    assert sum(read) == 8 * 10**6
    assert found["is_sampled"]
    assert len(found["min"]) <= points < 1.01 * len(found["min"])
    starts = np.arange(len(found["min"])) * found["step"] / 10**9
    np.testing.assert_allclose(found["min"], starts, atol=1e-12)
    stops = np.minimum(starts + found["step"] / 10**9, 1)
    assert (np.array(found["max"]) > stops - 1001 / 10**9).all()
    assert (np.array(found["max"]) < stops).all()


def test_a_range_of_a_line_begins_where_it_should():
    array, _ = gradient((10**9,))
    found = told(array, LINE, start=5 * 10**8 + 1, stop=6 * 10**8, points=1000)
    assert found["min"][0] == pytest.approx(0.5 + 1e-9, abs=1e-12)
    assert len(found["min"]) == 1000


def counted(monkeypatch) -> list[int]:
    """The sizes of all reads of files, of which none costs less than a page."""
    from jupyter_zarr_serve.readers import npy

    sizes: list[int] = []
    opened = npy.open_at

    class Counting:
        def __init__(self, path):
            self._opened = opened(path)

        def __enter__(self):
            read_at = self._opened.__enter__()
            return lambda at, size: sizes.append(max(size, 4096)) or read_at(at, size)

        def __exit__(self, *error):
            return self._opened.__exit__(*error)

    monkeypatch.setattr(npy, "open_at", Counting)
    return sizes


@pytest.mark.parametrize(("order", "dtype", "shape"), FILES)
def test_files_are_drawn_whole_from_few_bytes(tmp_path, monkeypatch, order, dtype, shape):
    from jupyter_zarr_serve.readers.npy import read

    axis = -2 if shape[-1] == 3 else -1
    ramp = (np.arange(shape[axis]) * 200 / shape[axis]).astype(dtype)
    values = np.lib.format.open_memmap(tmp_path / "a.npy", "w+", dtype, shape, order == "F")
    values[...] = ramp if axis == -1 else ramp[:, None]
    del values
    array = read(tmp_path / "a.npy", Policy())
    sizes = counted(monkeypatch)
    picture = pixels_of(ask(array, IMAGE).body)[..., 0].astype(int)
    assert sum(sizes) <= LIMIT_BYTES
    assert picture.shape[1] >= 64
    assert (np.diff(picture[0]) >= 0).all()
    step = told(array, NODE)["previews"]["image"]["step"]
    at = (np.arange(picture.shape[1] + 1) * shape[axis] // picture.shape[1]).clip(0, shape[axis] - 1)
    if axis == -2:
        low, high = ramp[at[:-1]].astype(int) - 1, ramp[(at[1:] + step).clip(0, shape[axis] - 1)] + 1
        assert (low <= picture[0]).all()
        assert (picture[0] <= high).all()
    assert picture[0, 0] <= 3
    assert picture[0, -1] >= (245 if axis == -1 else 195)


@pytest.mark.parametrize(("points", "runs"), [(10, 10), (800, 800), (10_000, 1024)])
def test_a_line_of_a_file_comes_from_runs_all_along_it(tmp_path, monkeypatch, points, runs):
    from jupyter_zarr_serve.readers.npy import read

    length = 5_000_000
    np.save(tmp_path / "a.npy", np.arange(float(length)))
    array = read(tmp_path / "a.npy", Policy())
    sizes = counted(monkeypatch)
    found = told(array, LINE, points=points)
    assert sum(sizes) <= LIMIT_BYTES
    assert len(sizes) == len(found["min"]) == runs
    assert found["min"] == [at * found["step"] for at in range(runs)]
    run = LIMIT_BYTES // runs // 8
    assert found["max"] == [min(low + run, length) - 1 for low in found["min"]]


@pytest.mark.parametrize("wrap", [np.asarray, xr.DataArray, lambda it: xr.DataArray(np.asarray(it))])
def test_mapped_is_mapped_whatever_is_around_it(tmp_path, wrap):
    np.save(tmp_path / "a.npy", np.zeros((300, 300)))
    known = adapt(np.load(tmp_path / "a.npy", mmap_mode="r"), Policy()).reading.cost
    assert known is not None
    node = adapt(wrap(np.load(tmp_path / "a.npy", mmap_mode="r")), Policy())
    array = node if isinstance(node, Array) else next(iter(node.children.values()))
    part = (slice(0, 300, 10), slice(0, 300, 10))
    assert array.reading.cost is not None
    assert array.reading.cost(part) == known(part)


def test_a_mapped_buffer_is_read_as_a_file(tmp_path):
    (tmp_path / "a.bin").write_bytes(bytes(4096))
    with (tmp_path / "a.bin").open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as buffer:
        array = adapt(np.frombuffer(buffer, "u1"), Policy())
        assert array.reading.cost is not None
        del array


def test_a_mapped_variable_is_read_as_a_file(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((3000, 3000)))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    for variable, is_known in ((mapped, True), (mapped[:, ::2], False), (np.zeros((2, 2)), False)):
        node = adapt(variable, Policy())
        assert isinstance(node, Array)
        assert (node.reading.cost is not None) is is_known
    assert adapt(mapped[:, ::2], Policy()).reading.sample is None
    whole = adapt(mapped, Policy()).reading.cost
    assert whole((slice(0, 3000, 10), slice(0, 3000, 10))) == 300 * 3000 * 8 - 300 * 9 * 8
