"""Zarr stores: every codec, in both formats, gives what zarr-python reads from the store itself."""

from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
import zarr
import zarr.codecs
import zarr.dtype

from jupyter_zarr_serve.core.nodes import Array
from jupyter_zarr_serve.core.v2 import document

from ..nodes import child
from .zarr_stores import GRID, QUIET, assert_same, check_array, edit, open_store, served, write

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]

NUMBERS = np.arange(7 * 10).reshape(7, 10)


V2_COMPRESSORS = {
    "none": None,
    "blosc": numcodecs.Blosc("lz4"),
    "blosc-zstd-bit": numcodecs.Blosc("zstd", 3, numcodecs.Blosc.BITSHUFFLE),
    "blosc-auto": numcodecs.Blosc("zlib", 3, numcodecs.Blosc.AUTOSHUFFLE),
    "blosc-plain": numcodecs.Blosc("blosclz", 1, numcodecs.Blosc.NOSHUFFLE, 4096),
    "gzip": numcodecs.GZip(3),
    "zstd": numcodecs.Zstd(7),
}
V2_OTHER = {
    "zlib": numcodecs.Zlib(3),
    "bz2": numcodecs.BZ2(2),
    "lzma": numcodecs.LZMA(),
    "lz4": numcodecs.LZ4(),
}


@pytest.mark.parametrize("name", V2_COMPRESSORS)
@pytest.mark.parametrize("dtype", ["<f4", "|u1", "|b1", "<c16", "<M8[ns]", "<U3", "|S3", "|V5"])
def test_portable_chunks_of_version_2_pass_in_both_formats(tmp_path: Path, name: str, dtype: str) -> None:
    data = NUMBERS.astype("u1").astype("S5").view("V5") if dtype == "|V5" else NUMBERS.astype(dtype)
    write(tmp_path, data, 2, compressors=V2_COMPRESSORS[name])
    check_array(tmp_path, (2, 3))


@pytest.mark.parametrize("name", V2_OTHER)
def test_other_compressors_of_version_2_are_decoded_for_version_3(tmp_path: Path, name: str) -> None:
    write(tmp_path, GRID, 2, compressors=V2_OTHER[name])
    check_array(tmp_path, (2,))


@pytest.mark.parametrize(
    "filters",
    [
        [numcodecs.Delta("<f4")],
        [numcodecs.Shuffle(4)],
        [numcodecs.FixedScaleOffset(1, 10, "<f4", "<i2"), numcodecs.Delta("<i2"), numcodecs.Zlib(1)],
        [numcodecs.AsType("<i2", "<f4")],
        [numcodecs.Quantize(2, "<f4")],
        [numcodecs.BitRound(8)],
        [numcodecs.Fletcher32()],
        [numcodecs.CRC32()],
        [numcodecs.Adler32()],
        [numcodecs.JenkinsLookup3()],
        [numcodecs.Base64()],
    ],
    ids=lambda filters: filters[0].codec_id,
)
def test_filters_of_version_2_are_undone_as_clients_ignore_them(tmp_path: Path, filters: list[Any]) -> None:
    write(tmp_path, GRID, 2, filters=filters, compressors=numcodecs.Zstd(1))
    node = check_array(tmp_path)
    assert document(node, ".zarray")["filters"] is None


def test_packed_bits_are_unpacked(tmp_path: Path) -> None:
    write(tmp_path, NUMBERS % 3 == 0, 2, filters=[numcodecs.PackBits()])
    check_array(tmp_path)


def test_filters_are_undone_in_the_order_and_with_the_fill_value_of_the_store(tmp_path: Path) -> None:
    write(tmp_path, GRID, 2, filters=[numcodecs.Shuffle(4)], order="F", fill_value=7)
    node = check_array(tmp_path)
    assert document(node, ".zarray")["order"] == "C"
    assert served(node, 2).fill_value == 7


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [">i4", ">f8", ">M8[s]", ">U2"])
def test_big_endian_version_2_is_swapped_for_version_3(tmp_path: Path, dtype: str, order: str) -> None:
    write(tmp_path, NUMBERS.astype(dtype), 2, order=order)
    node = check_array(tmp_path, (2,))
    assert served(node, 2).dtype.str == np.dtype(dtype).str
    assert node.dtype.byteorder in "<="


def test_fortran_order_of_version_2_is_turned_for_version_3(tmp_path: Path) -> None:
    write(tmp_path, np.arange(60.0).reshape(3, 4, 5), 2, order="F")
    assert served(check_array(tmp_path, (2,)), 2).order == "F"


V3_PORTABLE: dict[str, Any] = {
    "none": None,
    "blosc": zarr.codecs.BloscCodec(cname="zstd", clevel=2, shuffle="bitshuffle"),
    "blosc-plain": zarr.codecs.BloscCodec(shuffle="noshuffle"),
    "gzip": zarr.codecs.GzipCodec(level=2),
    "zstd": zarr.codecs.ZstdCodec(level=2),
    "zstd-checked": zarr.codecs.ZstdCodec(level=2, checksum=True),
}


@pytest.mark.parametrize("name", V3_PORTABLE)
@pytest.mark.parametrize("dtype", ["<f8", "|i1", "|b1", "<c8", "<f2", "<m8[10s]", "<U3", "|S3", "|V5"])
def test_portable_chunks_of_version_3_pass_in_both_formats(tmp_path: Path, name: str, dtype: str) -> None:
    data = NUMBERS.astype("u1").astype("S5").view("V5") if dtype == "|V5" else NUMBERS.astype(dtype)
    write(tmp_path, data, 3, compressors=V3_PORTABLE[name])
    check_array(tmp_path, (2, 3))


def _numcodecs(name: str, **configuration: Any) -> list[dict[str, Any]]:
    return [{"name": f"numcodecs.{name}", "configuration": configuration}]


@pytest.mark.parametrize(
    "kwargs",
    [
        {"serializer": zarr.codecs.BytesCodec(endian="big")},
        {"filters": zarr.codecs.TransposeCodec(order=(1, 0))},
        {"compressors": [zarr.codecs.ZstdCodec(), zarr.codecs.Crc32cCodec()]},
        {"compressors": [zarr.codecs.GzipCodec(), zarr.codecs.ZstdCodec()]},
        {"compressors": _numcodecs("zlib", level=3)},
        {"compressors": _numcodecs("bz2")},
        {"compressors": _numcodecs("lz4")},
        {"compressors": _numcodecs("shuffle", elementsize=4)},
        {"filters": _numcodecs("delta", dtype="<f4")},
        {"filters": _numcodecs("fixedscaleoffset", offset=1, scale=10, dtype="<f4", astype="<i2")},
        {"shards": (8, 10), "chunks": (2, 5)},
        {"shards": (8, 10), "chunks": (2, 5), "compressors": None},
        {"shards": {"shape": (4, 5), "index_location": "start"}, "chunks": (2, 5)},
        {"shards": (8, 10), "chunks": (2, 5), "filters": zarr.codecs.TransposeCodec(order=(1, 0))},
    ],
    ids=str,
)
def test_other_codecs_of_version_3_are_decoded_for_version_2(
    tmp_path: Path, kwargs: dict[str, Any]
) -> None:
    write(tmp_path, GRID, 3, **kwargs)
    inner_chunks_are_sent = "shards" in kwargs and "filters" not in kwargs
    check_array(tmp_path, (2, 3) if inner_chunks_are_sent else (3,))


def test_the_chunks_inside_shards_are_the_chunks_of_version_2(tmp_path: Path) -> None:
    write(tmp_path, GRID, 3, shards=(8, 10), chunks=(2, 5))
    array = open_store(tmp_path)
    assert isinstance(array, Array)
    assert array.in_format(3).chunk_shape == (8, 10)
    assert array.in_format(2).chunk_shape == (2, 5)


def test_two_transpositions_and_three_axes(tmp_path: Path) -> None:
    orders = ((1, 2, 0), (0, 2, 1))
    filters = [zarr.codecs.TransposeCodec(order=order) for order in orders]
    write(tmp_path, np.arange(60).reshape(3, 4, 5), 3, filters=filters, chunks=(2, 3, 4))
    check_array(tmp_path, (3,))


def test_shards_in_shards(tmp_path: Path) -> None:
    inner = zarr.codecs.ShardingCodec(chunk_shape=(2, 5), codecs=[zarr.codecs.BytesCodec()])
    write(tmp_path, GRID, 3, chunks=(8, 10), serializer=zarr.codecs.ShardingCodec(
        chunk_shape=(4, 5), codecs=[inner]
    ), compressors=None)  # fmt: skip
    check_array(tmp_path, (2, 3))


@pytest.mark.parametrize("separator", [".", "/"])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_chunk_key_separators(tmp_path: Path, zarr_format: int, separator: str) -> None:
    name = "default" if zarr_format == 3 else "v2"
    encoding = {"name": name, "separator": separator}
    write(tmp_path, GRID, zarr_format, chunk_key_encoding=encoding)
    check_array(tmp_path, (2, 3))


def test_keys_of_version_2_in_version_3(tmp_path: Path) -> None:
    write(tmp_path, GRID, 3, chunk_key_encoding={"name": "v2", "separator": "."})
    assert (tmp_path / "0.0").exists()
    check_array(tmp_path, (2, 3))


def test_unknown_codecs_pass_in_their_own_format_and_say_so_in_the_other(tmp_path: Path) -> None:
    group = zarr.create_group(tmp_path, zarr_format=3)
    group["a"] = GRID
    group["b"] = GRID
    codecs = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "acme.squeeze"}]
    edit(tmp_path / "a" / "zarr.json", codecs=codecs)
    node = child(open_store(tmp_path), "a")
    assert isinstance(node, Array)
    blob = node.stored[3].chunk((0, 0))
    assert blob is not None
    assert blob.read(0, blob.size) == (tmp_path / "a/c/0/0").read_bytes()
    assert node.stored[3].document["codecs"] == codecs
    with pytest.raises(OSError, match=r"acme\.squeeze"):
        served(open_store(tmp_path), 2, "a")[...]
    assert_same(served(open_store(tmp_path), 2)["b"][...], GRID)


def test_what_is_no_json_passes_in_version_2_only(tmp_path: Path) -> None:
    write(tmp_path, NUMBERS, 2, chunks=(7, 10))
    edit(tmp_path / ".zarray", dtype="|O", filters=[{"id": "json2"}], compressor=None, fill_value=None)
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    assert node.stored[2].document["filters"] == [{"id": "json2"}]
    with pytest.raises(OSError, match="json2"):
        served(node, 3)[...]
