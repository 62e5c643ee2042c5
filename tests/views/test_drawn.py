"""The drawn view is the image in types that every viewer draws, value for value as far as they go."""

import numpy as np
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.views import viewed
from jupyter_zarr_serve.views.drawn import drawn
from jupyter_zarr_serve.views.ome import ome
from tests.nodes import read_all

OF_ALL = {"uint8", "uint16", "int16", "uint32", "int32", "float32"}  # that vizarr and neuroglancer draw
DTYPES = ["?", "u1", "i1", "u2", "i2", ">u4", "i4", "u8", "i8", "f2", "f4", ">f8", "c8", "c16"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_levels_are_those_of_ome_in_types_that_viewers_draw(dtype):
    values = (np.random.default_rng(0).random((700, 900)) * 100).astype(dtype)
    images = [view(adapt(values, Policy())) for view in (ome, drawn)]
    assert all(isinstance(image, Group) for image in images)
    assert list(images[0].children) == list(images[1].children)
    assert len(images[0].children) > 1
    assert images[0].by_format(3) == images[1].by_format(3)
    for name in images[0].children:
        before, after = (image.children[name] for image in images)
        assert after.dtype.name in OF_ALL
        assert (after.dtype != before.dtype) is (before.dtype.name not in OF_ALL)
        np.testing.assert_array_equal(read_all(after), read_all(before).astype(after.dtype))


def test_what_rounding_does():
    values = np.array([[1e300, -1e300, np.nan], [1 + 1e-9, 0.1, -0.0], [np.inf, -np.inf, 0]])
    image = drawn(adapt(values, Policy()))
    got, most = read_all(image.children["0"]), np.finfo("f4").max
    expected = [[most, -most, np.nan], [1, np.float32(0.1), 0], [np.inf, -np.inf, 0]]
    np.testing.assert_array_equal(got, np.array(expected, "f4"))
    assert got.dtype == "f4"


def test_samples_previews_and_marks_are_narrow_too():
    image = drawn(adapt(np.zeros((8192, 8192)), Policy()))
    full, coarse = image.children["0"], image.children[str(len(image.children) - 1)]
    step = (slice(0, 8192, 1000), slice(0, 8192, 1000))
    assert full.reading.sample is not None
    assert full.reading.sample(step).dtype == "f4"
    assert coarse.reading.preview is not None
    assert coarse.reading.preview((slice(0, 2), slice(0, 2))).dtype == "f4"


def test_what_is_stored_is_not_passed_through(tmp_path):
    """A stored chunk of float64 is none of float32."""
    import zarr

    from jupyter_zarr_serve.readers.zarr_store import read

    values = np.random.default_rng(0).random((512, 512))
    stored = zarr.create_array(tmp_path / "a.zarr", shape=values.shape, chunks=(256, 256), dtype="f8")
    stored[:] = values
    node = read(tmp_path / "a.zarr", Policy())
    for zarr_format, key in ((2, "0/0.0"), (3, "0/c/0/0")):
        root = Group({"a": node})
        seen = [
            respond(viewed(root, view), Request(zarr_format, ("a", *key.split("/"))))
            for view in ("ome", "drawn")
        ]
        assert [response.status for response in seen] == [200, 200]
        assert bytes(seen[0].body) != bytes(seen[1].body)
    np.testing.assert_array_equal(read_all(drawn(node).children["0"]), values.astype("f4"))


def test_a_mark_of_missing_values_is_rounded_as_they_are():
    from dataclasses import replace

    array = replace(adapt(np.array([[0.1, 2.0]]), Policy()), attributes={"_FillValue": 0.1})
    level = drawn(array).children["0"]
    assert level.attributes["_FillValue"] == read_all(level)[0, 0] == np.float32(0.1)
