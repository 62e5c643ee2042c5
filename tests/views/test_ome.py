"""The OME view: multiscale groups that OME-Zarr's models accept, whose levels are what they claim."""

import math
import tracemalloc
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from ome_zarr_models import open_ome_zarr

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.grid import region_shape
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.core.walk import members
from jupyter_zarr_serve.views import viewed
from jupyter_zarr_serve.views.ome import levels
from jupyter_zarr_serve.views.ome.reduce import mean_of
from tests.nodes import read_all
from tests.store import open_node

VERSIONS = {2: "0.4", 3: "0.5"}


def view(obj: object, **fields: object) -> Group:
    array = adapt(obj, Policy())
    for name, value in fields.items():
        object.__setattr__(array, name, value)
    group = viewed(array, "ome")
    assert isinstance(group, Group)
    return group


def model_of(node: object, zarr_format: int, path: str = "") -> object:
    return open_ome_zarr(open_node(node, zarr_format, path), version=VERSIONS[zarr_format])


def metadata_of(group: Group, zarr_format: int = 3) -> dict:
    attributes = group.attributes_in(zarr_format)
    return dict(attributes["ome"] if zarr_format == 3 else attributes)


def halved(image: np.ndarray) -> np.ndarray:
    """The mean of two by two, one pixel after the other, in the exact numbers of Python."""
    y, x = image.shape[-2:]
    result = np.empty((*image.shape[:-2], -(-y // 2), -(-x // 2)), image.dtype)
    for index in np.ndindex(result.shape):
        *others, i, j = index
        pixels = image[(*others, slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2))].reshape(-1)
        if image.dtype.kind == "f":
            there = pixels[~np.isnan(pixels)].astype(np.longdouble)
            result[index] = there.mean() if there.size else np.nan
        else:
            total, count = sum(map(int, pixels)), pixels.size
            quotient, rest = divmod(total, count)
            is_up = 2 * rest > count or (2 * rest == count and quotient % 2)
            result[index] = quotient + is_up
    return result


DTYPES = st.sampled_from(["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
SHAPES = hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=7)


@settings(max_examples=300)
@given(st.data())
def test_each_pixel_is_the_mean_of_those_that_are_there(data):
    dtype = np.dtype(data.draw(DTYPES))
    elements = None
    if dtype.kind == "f":
        elements = st.floats(-1e6, 1e6, width=32) | st.just(math.nan)
    image = data.draw(hnp.arrays(dtype, data.draw(SHAPES), elements=elements))
    made = mean_of(dtype)(image)
    expected = halved(image)
    if dtype.kind == "f":
        np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-1 if dtype.itemsize == 4 else 1e-6)
    else:
        np.testing.assert_array_equal(made, expected)


@settings(max_examples=100)
@given(hnp.arrays("i2", hnp.array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.integers(-3, 3)))
def test_what_is_marked_as_missing_is_left_out(image):
    made = mean_of(np.dtype("i2"), np.int16(-3))(image)
    for i, j in np.ndindex(made.shape):
        there = [int(v) for v in image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].flat if v != -3]
        assert made[i, j] == (np.rint(np.mean(there)) if there else -3)


def test_infinities_are_no_missing_values():
    image = np.array([[np.inf, 1, -np.inf, np.inf], [1, np.nan, 1, 1]])
    np.testing.assert_array_equal(mean_of(np.dtype("f8"))(image), [[np.inf, np.nan]])


@settings(max_examples=25)
@given(
    shape=st.tuples(st.integers(1, 2100), st.integers(1, 2100)),
    dtype=st.sampled_from(["u1", "u2", "f4", "f8", "i8"]),
    seed=st.integers(0, 9),
    piece=st.sampled_from([1 << 14, 1 << 21]),
    version=st.sampled_from([None, "1"]),
)
def test_all_levels_are_means_of_the_one_before(shape, dtype, seed, piece, version):
    noise = np.random.default_rng(seed).random(shape)
    image = (noise * 1000).astype(dtype)
    if image.dtype.kind == "f":
        image[noise < 0.1] = np.nan
    before, levels._PIECE = levels._PIECE, piece
    try:
        group = view(image, version=version)
        names = list(group.children)
        side = group.children[names[-1]].chunk_shape[-1]
        assert max(group.children[names[-1]].shape) <= side
        assert len(names) == 1 or max(group.children[names[-2]].shape) > side
        expected = image
        np.testing.assert_array_equal(read_all(group.children["0"]), image)
        for name in names[1:]:
            expected = mean_of(image.dtype)(expected)
            level = group.children[name]
            assert level.chunk_shape == (side, side)
            np.testing.assert_array_equal(read_all(level), expected)
    finally:
        levels._PIECE = before


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize(
    ("shape", "dtype", "axes"),
    [
        ((700, 900), "u2", "yx"),
        ((3, 300, 300), "f4", "zyx"),
        ((2, 3, 40, 50), "i2", "tzyx"),
        ((2, 3, 2, 40, 50), "u1", "tczyx"),
        ((600, 50, 3), "u1", "cyx"),
        ((60, 50, 4), "u2", "cyx"),
        ((60, 50), "?", "yx"),
        ((60, 50), "f2", "yx"),
        ((60, 50), "c8", "yx"),
        ((1, 5000), "f8", "yx"),
    ],
)
def test_the_models_of_ome_zarr_accept_it(shape, dtype, axes, zarr_format):
    image = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    group = view(image)
    model = model_of(group, zarr_format)
    assert type(model).__module__ == f"ome_zarr_models.v0{VERSIONS[zarr_format][-1]}.image"
    (multiscale,) = metadata_of(group, zarr_format)["multiscales"]
    assert "".join(axis["name"] for axis in multiscale["axes"]) == axes
    served = open_node(group, zarr_format)
    for number, dataset in enumerate(multiscale["datasets"]):
        scale = dataset["coordinateTransformations"][0]["scale"]
        assert scale == [2.0**number if axis in "yx" else 1.0 for axis in axes]
        level = served[dataset["path"]]
        assert level.dtype.kind in "iuf"
        assert level.dtype != np.float16
        assert level.chunks[-1] == level.chunks[-2] in (256, 512)
        assert set(level.chunks[:-2]) <= {1}
    full = served["0"][...]
    expected = np.abs(image) if dtype == "c8" else image
    if axes == "cyx":
        expected = np.moveaxis(image, -1, 0)
    np.testing.assert_array_equal(full, expected.astype(full.dtype))


def test_both_formats_give_the_same_values():
    image = np.random.default_rng(1).random((3, 700, 650))
    image[:, 100:500, 50:80] = np.nan
    group = view(image)
    two, three = open_node(group, 2), open_node(group, 3)
    assert sorted(two.keys()) == sorted(three.keys()) == ["0", "1", "2"]
    for name in sorted(two):
        np.testing.assert_array_equal(two[name][...], three[name][...])


def test_labels_and_booleans_are_never_mixed():
    cells = np.random.default_rng(0).integers(0, 9, (1100, 1100), "u4") * 1000
    for fields in ({"attributes": {"reduction": "nearest"}}, {"attributes": {"image-label": {}}}):
        group = view(cells, **fields)
        np.testing.assert_array_equal(read_all(group.children["2"]), cells[::4, ::4])
        assert metadata_of(group)["multiscales"][0]["type"] == "nearest"
        assert len(metadata_of(group)["multiscales"][0]["datasets"][1]["coordinateTransformations"]) == 1
    mask = cells > 4000
    np.testing.assert_array_equal(read_all(view(mask).children["1"]), mask[::2, ::2].astype("u1"))


def test_what_suits_is_the_array_itself():
    array = adapt(np.zeros((1000, 1000), "u2"), Policy())
    object.__setattr__(array, "chunk_shape", (512, 512))
    level = viewed(array, "ome").children["0"]
    assert level.read is array.read
    assert level.chunk_shape == (512, 512)


@pytest.mark.parametrize(
    ("obj", "reason"),
    [
        (np.zeros(5), "1 axes"),
        (np.zeros((1,) * 6), "6 axes"),
        (np.zeros((2, 2), "M8[s]"), "datetime64"),
        (np.array([["a", "b"]]), "<U1"),
        (np.zeros((2, 2), [("a", "i4")]), "a"),
        (np.zeros((0, 3)), "no pixels"),
    ],
)
def test_what_is_no_image_says_so(obj, reason):
    with pytest.raises(Unreadable, match=reason):
        view(obj)


def test_a_group_holds_what_is_an_image_in_it():
    root = viewed(adapt({"image": np.ones((4, 5)), "times": np.arange(3)}, Policy()), "ome")
    assert isinstance(root, Group)
    assert [name for name, _ in members(root)] == ["image"]
    assert open_node(root, 3, "image/0").shape == (4, 5)
    with pytest.raises(Unreadable, match="1 axes"):
        _ = root.children["times"]


def endless(side: int, reads: list) -> Array:
    """A virtual image that notes what is read of it; each pixel is its row."""

    def read(region):
        reads.append(region)
        assert math.prod(region_shape(region)) * 4 <= 2 * levels._PIECE
        rows = np.arange(region[0].start, region[0].stop, dtype="f4")[:, None]
        return np.broadcast_to(rows, region_shape(region))

    return Array((side, side), np.dtype("<f4"), (512, 512), Reading(read))


def test_a_level_reads_each_pixel_once_and_no_more_than_it_needs():
    reads: list = []
    group = viewed(endless(10_000, reads), "ome")
    names = list(group.children)
    model_of(group, 3)
    assert reads == []  # documents cost nothing
    group.children["1"].read((slice(0, 512), slice(512, 1024)))
    assert sum(math.prod(region_shape(region)) for region in reads) == 1024**2
    reads.clear()
    smallest = read_all(group.children[names[-1]])
    assert sum(math.prod(region_shape(region)) for region in reads) == 10_000**2
    assert smallest.shape == (313, 313)
    np.testing.assert_allclose(smallest[:-1, 0], 15.5 + 32 * np.arange(312))


def test_a_huge_image_costs_no_more_than_what_is_looked_at():
    """100 000 pixels high and wide: 40 GB."""
    reads: list = []
    array = endless(100_000, reads)
    sample = lambda region: np.zeros([len(range(s.start, s.stop, s.step)) for s in region], "f4")  # noqa: E731
    array = replace(array, reading=replace(array.reading, sample=sample))
    group = viewed(array, "ome")
    tracemalloc.start()
    try:
        assert model_of(group, 3)
        assert group.children["0"].read((slice(99_840, 100_000), slice(0, 512))).shape == (160, 512)
        deepest = group.children[list(group.children)[-1]]
        assert deepest.reading.preview is not None
        assert (
            deepest.reading.preview(tuple(slice(0, n) for n in deepest.shape)).shape
            == deepest.shape
            == (391, 391)
        )
        seventh = group.children["7"]
        values = seventh.read((slice(0, 64), slice(700, 764)))  # 8192 pixels high and wide, 268 MB
        np.testing.assert_allclose(values[:, 0], 63.5 + 128 * np.arange(64))
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_what_does_not_change_is_read_once():
    reads: list = []
    array = endless(10_000, reads)
    object.__setattr__(array, "version", "1")
    group = viewed(array, "ome")
    last = group.children[list(group.children)[-1]]
    read_all(last)
    assert sum(math.prod(region_shape(region)) for region in reads) == 10_000**2
    reads.clear()
    read_all(last)
    read_all(group.children["4"])
    read_all(group.children["3"])
    assert reads == []


def test_warnings_of_the_reductions():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mean_of(np.dtype("f4"))(np.array([[3e38, 3e38], [np.nan, np.inf]], "f4"))
