"""Chunks of TIFF files that are sent as they lie in the file."""

import itertools

import numpy as np
import pytest
import tifffile

from jupyter_zarr_serve.core.grid import grid_shape, region_of
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import open_file

RNG = np.random.default_rng(7)
GRAY = {"photometric": "minisblack"}


def opened(folder, data, **options):
    tifffile.imwrite(folder / "x.tif", data, **{**GRAY, **options})
    return open_file(folder / "x.tif", Policy())


def coords_of(array):
    return itertools.product(*map(range, grid_shape(array.shape, array.chunk_shape)))


def sent(array, zarr_format):
    """Compare the chunks that are sent with those that are read; their number."""
    stored, count = array.stored[zarr_format], 0
    for coords in coords_of(array):
        blob = stored.chunk(coords)
        if blob is None:
            continue
        raw = blob.read(0, 5) + blob.read(5, blob.size)
        assert len(raw) == blob.size
        block = np.frombuffer(raw, array.dtype).reshape(array.chunk_shape)
        want = array.read(region_of(coords, array.shape, array.chunk_shape))
        np.testing.assert_array_equal(block[tuple(map(slice, want.shape))], want)
        count += 1
    return count


def pixels(*shape, dtype="u2"):
    return RNG.integers(0, 250, shape).astype(dtype)


@pytest.mark.parametrize("shape", [(1000, 900), (3, 300, 400)])
def test_plain_tiles_in_both_formats(tmp_path, shape):
    array = opened(tmp_path, pixels(*shape), tile=(128, 128))
    assert array.chunk_shape[-2:] == (128, 128)
    everything = len(list(coords_of(array)))
    assert sent(array, 2) == sent(array, 3) == everything
    assert array.stored[3].codecs == ()


def test_colours(tmp_path):
    array = opened(tmp_path, pixels(256, 256, 3, dtype="u1"), tile=(128, 128), photometric="rgb")
    assert array.chunk_shape == (128, 128, 3)
    assert sent(array, 2) == 4


def test_separate_colour_planes(tmp_path):
    options = {"photometric": "rgb", "planarconfig": "separate"}
    array = opened(tmp_path, pixels(3, 256, 256, dtype="u1"), tile=(128, 128), **options)
    assert sent(array, 2) == 12


def test_planes_of_a_contiguous_stack(tmp_path):
    assert sent(opened(tmp_path, pixels(5, 200, 300), imagej=True, metadata={"axes": "ZYX"}), 3) == 5


@pytest.mark.parametrize(
    "options",
    [
        {"byteorder": ">"},
        {"byteorder": ">", "tile": (128, 128)},
        {"tile": (128, 128), "compression": "lzw"},
        {"tile": (128, 128), "compression": "zlib"},
        {"compression": "zlib"},
        {"tile": (128, 128), "compression": "zlib", "predictor": True},
        {"tile": (16, 16)},
        {"bitspersample": 12},
    ],
)
def test_nothing_else_is_sent(tmp_path, options):
    assert not opened(tmp_path, pixels(256, 256), **options).stored


def test_the_rows_of_an_image_wider_than_a_chunk_are_not(tmp_path):
    assert not opened(tmp_path, pixels(600, 3000)).stored


def test_tiles_that_the_file_leaves_out_are_not_sent(tmp_path):
    tiles = iter([b"", pixels(128, 128).tobytes()])
    tifffile.imwrite(tmp_path / "x.tif", tiles, shape=(128, 256), dtype="u2", tile=(128, 128), **GRAY)
    array = open_file(tmp_path / "x.tif", Policy())
    assert array.stored[3].chunk((0, 0)) is None
    assert not array.read((slice(0, 128), slice(0, 128))).any()
    assert sent(array, 3) == 1
