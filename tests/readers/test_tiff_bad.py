"""TIFF files that are damaged, hostile or more than one file: what is refused, and in which words."""

import importlib.util
import struct
import threading

import numpy as np
import pytest
import tifffile

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.errors import ServeError, Unreadable, failures_named
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.walk import child_of, members
from jupyter_zarr_serve.readers import open_file
from tests.nodes import read_all

RNG = np.random.default_rng(7)
GRAY = {"photometric": "minisblack"}


def pixels(*shape, dtype="u2"):
    return RNG.integers(0, 250, shape).astype(dtype)


def written(folder, data, name="x.tif", **options):
    path = folder / name
    tifffile.imwrite(path, data, **{**GRAY, **options})
    return path


def overwrite(path, code, value, page=0):
    with tifffile.TiffFile(path, mode="r+") as tif:
        tif.pages[page].tags[code].overwrite(value)


def refused(path, match, policy=None):
    with pytest.raises(Unreadable, match=rf"(?s)^{path.name}: .*{match}"):
        open_file(path, policy or Policy())


def corner(array):
    return tuple(slice(0, min(n, c)) for n, c in zip(array.shape, array.chunk_shape, strict=True))


@pytest.mark.parametrize("data", [b"", b"II*\0", b"not a TIFF file at all"])
def test_no_tiff(tmp_path, data):
    (tmp_path / "x.tif").write_bytes(data)
    refused(tmp_path / "x.tif", "TIFF")


@pytest.mark.parametrize("pages", [2, 150])
def test_a_list_of_pages_that_leads_back_to_itself(tmp_path, pages):
    path = written(tmp_path, pixels(pages, 4, 4), metadata=None)
    with tifffile.TiffFile(path) as tif:
        first, last = tif.pages[0].offset, tif.pages.next_page_offset
    with path.open("r+b") as file:
        file.seek(last)
        file.write(struct.pack("<I", first))
    refused(path, "leads back to itself")


def test_too_many_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "PAGES", 10)
    refused(written(tmp_path, pixels(11, 4, 4), metadata=None), "more than 10 pages")


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("fraction", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_fails_and_never_gives_other_pixels(tmp_path, compression, fraction):
    data = pixels(5, 200, 200)
    path = written(tmp_path, data, compression=compression, metadata=None)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * fraction)])
    with pytest.raises(ServeError), failures_named("x.tif"):
        read_all(open_file(path, Policy()))


def test_a_truncated_contiguous_series_is_refused_when_opened(tmp_path):
    path = written(tmp_path, pixels(5, 200, 200))
    path.write_bytes(path.read_bytes()[:-1000])
    refused(path, "truncated")


def test_a_corrupt_tile(tmp_path):
    data = pixels(256, 256)
    path = written(tmp_path, data, tile=(128, 128), compression="zlib")
    with tifffile.TiffFile(path) as tif:
        offset = tif.pages[0].dataoffsets[1]
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * 200)
    array = open_file(path, Policy())
    np.testing.assert_array_equal(array.read((slice(0, 128), slice(0, 128))), data[:128, :128])
    with pytest.raises(ServeError), failures_named("x.tif"):
        array.read((slice(0, 128), slice(128, 256)))


@pytest.mark.parametrize("options", [{"tile": (128, 128)}, {"rowsperstrip": 64}])
def test_fewer_segments_than_the_size_needs(tmp_path, options):
    path = written(tmp_path, pixels(256, 256), compression="zlib", metadata=None, **options)
    overwrite(path, 257, 25_600)
    refused(path, "fewer segments")


def test_a_plane_larger_than_the_file(tmp_path):
    path = written(tmp_path, pixels(256, 256), metadata=None)
    overwrite(path, 256, 2_000_000_000)
    refused(path, "truncated")


def test_a_strip_that_decodes_to_too_much(tmp_path):
    path = written(tmp_path, np.zeros((1000, 1000), "u1"), compression="zlib", rowsperstrip=1000)
    refused(path, "1,000,000 bytes decoded", Policy(limit_bytes=500_000, target_bytes=10_000))


def test_a_tile_that_expands_beyond_its_size_is_cut(tmp_path):
    path = written(
        tmp_path, np.zeros((2048, 2048), "u1"), compression="zlib", tile=(2048, 2048), metadata=None
    )
    for code, value in ((256, 64), (257, 64), (322, 64), (323, 64)):
        overwrite(path, code, value)
    array = open_file(path, Policy())
    with pytest.raises(ServeError), failures_named("x.tif"):
        array.read(corner(array))


def test_a_jpeg_tile_that_claims_more_than_the_file_does(tmp_path):
    path = written(tmp_path, pixels(64, 64, dtype="u1"), compression="jpeg", tile=(64, 64))
    data = path.read_bytes()
    start = data.index(b"\xff\xc0\x00\x0b\x08") + 5
    path.write_bytes(data[:start] + b"\xff\xf0\xff\xf0" + data[start + 4 :])
    array = open_file(path, Policy())
    with pytest.raises(Unreadable, match=r"^x.tif: .*claims 4,292"):
        array.read(corner(array))


def test_imagej_that_claims_more_planes_than_there_are(tmp_path):
    path = written(tmp_path, pixels(1, 20, 30), imagej=True, metadata={"axes": "ZYX"})
    description = "ImageJ=1.11a\nimages=9\nslices=9\n\0"
    tifffile.tiffcomment(path, description.encode())
    array = open_file(path, Policy())
    assert array.shape == tifffile.imread(path).shape == (20, 30)


def test_a_shape_that_the_pages_do_not_have(tmp_path):
    path = written(tmp_path, pixels(5, 20, 30))
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"shape": [5, 20, 30]', b'"shape": [9, 20, 30]'))
    refused(path, "truncated")


def test_ome_that_claims_absurdly_many_planes(tmp_path):
    path = written(tmp_path, pixels(5, 20, 30), ome=True, metadata={"axes": "TYX"}, name="x.ome.tif")
    xml = tifffile.tiffcomment(path).replace('SizeT="5"', 'SizeT="2000000000"')
    tifffile.tiffcomment(path, xml.encode())
    refused(path, "claims 2,000,000,000 planes")


def test_ome_with_entities(tmp_path):
    xml = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><OME>&a;</OME>'
    refused(written(tmp_path, pixels(20, 30), description=xml, metadata=None), "entities")


def test_malformed_ome_is_served_as_plain_pages(tmp_path):
    data = pixels(20, 30)
    path = written(tmp_path, data, description="<OME><Image></OME>", metadata=None)
    np.testing.assert_array_equal(read_all(open_file(path, Policy())), data)


def two_files(folder):
    """An OME-TIFF of two planes, the second of which lies in another file."""
    first = folder / "first.ome.tif"
    planes = pixels(2, 20, 30)
    xml = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint16" SizeX="30" '
        'SizeY="20" SizeZ="2" SizeC="1" SizeT="1"><Channel ID="Channel:0" SamplesPerPixel="1"/>'
        '<TiffData FirstZ="0" IFD="0" PlaneCount="1">'
        '<UUID FileName="first.ome.tif">urn:uuid:1</UUID></TiffData>'
        '<TiffData FirstZ="1" IFD="0" PlaneCount="1">'
        '<UUID FileName="second.ome.tif">urn:uuid:2</UUID></TiffData>'
        "</Pixels></Image></OME>"
    )
    tifffile.imwrite(first, planes[0], description=xml, metadata=None, **GRAY)
    xml = xml.replace('UUID="urn:uuid:1">', 'UUID="urn:uuid:2">', 1)
    tifffile.imwrite(folder / "second.ome.tif", planes[1], description=xml, metadata=None, **GRAY)
    return first, planes


def test_ome_in_several_files_reads_only_the_one_asked_for(tmp_path, monkeypatch):
    first, planes = two_files(tmp_path)
    assert tifffile.imread(first).shape == (2, 20, 30)  # tifffile left to itself opens the sibling
    monkeypatch.chdir(tmp_path)
    array = open_file(first, Policy())
    np.testing.assert_array_equal(read_all(array), planes[0])
    assert array.attributes["files_left_out"] == ["second.ome.tif"]


def test_an_unknown_compression(tmp_path):
    path = written(tmp_path, pixels(20, 30), compression="zlib")
    overwrite(path, 259, 12_345)
    refused(path, "12345 is not a known COMPRESSION")


def test_an_unknown_type_of_number(tmp_path):
    path = written(tmp_path, pixels(20, 30, dtype="f4"), metadata=None)
    overwrite(path, 339, 7)
    refused(path, "32 bits of sample format 7")


def test_one_bad_series_leaves_its_siblings(tmp_path):
    path = tmp_path / "x.tif"
    with tifffile.TiffWriter(path) as tif:
        tif.write(pixels(20, 30), metadata=None, **GRAY)
        tif.write(pixels(40, 50, dtype="u1"), metadata=None, compression="zlib", **GRAY)
    overwrite(path, 259, 12_345, page=1)
    group = open_file(path, Policy())
    assert list(group.children) == ["0", "1"]
    assert [name for name, _ in members(group)] == ["0"]
    with pytest.raises(Unreadable, match="12345"):
        child_of(group, "1", "x.tif")


def test_without_imagecodecs_the_remedy_is_named(tmp_path, monkeypatch):
    path = written(tmp_path, pixels(20, 30), compression="zlib")
    plain = written(tmp_path, pixels(20, 30), name="plain.tif")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    refused(path, "ADOBE_DEFLATE.*pip install imagecodecs")
    open_file(plain, Policy())


def test_many_threads_read_at_once(tmp_path):
    data = RNG.integers(0, 60_000, (2, 700, 1100)).astype("u2")
    array = open_file(written(tmp_path, data, compression="lzw", rowsperstrip=40, predictor=True), Policy())
    wrong = []

    def reader():
        if not np.array_equal(read_all(array), data):
            wrong.append(1)

    threads = [threading.Thread(target=reader) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
