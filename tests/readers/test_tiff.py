"""TIFF files of many kinds, compared with tifffile.imread."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from upath import UPath

from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.readers import open_file
from jupyter_zarr_serve.readers.tiff import pages as tiff_pages
from tests.nodes import child, read_all

RNG = np.random.default_rng(7)


def pixels(*shape, dtype="u2"):
    return RNG.integers(0, 250, shape).astype(dtype)


def smooth(*shape):
    return (np.arange(np.prod(shape)) // 97 % 255).astype("u1").reshape(shape)


def written(folder, data, name="x.tif", **options):
    path = folder / name
    tifffile.imwrite(path, data, **options)
    return path


def assert_same(path, **policy):
    array = open_file(path, Policy(**policy))
    assert isinstance(array, Array)
    want = tifffile.imread(path)
    assert array.shape == want.shape
    assert array.dtype == want.dtype.newbyteorder("<")
    np.testing.assert_array_equal(read_all(array), want)
    return array


GRAY = {"photometric": "minisblack"}
RGB = {"photometric": "rgb"}
PLANAR = {"photometric": "rgb", "planarconfig": "separate"}

KINDS = {
    "plane": ((300, 400), GRAY),
    "larger than a chunk": ((1500, 1300), GRAY),
    "big-endian": ((600, 1300), {**GRAY, "byteorder": ">"}),
    "big-endian strips": ((600, 700), {**GRAY, "byteorder": ">", "compression": "lzw"}),
    "stack": ((5, 60, 70), GRAY),
    "stack of five axes": ((2, 3, 4, 50, 60), GRAY),
    "stack without description": ((5, 60, 70), {**GRAY, "metadata": None, "compression": "zlib"}),
    "BigTIFF": ((5, 60, 70), {**GRAY, "bigtiff": True}),
    "volume of tiles": ((40, 64, 70), {**GRAY, "volumetric": True, "tile": (16, 32, 32)}),
    "colours": ((60, 70, 3), RGB),
    "colour planes": ((3, 300, 400), PLANAR),
    "stack of colours": ((4, 60, 70, 3), RGB),
    "stack of colour planes": ((4, 3, 300, 200), {**PLANAR, "tile": (128, 128), "compression": "zlib"}),
    "many samples": ((40, 50, 20), {**GRAY, "planarconfig": "contig", "extrasamples": [0] * 19}),
    "tiles": ((1000, 900), {**GRAY, "tile": (256, 256)}),
    "tiny tiles": ((500, 500), {**GRAY, "tile": (16, 16), "compression": "zlib"}),
    "tiles larger than a chunk": ((4096, 3000), {**GRAY, "tile": (4096, 4096), "compression": "zlib"}),
    "very wide": ((20, 20_000), {**GRAY, "compression": "zlib"}),
    "one pixel": ((1, 1), GRAY),
    "one row": ((1, 500), GRAY),
    "one column": ((500, 1), GRAY),
    "axes of length one": ((1, 1, 5, 1, 7), GRAY),
    "one axis": ((7,), {}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_layouts(tmp_path, kind):
    shape, options = KINDS[kind]
    assert_same(written(tmp_path, pixels(*shape), **options))


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u4", "i8", "f2", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("options", [{}, {"compression": "zlib", "tile": (64, 64)}, {"byteorder": ">"}])
def test_dtypes(tmp_path, dtype, options):
    data = RNG.integers(0, 2, (100, 130)).astype(dtype)
    photometric = {} if dtype == "?" else GRAY
    assert_same(written(tmp_path, data, **photometric, **options))


@pytest.mark.parametrize("bits", [1, 4, 12])
@pytest.mark.parametrize("options", [{}, {"rowsperstrip": 30}, {"byteorder": ">"}])
def test_packed_bits(tmp_path, bits, options):
    data = RNG.integers(0, 2**bits, (100, 131)).astype("u2" if bits > 8 else "u1")
    assert_same(written(tmp_path, data, bitspersample=bits, **GRAY, **options))


@pytest.mark.parametrize(
    "compression",
    ["zlib", "lzw", "zstd", "packbits", "lzma", "jpeg", "jpegxl", "webp", "png", "jpeg2000", "lerc"],
)
def test_compressions(tmp_path, compression):
    options = {"compression": compression, "tile": (128, 128), **RGB}
    assert_same(written(tmp_path, smooth(300, 400, 3), **options))


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", ["zlib", "lzw", "zstd"])
@pytest.mark.parametrize(("dtype", "predictor"), [("u2", 2), ("f4", 3)])
def test_predictors_of_strips(tmp_path, byteorder, compression, dtype, predictor):
    options = {"byteorder": byteorder, "compression": compression, "predictor": predictor}
    assert_same(written(tmp_path, pixels(700, 400, dtype=dtype), rowsperstrip=50, **options, **GRAY))


def test_imagej(tmp_path):
    metadata = {"axes": "TZCYX", "unit": "um", "spacing": 3.5, "finterval": 2}
    path = written(tmp_path, pixels(2, 3, 4, 50, 60), imagej=True, resolution=(2, 4), metadata=metadata)
    array = assert_same(path)
    assert array.dimension_names == ("t", "z", "c", "y", "x")
    assert array.attributes["axes"] == "tzcyx"
    assert array.attributes["physical_size"] == {"x": 0.5, "y": 0.25, "z": 3.5, "t": 2.0}
    assert array.attributes["physical_size_unit"] == {"x": "um", "y": "um", "z": "um", "t": "s"}


OME = {
    "axes": "TCZYX",
    "Name": "cells",
    "PhysicalSizeX": 0.25,
    "PhysicalSizeXUnit": "nm",
    "PhysicalSizeY": 0.5,
    "Channel": {"Name": ["red", "green", "blue"]},
}


def test_ome(tmp_path):
    data = pixels(2, 3, 4, 50, 60)
    array = assert_same(written(tmp_path, data, ome=True, metadata=OME, compression="zlib", **GRAY))
    assert array.dimension_names == ("t", "c", "z", "y", "x")
    assert array.attributes["name"] == "cells"
    assert array.attributes["physical_size"] == {"x": 0.25, "y": 0.5}
    assert array.attributes["physical_size_unit"] == {"x": "nm", "y": "µm"}
    assert array.attributes["channel_names"] == ["red", "green", "blue"]
    assert "description" not in array.attributes


def test_resolution_tags_and_description(tmp_path):
    options = {"resolution": (100, 200), "resolutionunit": "CENTIMETER", "description": "a cell"}
    attributes = assert_same(written(tmp_path, pixels(40, 50), metadata=None, **options)).attributes
    assert attributes["physical_size"] == {"x": 0.01, "y": 0.005}
    assert attributes["physical_size_unit"] == {"x": "centimeter", "y": "centimeter"}
    assert attributes["description"] == "a cell"
    assert attributes["photometric"] == "minisblack"


def test_axes_of_unknown_meaning_have_no_name(tmp_path):
    assert assert_same(written(tmp_path, pixels(5, 60, 70), **GRAY)).dimension_names == (None, "y", "x")


def test_gdal_nodata_fills_what_is_left_out(tmp_path):
    path = tmp_path / "x.tif"
    tile = pixels(64, 64, dtype="i2").tobytes()
    tiles = [tile, b"", b"", tile]
    extra = [(42113, "s", 0, "-9999", True)]
    tifffile.imwrite(
        path, iter(tiles), shape=(128, 128), dtype="i2", tile=(64, 64), extratags=extra, **GRAY
    )
    array = assert_same(path)
    assert array.fill == -9999
    assert array.attributes["nodata"] == -9999
    assert (read_all(array)[:64, 64:] == -9999).all()


def pyramid(path, **options):
    data = pixels(512, 384)
    with tifffile.TiffWriter(path, **options) as tif:
        tif.write(data, subifds=2, tile=(128, 128), metadata=OME | {"axes": "YX", "Channel": {}}, **GRAY)
        tif.write(data[::2, ::2], subfiletype=1, tile=(128, 128), **GRAY)
        tif.write(data[::4, ::4], subfiletype=1, tile=(128, 128), **GRAY)
    return data


def test_a_pyramid_is_a_group_of_its_levels(tmp_path):
    data = pyramid(tmp_path / "x.ome.tif", ome=True)
    group = open_file(tmp_path / "x.ome.tif", Policy())
    assert isinstance(group, Group)
    assert list(group.children) == ["0", "1", "2"]
    for name, step in (("0", 1), ("1", 2), ("2", 4)):
        np.testing.assert_array_equal(read_all(child(group, name)), data[::step, ::step])
    assert child(group, "2").attributes["physical_size"] == {"x": 1.0, "y": 2.0}


def test_a_slide_is_a_group_of_its_images(tmp_path):
    path = tmp_path / "x.tif"
    slide, label = smooth(1024, 768, 3), smooth(100, 120, 3)
    options = {"description": "Aperio Image Library v1 |AppMag = 20|MPP = 0.5", "metadata": None, **RGB}
    with tifffile.TiffWriter(path) as tif:
        tif.write(slide, tile=(256, 256), compression="jpeg", **options)
        tif.write(slide[::8, ::8], **options)
        tif.write(slide[::4, ::4], tile=(256, 256), compression="jpeg", **options)
        tif.write(label, **options)
    group = open_file(path, Policy())
    with tifffile.TiffFile(path) as tif:
        assert len(group.children) == len(tif.series)
        for number, series in enumerate(tif.series):
            for level, pages in enumerate(series.levels):
                name = f"{number}/{level}" if len(series.levels) > 1 else str(number)
                np.testing.assert_array_equal(read_all(child(group, name)), pages.asarray())


def test_a_stack_of_jpegs(tmp_path):
    path = written(tmp_path, smooth(3, 200, 300, 3), compression="jpeg", tile=(64, 64), **RGB)
    assert_same(path)


def test_several_series_are_a_group(tmp_path):
    path = tmp_path / "x.ome.tif"
    first, second = pixels(40, 50), pixels(3, 20, 30, dtype="u1")
    with tifffile.TiffWriter(path, ome=True) as tif:
        tif.write(first, metadata={"axes": "YX", "Name": "one"}, **GRAY)
        tif.write(second, metadata={"axes": "ZYX", "Name": "two"}, **GRAY)
    group = open_file(path, Policy())
    assert isinstance(group, Group)
    np.testing.assert_array_equal(read_all(child(group, "0")), first)
    np.testing.assert_array_equal(read_all(child(group, "1")), second)
    assert [child(group, name).attributes["name"] for name in group.children] == ["one", "two"]


@pytest.mark.parametrize("options", [{}, {"compression": "zlib", "tile": (64, 64)}])
def test_remote_paths(options):
    path = UPath("memory://tiff/x.tif")
    path.parent.mkdir(parents=True, exist_ok=True)
    data = pixels(100, 130)
    with path.open("wb") as file:
        tifffile.imwrite(file, data, **GRAY, **options)
    np.testing.assert_array_equal(read_all(open_file(path, Policy())), data)


@pytest.fixture
def bytes_read(monkeypatch):
    """The number of bytes that were read from pages."""
    counted = [0]
    original = tiff_pages.open_at

    def open_at(path):
        manager = original(path)

        class Counting:
            def __enter__(self):
                read_at = manager.__enter__()

                def counting(offset, length):
                    counted[0] += length
                    return read_at(offset, length)

                return counting

            def __exit__(self, *error):
                return manager.__exit__(*error)

        return Counting()

    monkeypatch.setattr(tiff_pages, "open_at", open_at)
    return counted


def test_one_chunk_reads_only_the_tiles_it_touches(tmp_path, bytes_read):
    data = RNG.integers(0, 60_000, (4, 1024, 1024)).astype("u2")
    path = written(tmp_path, data, tile=(256, 256), compression="zlib", **GRAY)
    array = open_file(path, Policy())
    assert bytes_read == [0]
    block = array.read((slice(2, 3), slice(256, 512), slice(256, 512)))
    np.testing.assert_array_equal(block, data[2:3, 256:512, 256:512])
    assert 0 < bytes_read[0] < 256 * 256 * 2 + 1024


def test_strips_are_decoded_once_for_neighbouring_chunks(tmp_path, bytes_read):
    data = RNG.integers(0, 60_000, (512, 4096)).astype("u2")
    path = written(tmp_path, data, rowsperstrip=64, compression="zlib", **GRAY)
    array = assert_same(path)
    assert array.chunk_shape == (512, 1024)
    assert bytes_read[0] < Path(path).stat().st_size
