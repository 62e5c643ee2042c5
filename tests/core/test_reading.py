"""One function wraps all ways to read an array."""

import numpy as np

from jupyter_zarr_serve.core.chunks import read_through
from jupyter_zarr_serve.core.nodes import Policy, make_array
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.views.ome.image import image_of
from jupyter_zarr_serve.views.portable import portable

VALUES = np.arange(12, dtype="f2").reshape(3, 4)


def reading(values: np.ndarray) -> Reading:
    """All four functions."""
    read = values.__getitem__
    return Reading(read, sample=read, cost=lambda region: 100 * len(region), preview=read)


def test_every_function_is_wrapped():
    wrapped = reading(VALUES).through(lambda read: lambda region: read(region[::-1]), lambda r: r[:1])
    region = (slice(0, 2), slice(1, 3))
    for function in (wrapped.read, wrapped.sample, wrapped.preview):
        assert function is not None
        np.testing.assert_array_equal(function(region), VALUES[1:3, 0:2])
    assert wrapped.cost is not None
    assert wrapped.cost(region) == 100


def test_what_cannot_be_done_stays_so():
    wrapped = Reading(VALUES.__getitem__).through(lambda read: read)
    assert (wrapped.sample, wrapped.cost, wrapped.preview) == (None, None, None)


def test_a_converted_array_is_sampled_and_previewed_as_it_is_read():
    array = make_array(VALUES.shape, VALUES.dtype, reading(VALUES), Policy())
    doubled = read_through(array, lambda block, _: 2 * block)
    steps = (slice(0, 3, 2), slice(1, 4, 2))
    assert doubled.sample is not None
    np.testing.assert_array_equal(doubled.sample(steps), 2 * VALUES[steps])


def test_the_portable_view_samples_and_previews_in_its_own_dtype():
    array = make_array(VALUES.shape, VALUES.dtype, reading(VALUES), Policy())
    seen = portable(array)
    assert seen is not array
    steps = (slice(0, 3, 2), slice(0, 4, 3))
    for function in (seen.reading.sample, seen.reading.preview):
        assert function(steps).dtype == seen.dtype != array.dtype
        np.testing.assert_array_equal(function(steps), VALUES[steps])


def test_an_image_is_previewed_with_its_axes_in_order():
    array = make_array(VALUES.shape, VALUES.dtype, reading(VALUES), Policy(), dimension_names=("x", "y"))
    image = image_of(array).array
    assert image.reading.preview is not None
    np.testing.assert_array_equal(image.reading.preview((slice(0, 4), slice(0, 3))), VALUES.T)
    assert image.reading.cost is not None
