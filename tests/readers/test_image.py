"""PNG and JPEG files, compared with Pillow and, for 16-bit colours, imagecodecs."""

import importlib.util
import struct
import warnings
import zlib
from pathlib import Path

import imagecodecs
import matplotlib
import numpy as np
import pytest
import skimage
from PIL import Image, PngImagePlugin
from upath import UPath

from jupyter_zarr_serve.core.errors import MissingLibrary, ServeError, Unreadable, failures_named
from jupyter_zarr_serve.core.nodes import Array, Policy
from jupyter_zarr_serve.readers import image as reader
from jupyter_zarr_serve.readers import open_file
from tests.nodes import read_all

RNG = np.random.default_rng(7)
_DATA = Path(skimage.__file__).parent / "data"
_MORE = Path(matplotlib.get_data_path()) / "sample_data"
SAMPLES = sorted([*_DATA.glob("*.png"), *_DATA.glob("*.jpg"), *_MORE.glob("*.png"), *_MORE.glob("*.jpg")])


def pixels(*shape, dtype="u1"):
    return RNG.integers(0, 250, shape).astype(dtype)


def saved(folder, image, name="x.png", **options):
    path = folder / name
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(path, **options)
    return path


def assert_reads(path, want, **policy):
    array = open_file(path, Policy(**policy))
    assert isinstance(array, Array)
    assert array.dtype == want.dtype
    np.testing.assert_array_equal(read_all(array), want)
    assert array.dimension_names == ("y", "x", "c")[: want.ndim]
    return array


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_of_other_projects(path):
    with Image.open(path) as image:
        want = np.asarray(image)
    if path.name == "chessboard_RGB.png":  # 16 bits, of which Pillow drops 8
        want = imagecodecs.png_decode(path.read_bytes())
    assert_reads(path, want)


@pytest.mark.parametrize(
    ("shape", "mode", "channels"),
    [
        ((30, 40), "L", None),
        ((30, 40, 2), "LA", "LA"),
        ((30, 40, 3), "RGB", "RGB"),
        ((30, 40, 4), "RGBA", "RGBA"),
    ],
)
def test_modes(tmp_path, shape, mode, channels):
    data = pixels(*shape)
    attributes = assert_reads(saved(tmp_path, data), data).attributes
    assert attributes["mode"] == mode
    assert attributes.get("channel_names") == (list(channels) if channels else None)


def test_bits(tmp_path):
    data = pixels(30, 41) > 100
    assert_reads(saved(tmp_path, data), data)


def test_gray_of_16_bits(tmp_path):
    data = RNG.integers(0, 65_000, (30, 40)).astype("u2")
    assert_reads(saved(tmp_path, data), data)


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_colours_of_16_bits_are_not_cut_to_8(tmp_path, channels):
    data = RNG.integers(0, 65_000, (30, 40, channels)).astype("u2")
    path = tmp_path / "x.png"
    path.write_bytes(imagecodecs.png_encode(data))
    assert_reads(path, data)


def test_colours_of_16_bits_need_imagecodecs(tmp_path, monkeypatch):
    path = tmp_path / "x.png"
    path.write_bytes(imagecodecs.png_encode(pixels(3, 4, 3, dtype="u2")))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingLibrary, match=r"16 bits.*\[tiff\]"):
        open_file(path, Policy())


@pytest.mark.parametrize(("options", "width"), [({}, 3), ({"transparency": 3}, 4), ({"bits": 1}, 3)])
def test_a_palette_is_an_attribute_of_the_numbers(tmp_path, options, width):
    image = Image.fromarray(pixels(30, 40, 3)).quantize(2 ** options.get("bits", 4))
    path = saved(tmp_path, image, **options)
    with Image.open(path) as again:
        want, colours = np.asarray(again), np.asarray(again.convert("RGBA"))
    palette = np.array(assert_reads(path, want).attributes["palette"])
    np.testing.assert_array_equal(palette[want], colours[..., :width])


@pytest.mark.parametrize(("mode", "mark"), [("L", 7), ("RGB", (1, 2, 3))])
def test_the_colour_that_is_not_to_be_seen_is_told(tmp_path, mode, mark):
    data = pixels(30, 40, *([3] if mode == "RGB" else []))
    attributes = assert_reads(saved(tmp_path, data, transparency=mark), data).attributes
    assert attributes["transparent"] == mark


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg(tmp_path, mode):
    shape = (30, 40) if mode == "L" else (30, 40, len(mode))
    image = (
        Image.fromarray(pixels(*shape), mode="CMYK") if mode == "CMYK" else Image.fromarray(pixels(*shape))
    )
    path = saved(tmp_path, image, "x.jpg", comment=b"a comment")
    with Image.open(path) as again:
        want = np.asarray(again)
    array = assert_reads(path, want)
    assert array.attributes["text"] == {"comment": "a comment"}


def test_attributes(tmp_path):
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "somebody")
    text.add_text("Endless", "x" * 10_000)
    exif = Image.Exif()
    exif[0x0112] = 6
    data = pixels(30, 40)
    attributes = assert_reads(
        saved(tmp_path, data, dpi=(300, 150), exif=exif, pnginfo=text), data
    ).attributes
    assert attributes["dpi"] == pytest.approx([300, 150], rel=1e-3)
    assert attributes["orientation"] == 6
    assert attributes["text"] == {"Author": "somebody"}
    assert "frames" not in attributes


def test_the_first_frame_of_an_animation(tmp_path):
    frames = [pixels(30, 40) for _ in range(3)]
    path = saved(tmp_path, frames[0], save_all=True, append_images=[Image.fromarray(f) for f in frames[1:]])
    attributes = assert_reads(path, frames[0]).attributes
    assert (attributes["frames"], attributes["frame"]) == (3, 0)


def test_a_large_image_is_cut_into_squares_and_decoded_once(tmp_path, monkeypatch):
    data = pixels(1100, 1300, 3)
    path = saved(tmp_path, data)
    opened, original = [], reader._decode
    monkeypatch.setattr(reader, "_decode", lambda *args: opened.append(1) or original(*args))
    array = open_file(path, Policy())
    assert array.chunk_shape == (512, 512, 3)
    assert not opened
    np.testing.assert_array_equal(read_all(array), data)
    assert opened == [1]


def test_remote_paths():
    path = UPath("memory://image/x.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    data = pixels(30, 40, 3)
    path.write_bytes(imagecodecs.png_encode(data))
    assert_reads(path, data)


def test_the_kind_is_told_by_the_bytes_not_the_name(tmp_path):
    data = pixels(30, 40)
    saved(tmp_path, data)
    assert_reads((tmp_path / "x.png").rename(tmp_path / "x.jpg"), data)


@pytest.mark.parametrize("data", [b"", b"GIF89a and so on", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_no_image(tmp_path, data):
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(ServeError), failures_named("x.png"):
        open_file(tmp_path / "x.png", Policy())


@pytest.mark.parametrize("name", ["x.png", "x.jpg"])
def test_a_truncated_image_fails_when_read(tmp_path, name):
    path = saved(tmp_path, pixels(300, 400, 3), name)
    path.write_bytes(path.read_bytes()[:-3000])
    array = open_file(path, Policy())
    with pytest.raises(ServeError), failures_named(name):
        read_all(array)


def test_a_damaged_image_fails_when_read(tmp_path):
    path = saved(tmp_path, pixels(300, 400, 3))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    array = open_file(path, Policy())
    with pytest.raises(ServeError), failures_named("x.png"):
        read_all(array)


def bomb(folder, width, height):
    """A PNG of one colour, whose pixels compress to next to nothing."""

    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    path = folder / "x.png"
    pieces = (part(b"IHDR", header), part(b"IDAT", zlib.compress(b"\0" * 1000)), part(b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(pieces))
    return path


def test_a_bomb_is_refused_and_nothing_warns(tmp_path):
    with warnings.catch_warnings(record=True) as caught:
        with pytest.raises(Unreadable, match="10,000,000,000 bytes"):
            open_file(bomb(tmp_path, 100_000, 100_000), Policy())
        with pytest.raises(Unreadable, match="pixels"):  # Pillow's own limit
            open_file(bomb(tmp_path, 20_000, 20_000), Policy(limit_bytes=1 << 40))
        open_file(bomb(tmp_path, 10_000, 10_000), Policy())
    assert not caught
