"""Codecs of stored arrays that want to be others, have options of their own, or expand without an end."""

import bz2
import gzip
import json
import lzma
import zlib

import numpy as np
import pytest
from numcodecs import LZ4, Blosc, Zstd

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import open_store
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond

POLICY = Policy(limit_bytes=1 << 20)
LONG = b"\0" * (1 << 24)
BOMBS = {
    "zlib": zlib.compress(LONG),
    "gzip": gzip.compress(LONG),
    "bz2": bz2.compress(LONG),
    "lzma": lzma.compress(LONG),
    "zstd": bytes(Zstd().encode(LONG)),
    "lz4": bytes(LZ4().encode(LONG)),
    "blosc": bytes(Blosc().encode(LONG)),
}


def chunk_of(folder, zarr_format, codecs, chunk, **members):
    """The response in the other format than that of the store, for which the chunk has to be decoded."""
    folder = folder / "a.zarr"
    (folder / "c").mkdir(parents=True)
    if zarr_format == 3:
        document = {
            "zarr_format": 3, "node_type": "array", "shape": [8], "data_type": "int16", "fill_value": 0,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [8]}},
            "chunk_key_encoding": {"name": "default"},
            "codecs": codecs,
        } | members  # fmt: skip
        (folder / "zarr.json").write_text(json.dumps(document))
        (folder / "c" / "0").write_bytes(chunk)
    else:
        document = {
            "zarr_format": 2, "shape": [8], "chunks": [8], "dtype": "<i2", "fill_value": 0, "order": "C",
            "filters": codecs[:-1], "compressor": codecs[-1],
        } | members  # fmt: skip
        (folder / ".zarray").write_text(json.dumps(document))
        (folder / "0").write_bytes(chunk)
    key = ("0",) if zarr_format == 3 else ("c", "0")
    return respond(open_store(folder, POLICY), Request(5 - zarr_format, key))


def named(name, **configuration):
    return {"name": name, "configuration": configuration}


BYTES = named("bytes", endian="little")
SHARD = {"chunk_shape": [2], "codecs": [BYTES], "index_codecs": [BYTES]}
OPTIONS = [
    ("numcodecs.shuffle", {"id": "zlib"}),
    ("numcodecs.delta", {"id": "zlib", "dtype": "<i2"}),
    ("numcodecs.zlib", {"id": "gzip", "level": 1}),
    ("zstd", {"level": 1, "dictionary": "x"}),
    ("numcodecs.crc32", {"checksum_type": "x"}),
    ("numcodecs.delta", {"dtype": "O"}),
    ("numcodecs.astype", {"encode_dtype": "<i2", "decode_dtype": "U1000000"}),
    ("numcodecs.astype", {"encode_dtype": "<i2", "decode_dtype": "V1000000"}),
    ("numcodecs.astype", {"encode_dtype": [["a", "<i2"]], "decode_dtype": "<i2"}),
]


@pytest.mark.parametrize(("name", "configuration"), OPTIONS)
def test_an_option_that_is_not_listed_is_refused_by_name(tmp_path, name, configuration):
    response = chunk_of(tmp_path, 3, [BYTES, named(name, **configuration)], BOMBS["zlib"])
    assert response.status == 422
    assert name.removeprefix("numcodecs.").encode() in response.body
    assert any(word.encode() in response.body for word in configuration)


@pytest.mark.parametrize("name", ["numcodecs.msgpack2", "pcodec", "evil", "numcodecs.", ""])
def test_a_codec_that_is_not_listed_is_refused(tmp_path, name):
    assert chunk_of(tmp_path, 3, [BYTES, named(name)], b"\0" * 16).status == 422


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("times", [1, 2])
def test_no_codec_expands_beyond_what_its_chunk_may_be(tmp_path, name, zarr_format, times):
    steps = [name] * times
    chunk = BOMBS[name] if times == 1 else zlib.compress(BOMBS[name])
    steps = steps if times == 1 else [name, "zlib"]
    if zarr_format == 3:
        codecs = [BYTES, *(named(f"numcodecs.{step}") for step in steps)]
    else:
        codecs = [{"id": step} for step in steps]
    chunk_of(tmp_path, zarr_format, codecs, chunk)
    with pytest.raises(Unreadable, match="expands"):
        open_store(tmp_path / "a.zarr", POLICY).read((slice(0, 8),))


def test_a_small_chunk_may_not_expand_to_what_a_large_one_may(tmp_path):
    chunk = zlib.compress(bytes(1 << 19))  # within the limit of any chunk, but of 16 bytes
    response = chunk_of(tmp_path, 2, [{"id": "base64"}, {"id": "zlib"}], chunk)
    assert response.status == 422
    assert b"expands" in response.body


def test_a_hundred_codecs_are_refused(tmp_path):
    response = chunk_of(tmp_path, 3, [BYTES, *[named("numcodecs.zlib")] * 100], b"x")
    assert response.status == 422
    assert b"101 codecs" in response.body


@pytest.mark.parametrize(
    "change",
    [
        {"id": "zlib"},
        {"index_codecs": [BYTES, named("crc32c", id="zlib")]},
        {"index_codecs": [named("bytes", endian="little", evil=1)]},
        {"index_codecs": [BYTES, named("numcodecs.zlib")]},
        {"codecs": [BYTES, named("numcodecs.shuffle", id="zlib")]},
        {
            "codecs": [
                named("sharding_indexed", chunk_shape=[2], codecs=[BYTES], index_codecs=[BYTES], id="zlib")
            ]
        },
    ],
)
def test_shards_are_no_way_around_it(tmp_path, change):
    configuration = {"chunk_shape": [4], "codecs": [BYTES], "index_codecs": [BYTES]} | change
    index = np.array([[0, 16], [0, 16]], "<u8").tobytes()
    response = chunk_of(tmp_path, 3, [named("sharding_indexed", **configuration)], bytes(64) + index)
    assert response.status == 422


def test_the_index_of_a_shard_is_bounded(tmp_path):
    configuration = {"chunk_shape": [1], "codecs": [BYTES], "index_codecs": [BYTES]}
    members = {
        "shape": [1 << 40],
        "chunk_grid": named("regular", chunk_shape=[1 << 21]),
    }
    codecs = [named("sharding_indexed", **configuration)]
    response = chunk_of(tmp_path, 3, codecs, b"x" * 4096, **members)
    assert response.status == 422


def test_a_dictionary_of_lzma_is_bounded(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 3 << 29}]
    configuration = {"format": lzma.FORMAT_RAW, "filters": filters}
    response = chunk_of(tmp_path, 3, [BYTES, named("numcodecs.lzma", **configuration)], b"x")
    assert response.status == 422
    assert b"dictionary" in response.body
