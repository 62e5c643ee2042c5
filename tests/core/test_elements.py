import numpy as np
import pytest

from jupyter_zarr_serve.core.chunks import read_region
from jupyter_zarr_serve.core.dtypes import BYTES, STRING, canonical
from jupyter_zarr_serve.core.elements import converted
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy, make_array
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.preview.thumbnail import thumbnail
from jupyter_zarr_serve.preview.values import stats
from jupyter_zarr_serve.views.drawn import drawn
from jupyter_zarr_serve.views.ome import ome
from jupyter_zarr_serve.views.portable import portable

ALL = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
ALL += ["M8[s]", "M8[ns]", "m8[s]", "m8[ms]", "U3", "S3", "V3"]
TEXT = np.dtypes.StringDType(na_object=None)


@pytest.mark.parametrize("announced", ALL)
@pytest.mark.parametrize("given", ALL)
def test_only_the_very_dtype_passes_in_any_byte_order(given, announced):
    block = np.zeros(2, np.dtype(given).newbyteorder(">"))
    if given == announced:
        assert converted(block, np.dtype(announced)).dtype == np.dtype(announced)
        return
    with pytest.raises(Unreadable, match=r"where .* was announced"):
        converted(block, np.dtype(announced))


@pytest.mark.parametrize(
    ("block", "dtype"),
    [
        (np.array(["a", "bb"], "U9"), "U2"),
        (np.array(["a", "bb"]), "U9"),
        (np.array([b"a"], "S9"), "S1"),
        (np.array(["a", "é"]), STRING),
        (np.array(["a", "é"], object), STRING),
        (np.array(["a", "é"], TEXT), STRING),
        (np.array([b"a", b"bb"]), BYTES),
        (np.array([(1, 2.5)], [("x", ">i4"), ("y", "f8")]), [("x", "i4"), ("y", "f8")]),
    ],
)
def test_equal_values_in_another_form_pass(block, dtype):
    served = canonical(np.dtype(dtype))
    got = converted(block, served)
    assert got.dtype == served
    assert got.tolist() == block.tolist()


@pytest.mark.parametrize(
    ("block", "dtype"),
    [
        (np.array(["a", "bbb"]), "U2"),
        (np.array([b"a", b"bbb"]), "S2"),
        (np.array(["a", None], object), STRING),
        (np.array(["a", np.nan], object), STRING),
        (np.array(["a", 1], object), STRING),
        (np.array([b"a"]), STRING),
        (np.array([1]), STRING),
        (np.array([b"a", "a"], object), BYTES),
        (np.array([b"a", None], object), BYTES),
        (np.array([b"a", 0], object), BYTES),
        (np.array(["a"]), BYTES),
        (np.array([(1, 2.5)], [("x", "i8"), ("y", "f8")]), [("x", "i4"), ("y", "f8")]),
        (np.array([(1, 2.5)], [("x", "i4"), ("z", "f8")]), [("x", "i4"), ("y", "f8")]),
        (np.array([(1, 2.5, 1)], [("x", "i4"), ("y", "f8"), ("z", "u1")]), [("x", "i4"), ("y", "f8")]),
        (np.array([1]), [("x", "i4"), ("y", "f8")]),
        (np.array([1], object), "i8"),
    ],
)
def test_other_values_are_refused_by_the_names_of_both_dtypes(block, dtype):
    with pytest.raises(Unreadable, match=r"gave elements of .* where .* was announced; .*publish it again"):
        converted(block, canonical(np.dtype(dtype)))


def lying(**functions):
    """An image of int16 that reads as its half."""

    def read(region):
        return np.ones((64, 64))[region] * 0.5

    return make_array((64, 64), np.dtype("i2"), Reading(read, **functions), Policy())


@pytest.mark.parametrize("sample", [False, True])
@pytest.mark.parametrize("view", ["", "portable", "ome", "drawn"])
def test_no_view_and_no_preview_shows_what_was_not_announced(view, sample):
    array = lying()
    if sample:
        array = lying(sample=array.read)
    with pytest.raises(Unreadable, match="float64 where int16 was announced"):
        read_seen(array, view)


def read_seen(array, view):
    """All of an array in a view; of levels, the finest."""
    views = {"": lambda node: node, "portable": portable, "drawn": drawn, "ome": ome}
    seen = views[view](array)
    level = seen.children["0"] if isinstance(seen, Group) else seen
    return read_region(level, tuple(slice(0, n) for n in level.shape))


@pytest.mark.parametrize("sample", [False, True])
@pytest.mark.parametrize("tell", [stats, thumbnail])
def test_samples_of_another_dtype_are_refused(tell, sample):
    array = lying(sample=lying().read) if sample else lying()
    with pytest.raises(Unreadable, match="float64 where int16 was announced"):
        tell(array)


def test_masked_elements_are_never_shown_as_what_lies_beneath():
    masked = np.ma.masked_array([1, 2], [False, True])
    array = make_array((2,), masked.dtype, lambda region: masked[region], Policy())
    with pytest.raises(Unreadable, match="masked"):
        read_region(array, (slice(0, 2),))
    assert read_region(array, (slice(0, 1),)).tolist() == [1]
