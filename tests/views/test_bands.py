"""No band is lost on its way into a picture: what it is comes from the file, and every one can be read."""

import subprocess

import numpy as np
import pytest
import tifffile
from PIL import Image

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Array, Policy
from jupyter_zarr_serve.readers import open_file
from jupyter_zarr_serve.serve.request import IMAGE, Request
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.views import viewed
from tests.nodes import child, read_all
from tests.preview.pictures import pixels_of

RNG = np.random.default_rng(3)
COLOURS = ["FF0000", "00FF00", "0000FF"]


def bands(count, dtype="u1"):
    return RNG.integers(1, 250, (40, 50, count)).astype(dtype)


def tiff(folder, data, **options):
    path = folder / "x.tif"
    tifffile.imwrite(path, data, **options)
    return open_file(path, Policy())


def assert_keeps(node, want, view="ome"):
    """Every band of the source is a channel of the view, bit for bit."""
    group = viewed(node, view)
    full = read_all(group.children["0"])
    np.testing.assert_array_equal(full, np.moveaxis(want, -1, 0))
    omero = group.attributes_in(3)["ome"].get("omero")  # none where it is not known how bright they are
    return omero["channels"] if omero else []


def picture_of(node):
    return pixels_of(respond(node, Request(3, (), form=IMAGE)).body)


RGB = {"photometric": "rgb"}
CASES = {
    "near infrared": (4, RGB | {"extrasamples": [0]}, ["R", "G", "B", "extra"], False),
    "no word": (4, RGB, ["R", "G", "B", "A"], True),  # tifffile writes 2
    "associated alpha": (4, RGB | {"extrasamples": [1]}, ["R", "G", "B", "A"], True),
    "unassociated alpha": (4, RGB | {"extrasamples": [2]}, ["R", "G", "B", "A"], True),
    "two extras": (5, RGB | {"extrasamples": [0, 0]}, ["R", "G", "B", "extra 1", "extra 2"], False),
    "infrared and alpha": (5, RGB | {"extrasamples": [0, 2]}, ["R", "G", "B", "extra", "A"], True),
    "grey and alpha": (2, {"photometric": "minisblack", "extrasamples": [2]}, ["L", "A"], True),
    "CMYK": (4, {"photometric": "separated"}, ["C", "M", "Y", "K"], False),
    "CIELab": (3, {"photometric": "cielab"}, ["L", "a", "b"], False),
    "four alike": (4, {"photometric": "minisblack", "extrasamples": [0] * 3}, None, False),
    "four alike, planar": (4, {"photometric": "minisblack", "planarconfig": "separate"}, None, False),
}


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_band_of_a_tiff_is_comes_from_its_tags(tmp_path, case, dtype):
    count, options, names, has_alpha = case
    data = bands(count, dtype)
    planar = options.get("planarconfig") == "separate"
    contig = {} if planar else {"planarconfig": "contig"}
    node = tiff(tmp_path, np.moveaxis(data, -1, 0) if planar else data, **options, **contig)
    assert node.attributes.get("channel_names") == names
    channels = assert_keeps(node, data)
    if names and channels:
        assert [channel["label"] for channel in channels] == names
    if names and names[:3] == ["R", "G", "B"] and dtype != "f4":
        assert [channel["color"] for channel in channels][:3] == COLOURS
        assert [channel["active"] for channel in channels] == [True] * 3 + [False] * (count - 3)
        drawn = picture_of(node)
        assert drawn.shape[-1] == 3 + has_alpha


@pytest.mark.parametrize("view", ["ome", "drawn"])
@pytest.mark.parametrize("kind", ["npy", "npz", "variable"])
def test_a_fourth_band_of_any_source_is_kept(tmp_path, kind, view):
    data = bands(4)
    if kind == "npy":
        np.save(tmp_path / "x.npy", data)
    elif kind == "npz":
        np.savez(tmp_path / "x.npz", a=data)
    node = adapt(data, Policy()) if kind == "variable" else open_file(tmp_path / f"x.{kind}", Policy())
    assert_keeps(node if isinstance(node, Array) else child(node, "a"), data, view)
    image = node if isinstance(node, Array) else child(node, "a")
    np.testing.assert_array_equal(picture_of(image), data[..., :3])


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_opacity_is_not_drawn_as_a_colour(tmp_path, suffix):
    """Grey is white light, and the opacity beside it is seen by who asks for it."""
    data = bands(2)
    path = tmp_path / f"x.{suffix}"
    Image.fromarray(data, "LA").save(path)
    channels = assert_keeps(open_file(path, Policy()), data)
    told = [(one["label"], one["color"], one["active"]) for one in channels]
    assert told == [("L", "FFFFFF", True), ("A", "FFFFFF", False)]


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_an_opacity_of_a_png_is_a_channel_too(tmp_path, mode):
    data = bands(len(mode))
    Image.fromarray(data, mode).save(tmp_path / "x.png")
    channels = assert_keeps(open_file(tmp_path / "x.png", Policy()), data)
    assert [channel["label"] for channel in channels] == list(mode)


@pytest.mark.parametrize("transparency", [None, 3])
def test_palettes_are_served_alike_in_png_and_tiff(tmp_path, transparency):
    image = Image.fromarray(bands(3)).quantize(16)
    options = {} if transparency is None else {"transparency": transparency}
    image.save(tmp_path / "x.png", **options)
    image.save(tmp_path / "x.tif")
    png, tif = (open_file(tmp_path / f"x.{suffix}", Policy()) for suffix in ("png", "tif"))
    for node in (png, tif):
        np.testing.assert_array_equal(read_all(node), np.asarray(image))
        assert node.dimension_names == ("y", "x")
        colours = np.asarray(image.convert("RGB"))
        width = 4 if transparency is not None and node is png else 3
        full = read_all(viewed(node, "ome").children["0"])
        assert full.shape == (width, 40, 50)
        np.testing.assert_array_equal(np.moveaxis(full, 0, -1)[..., :3], colours)
        np.testing.assert_array_equal(picture_of(node)[..., :3], colours)
    assert [row[:3] for row in png.attributes["palette"]][:16] == tif.attributes["palette"][:16]


def test_a_palette_of_16_bits_stays_numbers(tmp_path):
    numbers = RNG.integers(0, 65535, (40, 50)).astype("u2")
    colormap = RNG.integers(0, 65535, (3, 65536)).astype("u2")
    node = tiff(tmp_path, numbers, photometric="palette", colormap=colormap)
    assert "palette" not in node.attributes
    np.testing.assert_array_equal(read_all(viewed(node, "ome").children["0"]), numbers)


def test_gdal_names_the_bands(tmp_path):
    data = bands(4)
    names = ["red", "green", "blue", "near infrared"]
    items = "".join(
        f'<Item name="DESCRIPTION" sample="{i}" role="description">{n}</Item>' for i, n in enumerate(names)
    )
    tag = (42112, 2, None, f"<GDALMetadata>{items}</GDALMetadata>", True)
    node = tiff(tmp_path, data, photometric="rgb", extrasamples=[0], extratags=[tag])
    channels = assert_keeps(node, data)
    assert [channel["label"] for channel in channels] == names
    assert [channel["active"] for channel in channels] == [True, True, True, False]


@pytest.mark.parametrize("alpha", ["NO", "YES"])
def test_what_gdal_itself_writes(tmp_path, alpha):
    data = bands(4)
    tiff(tmp_path, data, photometric="minisblack", planarconfig="contig", extrasamples=[0] * 3)
    made = ["gdal_translate", "-q", "-co", "PHOTOMETRIC=RGB", "-co", f"ALPHA={alpha}"]
    subprocess.run([*made, tmp_path / "x.tif", tmp_path / "y.tif"], check=True, timeout=60)
    node = open_file(tmp_path / "y.tif", Policy())
    assert_keeps(node, data)
    assert picture_of(node).shape[-1] == (4 if alpha == "YES" else 3)


def test_a_channel_of_ome_that_has_several_samples(tmp_path):
    data = bands(3)
    node = tiff(tmp_path, data, photometric="rgb", ome=True, metadata={"Channel": {"Name": "H&E"}})
    channels = assert_keeps(node, data)
    assert [channel["color"] for channel in channels] == COLOURS
    assert node.attributes["channels"] == ["H&E"]


def test_jpeg_in_tiff_is_red_green_and_blue(tmp_path):
    data = np.full((64, 64, 3), (200, 30, 40), "u1")
    node = tiff(tmp_path, data, photometric="rgb", compression="jpeg", compressionargs={"level": 95})
    assert node.attributes["channel_names"] == ["R", "G", "B"]
    np.testing.assert_allclose(picture_of(node)[20, 20], [200, 30, 40], atol=6)
