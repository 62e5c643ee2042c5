import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.core import strided
from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.grid import region_shape
from jupyter_zarr_serve.core.strided import read_strided, strided_bytes

DTYPES = ["u1", "<i2", ">f8", ">c16", "S3", ">U2", "V5", "M8[s]", [("a", ">i4"), ("b", "f4", (2,))]]


class Bytes:
    """A file of known bytes that counts what is read of it."""

    def __init__(self, array, order="C", offset=0):
        self.data = b"x" * offset + array.tobytes(order)
        self.reads = []

    def __call__(self, offset, length):
        assert 0 <= offset <= offset + length <= len(self.data)
        self.reads.append(length)
        return self.data[offset : offset + length]


def everything(shape):
    return tuple(slice(0, n) for n in shape)


@st.composite
def shapes_and_regions(draw, steps):
    shape = draw(st.lists(st.integers(0, 7), max_size=4).map(tuple))
    ends = [sorted((draw(st.integers(0, n)), draw(st.integers(0, n)))) for n in shape]
    return shape, tuple(slice(a, b, draw(steps)) for a, b in ends)


@given(
    shapes_and_regions(st.none()) | shapes_and_regions(st.none() | st.integers(1, 8)),
    st.sampled_from(["C", "F"]),
    st.sampled_from(DTYPES),
    st.integers(0, 9),
    st.sampled_from([0, 16, 4096]),
)
def test_regions_equal_slices_of_the_array(shape_and_region, order, dtype, offset, page):
    shape, region = shape_and_region
    dtype = np.dtype(dtype)
    rng = np.random.default_rng(0)
    array = rng.integers(0, 100, math.prod(shape) * dtype.itemsize, np.uint8).view(dtype).reshape(shape)
    file = Bytes(array, order, offset)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strided, "_PAGE", page)
        patch.setattr(strided, "_MAX_SLAB", 64)
        got = read_strided(file, offset, shape, dtype, region, order=order)
        told = strided_bytes(shape, dtype.itemsize, region, order=order)
    assert got.dtype == dtype
    assert got.shape == region_shape(region)
    assert sum(file.reads) <= told, "it costs more than it is said to"
    assert got.tobytes() == np.asarray(array[(*region, ...)]).tobytes()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (2, 3, 4)])
def test_whole_array_is_one_read_of_its_size(shape, order):
    array = np.arange(math.prod(shape), dtype="f8").reshape(shape)
    file = Bytes(array, order)
    np.testing.assert_array_equal(
        read_strided(file, 0, shape, array.dtype, everything(shape), order=order), array
    )
    assert file.reads == [array.nbytes]


def test_rows_of_a_table_are_one_read():
    array = np.arange(6000.0).reshape(1000, 6)
    file = Bytes(array)
    read_strided(file, 0, array.shape, array.dtype, (slice(10, 20), slice(0, 6)))
    assert file.reads == [10 * 6 * 8]


def test_few_bytes_between_runs_are_read_over():
    array = np.zeros((100, 100), "u2")
    file = Bytes(array)
    read_strided(file, 0, array.shape, array.dtype, (slice(0, 50), slice(25, 75)))
    assert len(file.reads) == 1
    assert sum(file.reads) < 2 * 50 * 50 * 2


def test_many_bytes_between_runs_are_not_read():
    array = np.zeros((100, 100_000), "u1")
    file = Bytes(array)
    read_strided(file, 0, array.shape, array.dtype, (slice(0, 100), slice(5, 15)))
    assert file.reads == [10] * 100


def test_elements_that_lie_far_apart_are_read_alone():
    array = np.arange(100_000, dtype="u2")
    file = Bytes(array)
    far = (slice(7, 100_000, 10_000),)
    np.testing.assert_array_equal(read_strided(file, 0, array.shape, array.dtype, far), array[far])
    assert file.reads == [2] * 10
    assert strided_bytes(array.shape, 2, far) == 10 * 4096
    near = (slice(0, 100_000, 1000),)
    read_strided(file, 0, array.shape, array.dtype, near)
    assert file.reads[10:] == [99 * 2000 + 2] == [strided_bytes(array.shape, 2, near)]


def test_planes_of_a_stack_are_slabs():
    array = np.zeros((20, 256, 256), "u1")
    file = Bytes(array)
    read_strided(file, 0, array.shape, array.dtype, (slice(0, 20), slice(0, 64), slice(64, 192)))
    assert len(file.reads) == 20
    assert sum(file.reads) <= 4 * 20 * 64 * 128


def test_no_read_exceeds_the_slab_size_unless_all_of_it_is_wanted(monkeypatch):
    monkeypatch.setattr(strided, "_MAX_SLAB", 10_000)
    array = np.arange(200 * 300).reshape(200, 300)
    file = Bytes(array)
    region = (slice(0, 200), slice(1, 300))
    np.testing.assert_array_equal(read_strided(file, 0, array.shape, array.dtype, region), array[region])
    assert max(file.reads) <= 10_000
    assert len(file.reads) < 60


def test_a_single_run_is_not_copied():
    array = np.arange(100)
    block = read_strided(Bytes(array), 0, array.shape, array.dtype, (slice(10, 20),))
    assert isinstance(block.base, bytes)


def test_empty_region_reads_nothing():
    file = Bytes(np.zeros((3, 4)))
    block = read_strided(file, 0, (3, 4), np.dtype("f8"), (slice(1, 1), slice(0, 4)))
    assert block.shape == (0, 4)
    assert file.reads == []


def test_objects_are_never_read_from_bytes():
    for dtype in (np.dtype(object), STRING, np.dtype([("a", object)])):
        with pytest.raises(Unreadable, match="outside the array"):
            read_strided(lambda at, n: bytes(n), 0, (4,), dtype, (slice(0, 2),))
