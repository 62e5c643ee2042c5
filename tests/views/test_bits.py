"""Samples of fewer bits than their dtype: how bright they are is what the file says, not what fits."""

import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import open_file
from tests.nodes import read_all
from tests.views.test_light import image_in, picture_of, tiff

RNG = np.random.default_rng(7)
BITS = [2, 4, 6, 10, 12, 14]


def samples(bits: int, *shape: int) -> np.ndarray:
    return RNG.integers(0, 2**bits, shape).astype("u1" if bits <= 8 else "u2")


def windows(node, view="ome"):
    return [(c["window"]["min"], c["window"]["max"]) for c in image_in(node, view)[1]]


@pytest.mark.parametrize("view", ["ome", "drawn"])
@pytest.mark.parametrize("bits", [2, 4, 6, 8])
def test_greys_of_a_tiff(tmp_path, bits, view):
    data = samples(bits, 40, 50)
    node = tiff(tmp_path, data, photometric="minisblack", bitspersample=bits)
    assert node.attributes.get("bits_per_sample") == (None if bits == 8 else bits)
    full, (channel,), _ = image_in(node, view)
    np.testing.assert_array_equal(full, data)
    most = 2**bits - 1
    assert channel["window"] == {"min": 0, "max": most, "start": 0, "end": most}


@pytest.mark.parametrize("bits", BITS)
def test_colours_of_a_tiff(tmp_path, bits):
    data = samples(bits, 40, 50, 3)
    data[:10] = 2**bits - 1
    node = tiff(tmp_path, data, photometric="rgb", bitspersample=bits)
    assert windows(node) == [(0, 2**bits - 1)] * 3
    picture = picture_of(node)
    assert picture[:8].min() == 255
    if bits < 8:
        np.testing.assert_allclose(picture, data * (255 / (2**bits - 1)), atol=1)


@pytest.mark.parametrize("bits", [2, 4, 12])
def test_where_0_is_white(tmp_path, bits):
    data = samples(bits, 40, 50)
    node = tiff(tmp_path, data, photometric="miniswhite", bitspersample=bits)
    full, _, tones = image_in(node)
    np.testing.assert_array_equal(full, data)
    assert tones == ["inverted"]
    light, _, _ = image_in(node, "drawn")
    np.testing.assert_array_equal(light, 2**bits - 1 - data)
    if bits < 8:
        assert windows(node) == windows(node, "drawn") == [(0, 2**bits - 1)]


def test_inks_of_fewer_bits():
    data = np.zeros((4, 4, 4), "u1")
    data[0], data[1, :, 3] = (15, 0, 0, 0), 15  # cyan, and black
    told = {"channel_names": ["C", "M", "Y", "K"], "bits_per_sample": 4}
    node = _with(data, told)
    picture = picture_of(node)
    assert [picture[y, 0].tolist() for y in range(3)] == [[0, 255, 255], [0, 0, 0], [255, 255, 255]]
    assert windows(node, "drawn")[:3] == [(0, 15)] * 3


@pytest.mark.parametrize("significant", [12, 16, 17, 0])
def test_bits_that_ome_xml_tells(tmp_path, significant):
    data = samples(10, 40, 50, 3)
    tifffile.imwrite(
        tmp_path / "x.ome.tif", data, photometric="rgb", metadata={"SignificantBits": significant}
    )
    node = open_file(tmp_path / "x.ome.tif", Policy())
    is_told = significant == 12
    assert node.attributes.get("bits_per_sample") == (12 if is_told else None)
    assert windows(node) == [(0, 4095 if is_told else 65_535)] * 3


def test_a_palette_has_colours_of_8_bits():
    told = {
        "photometric": "palette",
        "palette": RNG.integers(0, 256, (16, 3)).tolist(),
        "bits_per_sample": 4,
    }
    assert windows(_with(samples(4, 40, 50), told)) == [(0, 255)] * 3


def test_a_projection_has_its_own_range(tmp_path):
    node = tiff(tmp_path, samples(4, 3, 40, 50), photometric="minisblack", bitspersample=4)
    assert windows(node, "ome;max,y,x") == [(0, 15)]
    ((least, most),) = windows(node, "ome;sum,y,x")
    assert (least, most) == (read_all(node).sum(0).min(), read_all(node).sum(0).max())


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_greys_of_a_png_have_the_range_of_their_dtype(tmp_path, bits):
    data = samples(bits, 16, 16)
    _write_png(tmp_path / "x.png", data, bits)
    with Image.open(tmp_path / "x.png") as image:
        np.testing.assert_array_equal(
            np.asarray(image), data * (255 // (2**bits - 1)) if bits > 1 else data
        )
    node = open_file(tmp_path / "x.png", Policy())
    np.testing.assert_array_equal(read_all(node), data * (255 // (2**bits - 1)) if bits > 1 else data)
    assert windows(node) == [(0, 255 if bits > 1 else 1)]


@pytest.mark.parametrize("told", ["4", None, 0, -1, 9, 4.0, [4], True])
def test_what_is_no_number_of_bits_says_nothing(told):
    assert windows(_with(samples(4, 8, 8), {"bits_per_sample": told})) == [(0, 255)]


def _with(data, attributes):
    array = adapt(data, Policy())
    object.__setattr__(array, "attributes", attributes)
    return array


def _write_png(path, data, bits):
    """Greys of fewer than 8 bits, which Pillow writes none of."""
    height, width = data.shape
    packed = np.packbits(
        np.unpackbits(data[..., None], axis=-1)[..., 8 - bits :].reshape(height, -1), axis=-1
    )
    rows = b"".join(b"\0" + row.tobytes() for row in packed)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))]
    parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    body = [
        struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d)) for kind, d in parts
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(body))
