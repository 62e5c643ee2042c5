"""Images whose numbers are no light look as in other programs, and are served as they are."""

import io
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from PIL import Image

from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.readers import open_file
from jupyter_zarr_serve.serve.request import IMAGE, Request
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.views import viewed
from tests.nodes import read_all
from tests.preview.pictures import pixels_of

RNG = np.random.default_rng(4)
GREYS = {
    "bool": RNG.random((40, 50)) < 0.3,
    "uint8": RNG.integers(0, 256, (40, 50)).astype("u1"),
    "uint16": RNG.integers(0, 60_000, (40, 50)).astype("u2"),
    "int16": RNG.integers(-3000, 3000, (40, 50)).astype("i2"),
    "float32": RNG.random((40, 50)).astype("f4"),
    "stack": RNG.integers(0, 256, (3, 40, 50)).astype("u1"),
}


def tiff(folder, data, **options):
    tifffile.imwrite(folder / "x.tif", data, **options)
    node = open_file(folder / "x.tif", Policy())
    return replace(node, version="1")  # as sources do, so that windows are told


def image_in(node, view="ome"):
    """The full level of an image, its channels, and what its metadata say of their light."""
    group = viewed(node, view)
    assert isinstance(group, Group)
    told = group.attributes_in(3)["ome"]
    metadata = told["multiscales"][0]["metadata"]
    return read_all(group.children["0"]), told["omero"]["channels"], metadata.get("tones")


def picture_of(node):
    return pixels_of(respond(node, Request(3, (), form=IMAGE)).body)


@pytest.mark.parametrize("name", GREYS)
def test_where_0_is_white_it_is_drawn_white(tmp_path, name):
    data = GREYS[name]
    light = picture_of(tiff(tmp_path, data, photometric="minisblack"))
    node = tiff(tmp_path, data, photometric="miniswhite")
    assert node.attributes["photometric"] == "miniswhite"
    np.testing.assert_array_equal(read_all(node), data)
    full, channels, tones = image_in(node)
    np.testing.assert_array_equal(full, data)
    assert [channel["inverted"] for channel in channels] == [True]
    assert tones == ["inverted"]
    np.testing.assert_allclose(picture_of(node)[..., 0], 255.0 - light[..., 0], atol=1)


@pytest.mark.parametrize("name", GREYS)
def test_others_draw_light(tmp_path, name):
    """The view for viewers that know no other."""
    data = GREYS[name]
    full, (channel,), tones = image_in(tiff(tmp_path, data, photometric="miniswhite"), "drawn")
    assert (np.diff(full.ravel()[np.argsort(data.ravel())].astype("f8")) <= 0).all()
    assert ("inverted" in channel, tones) == (False, None)
    window = channel["window"]
    assert window["min"] <= full.min() <= full.max() <= window["max"]
    if name == "uint8":
        np.testing.assert_array_equal(full, 255 - data)


def test_a_large_image_of_16_bits_tells_it_too(tmp_path):
    """Where nobody knows how bright it is, there are no channels to be told of."""
    data = RNG.integers(0, 60_000, (600, 700)).astype("u2")
    node = tiff(tmp_path, data, photometric="miniswhite", compression="zlib", rowsperstrip=600)
    node = replace(node, version=None)
    told = viewed(node, "ome").attributes_in(3)["ome"]
    assert told["multiscales"][0]["metadata"]["tones"] == ["inverted"]


def test_opacity_beside_it_stays_as_it_is(tmp_path):
    data = RNG.integers(0, 256, (40, 50, 2)).astype("u1")
    options = {"photometric": "miniswhite", "planarconfig": "contig", "extrasamples": [2]}
    node = tiff(tmp_path, data, **options)
    _, channels, tones = image_in(node)
    assert tones == ["inverted", "light"]
    assert ["inverted" in channel for channel in channels] == [True, False]
    full, _, _ = image_in(node, "drawn")
    np.testing.assert_array_equal(full, [255 - data[..., 0], data[..., 1]])


def test_levels_and_a_mark_of_what_is_missing_follow(tmp_path):
    data = RNG.integers(0, 200, (1100, 1200)).astype("u1")
    node = tiff(tmp_path, data, photometric="miniswhite")
    light, printed = viewed(node, "drawn"), viewed(node, "ome")
    for name in ("0", "1"):
        there, inverse = (read_all(group.children[name]).astype("i4") for group in (printed, light))
        np.testing.assert_allclose(inverse, 255 - there, atol=1)


def inks(dtype="u1", extra=0):
    data = RNG.integers(0, np.iinfo(dtype).max, (40, 50, 4 + extra)).astype(dtype)
    data[:4] = 0
    data[4:8, :, 3] = np.iinfo(dtype).max
    return data


def as_pillow_sees(data):
    return np.asarray(Image.fromarray(np.ascontiguousarray(data[..., :4]), "CMYK").convert("RGB"))


def cmyk(folder, kind, data):
    if kind == "jpeg":
        Image.fromarray(data, "CMYK").save(folder / "x.jpg", quality=95)
        return open_file(folder / "x.jpg", Policy())
    if kind == "planar":
        return tiff(folder, np.moveaxis(data, -1, 0), photometric="separated", planarconfig="separate")
    return tiff(folder, data, photometric="separated", planarconfig="contig")


@pytest.mark.parametrize("kind", ["contig", "planar", "jpeg"])
def test_inks_are_drawn_in_the_colours_of_pillow(tmp_path, kind):
    data = inks()
    node = cmyk(tmp_path, kind, data)
    stored = read_all(node)
    bands = np.moveaxis(stored, 0, -1) if kind == "planar" else stored
    want = as_pillow_sees(bands)
    full, channels, tones = image_in(node, "drawn")
    assert [channel["label"] for channel in channels] == [*"RGBCMYK"]
    assert [channel["active"] for channel in channels] == [True] * 3 + [False] * 4
    np.testing.assert_array_equal(np.moveaxis(full, 0, -1), np.concatenate([want, bands], -1))
    assert tones is None
    if kind != "planar":
        np.testing.assert_array_equal(picture_of(node), want)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("extra", [0, 1])
def test_inks_are_bands_that_say_so(tmp_path, dtype, extra):
    data = inks(dtype, extra)
    node = cmyk(tmp_path, "contig", data)
    np.testing.assert_array_equal(read_all(node), data)
    full, channels, tones = image_in(node)
    np.testing.assert_array_equal(full, np.moveaxis(data, -1, 0))
    assert tones == ["ink"] * 4 + ["light"] * extra
    assert [channel["color"] for channel in channels][:4] == ["00FFFF", "FF00FF", "FFFF00", "000000"]
    most = np.iinfo(dtype).max
    assert all(one["window"] == {"min": 0, "max": most, "start": 0, "end": most} for one in channels)


def test_a_part_of_what_is_drawn_of_inks_is_that_part(tmp_path):
    group = viewed(cmyk(tmp_path, "contig", inks()), "drawn")
    array = group.children["0"]
    whole = read_all(array)
    region = (slice(2, 5), slice(3, 9), slice(7, 11))
    np.testing.assert_array_equal(array.read(region), whole[region])


def test_inks_of_other_colours_are_called_as_the_file_does(tmp_path):
    data = inks()
    names = b"red\0gold\0varnish\0white\0"
    tags = [(332, 3, 1, 2, True), (333, 2, len(names), names.decode(), True), (334, 3, 1, 4, True)]
    node = tiff(tmp_path, data, photometric="separated", planarconfig="contig", extratags=tags)
    assert node.attributes["channel_names"] == ["red", "gold", "varnish", "white"]
    assert "extra_samples" not in node.attributes
    full, channels, _ = image_in(node)
    np.testing.assert_array_equal(full, np.moveaxis(data, -1, 0))
    assert [channel["label"] for channel in channels] == ["red", "gold", "varnish", "white"]


def test_inks_without_names_are_numbered(tmp_path):
    tags = [(332, 3, 1, 2, True), (334, 3, 1, 4, True)]
    node = tiff(tmp_path, inks(), photometric="separated", planarconfig="contig", extratags=tags)
    assert node.attributes["channel_names"] == ["ink 1", "ink 2", "ink 3", "ink 4"]


def test_a_pyramid_of_inks_is_drawn_in_colours(tmp_path):
    data = inks()
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        options = {"photometric": "separated", "planarconfig": "contig"}
        writer.write(data, subifds=1, **options)
        writer.write(data[::2, ::2], subfiletype=1, **options)
    (tmp_path / "p.tif").write_bytes(file.getvalue())
    group = viewed(open_file(tmp_path / "p.tif", Policy()), "drawn")
    for name, part in (("0", data), ("1", data[::2, ::2])):
        seen = np.moveaxis(read_all(group.children[name]), 0, -1)
        np.testing.assert_array_equal(seen[..., :3], as_pillow_sees(part))
