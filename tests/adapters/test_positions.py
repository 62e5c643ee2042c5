import numpy as np
import pytest
import tensorstore as ts

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.chunks import read_region
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from tests.nodes import chunks_of
from tests.store import open_node

SMALL = Policy(target_bytes=64)
LINE, PLANE = np.arange(40), np.arange(100).reshape(10, 10)


def served(obj, policy=SMALL):
    """All of an object, chunk by chunk; at least two of them, so that an origin would show."""
    array = adapt(obj, policy)
    whole = np.empty(array.shape, array.dtype)
    for region in chunks_of(array):
        whole[region] = read_region(array, region)
    return whole


def stored(values):
    return ts.array(values)


@pytest.mark.parametrize(
    "view",
    {
        "part": lambda t: t[1:9],
        "step": lambda t: t[3:39:2],
        "backwards": lambda t: t[39:0:-1],
        "moved": lambda t: t[ts.d[0].translate_to[-5]],
        "moved far": lambda t: t[ts.d[0].translate_by[1000]],
        "indices": lambda t: t[[5, 3, 30, 3, 1, 7, 8, 9, 10, 11]],
        "concatenated": lambda t: ts.concat([t[1:9], t[20:30]], axis=0),
        "resized bounds": lambda t: t[ts.d[0].mark_bounds_implicit[True]][2:30],
        "plane": lambda t: stored(PLANE)[2:9, 3:8],
        "transposed": lambda t: stored(PLANE)[2:9, 3:8].T,
        "labelled": lambda t: stored(PLANE)[ts.d[:].label["y", "x"]][2:9, 3:8],
        "diagonal": lambda t: stored(PLANE)[ts.d[0, 1].diagonal][2:9],
        "one row": lambda t: stored(PLANE)[3, 2:],
        "other dtype": lambda t: ts.cast(t[3:], ts.float32),
    }.values(),
)
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_views_of_tensorstore_are_read_by_position(view, zarr_format):
    expected = view(stored(LINE))
    got = open_node(adapt(expected, SMALL), zarr_format)[...]
    np.testing.assert_array_equal(got, expected.read().result())
    assert got.dtype == expected.dtype.numpy_dtype


def test_labels_of_tensorstore_are_the_names_of_dimensions():
    labelled = stored(PLANE)[ts.d[:].label["y", "x"]]
    assert adapt(labelled, SMALL).dimension_names == ("y", "x")
    assert adapt(stored(PLANE)[ts.d[1].label["x"]], SMALL).dimension_names == (None, "x")
    assert adapt(stored(PLANE), SMALL).dimension_names is None


class Proxy:
    """What another library's array might be: elements by `get`, and the whole by NumPy."""

    def __init__(self, values, get):
        self.values, self.get = np.asarray(values), get
        self.shape, self.dtype = self.values.shape, self.values.dtype

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)

    def __getitem__(self, key):
        return self.get(self.values, key)


def counting_from(origin, *, strict):
    def get(values, key):
        starts, stops = key.start - origin, key.stop - origin
        if strict and not 0 <= starts <= stops <= len(values):
            raise IndexError(key)
        return values[max(0, starts) : max(0, stops)]

    return get


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("origin", [-3, 0, 1, 8, 100])
def test_an_origin_that_an_object_does_not_tell_shifts_nothing(origin, strict):
    obj = Proxy(LINE, counting_from(origin, strict=strict))
    np.testing.assert_array_equal(served(obj), LINE)
    np.testing.assert_array_equal(served(obj, Policy()), LINE)


def test_labels_that_include_the_end_shift_nothing():
    np.testing.assert_array_equal(served(Proxy(LINE, lambda v, key: v[key.start : key.stop + 1])), LINE)


class Labelled(Proxy):
    """A series whose own index is no position, as of libraries that are made like pandas."""

    def __getitem__(self, key):
        return self.values[::-1][key]

    @property
    def iloc(self):
        return self.values


def test_labels_give_way_to_positions_where_an_object_has_both():
    np.testing.assert_array_equal(served(Labelled(LINE, None)), LINE)


def test_an_object_without_elements_has_no_ends_to_be_asked_for():
    assert served(Proxy(LINE[:0], counting_from(5, strict=True))).shape == (0,)


class Decoding(Proxy):
    """A variable of a library that is known to scale and mask as it reads."""

    __module__ = "netCDF4._netCDF4"


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_what_reading_scales_is_served_as_it_is_read(zarr_format):
    scaled = Decoding(LINE.astype("i2"), lambda values, key: values[key] * 0.5)
    got = open_node(adapt(scaled, SMALL), zarr_format)[...]
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, LINE * 0.5)


def test_no_elements_of_another_dtype_do_not_mislead():
    naive = Decoding(LINE, lambda values, key: values[key] if key.stop > key.start else np.array([]))
    assert adapt(naive, SMALL).dtype == LINE.dtype
    np.testing.assert_array_equal(served(naive), LINE)


def test_what_is_read_differently_from_place_to_place_is_refused():
    halves = Proxy(LINE, lambda values, key: values[key] if key.start < 8 else values[key] * 0.5)
    with pytest.raises(Unreadable, match="float64 where int64 was announced"):
        served(halves)


def test_nothing_is_read_before_a_chunk_and_the_ends_only_once():
    asked = []
    obj = Proxy(LINE, lambda values, key: (asked.append(key), values[key])[1])
    array = adapt(obj, Policy())
    assert asked == []
    read_region(array, (slice(0, len(LINE)),))
    assert len(asked) == 1, "the whole of it shows by itself that it begins at 0"
    read_region(array, (slice(0, 4),))
    read_region(array, (slice(4, 8),))
    assert len(asked) == 5  # the ends once, and twice what was asked for
