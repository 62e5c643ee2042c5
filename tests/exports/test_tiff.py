"""TIFF that tifffile reads back, whatever the region and dtype; and of which nobody holds the pixels."""

import io
import tracemalloc

import numpy as np
import pytest
import tifffile

from jupyter_zarr_serve.core.nodes import Policy, make_array
from jupyter_zarr_serve.readers import open_file
from tests.exports.parts import file, plan, refusal


def read(obj, **options):
    return tifffile.imread(io.BytesIO(file(obj, "tiff", **options)))


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u1", ">i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"]
)
@pytest.mark.parametrize("shape", [(5, 7), (3, 5, 7), (2, 3, 5, 7), (1, 1), (1, 5, 7)])
def test_it_reads_back(dtype, shape):
    values = (np.arange(np.prod(shape)) % 100).reshape(shape).astype(dtype)
    found = read(values)
    assert found.shape == shape
    assert (found == values).all()


def test_a_region_reads_back():
    values = np.arange(4 * 50 * 60, dtype="u2").reshape(4, 50, 60)
    assert (read(values, region="2,10:20") == values[2, 10:20]).all()
    assert (read(values, region=":,3") == values[:, 3]).all()


def test_colours():
    values = (np.arange(20 * 30 * 3) % 250).astype("u1").reshape(20, 30, 3)
    with tifffile.TiffFile(io.BytesIO(file(values, "tiff"))) as tiff:
        assert tiff.pages[0].photometric == tifffile.PHOTOMETRIC.RGB
        assert (tiff.asarray() == values).all()
    stack = np.stack([values, values[::-1]])
    assert (read(stack) == stack).all()


def test_a_large_file_takes_little_memory():
    image = make_array((4, 40_000, 40_000), np.dtype("u2"), lambda region: pytest.fail("read"), Policy())
    tracemalloc.start()
    told = plan(image, "tiff")
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()
    assert sum(told["sizes"]) > 4 * 40_000 * 40_000 * 2
    assert max(told["sizes"]) <= 64 << 20


@pytest.mark.parametrize(
    ("obj", "status"),
    [(np.zeros(5), 422), (np.zeros((0, 5)), 422), (np.array([["a"]]), 422), ({"a": np.zeros((2, 2))}, 400)],
)
def test_what_it_cannot_hold(obj, status):
    found, message = refusal(obj, "tiff")
    assert (found, "export" in message) == (status, True), message


@pytest.mark.parametrize(("photometric", "shape"), [("miniswhite", (20, 30)), ("separated", (20, 30, 4))])
def test_what_looks_otherwise_than_its_numbers_stays_so(tmp_path, photometric, shape):
    values = (np.arange(np.prod(shape)) % 250).astype("u1").reshape(shape)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric=photometric)
    body = file(open_file(tmp_path / "a.tif", Policy()), "tiff")
    with tifffile.TiffFile(io.BytesIO(body)) as tiff:
        assert tiff.pages[0].photometric.name.lower() == photometric
        assert (tiff.asarray() == values).all()
