"""What one format announces of an array stored in the other has chunks; what has none is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from zarr import codecs as c

from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.readers import open_store
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.views import viewed
from tests.nodes import read_all
from tests.store import open_node

from .zarr_stores import QUIET, edit

pytestmark = [pytest.mark.filterwarnings(each) for each in (*QUIET, "ignore:Combining a")]

GRID = np.arange(36, dtype="<f8").reshape(6, 6)
WHOLE = GRID.astype("<i4")
TURN = c.TransposeCodec(order=(1, 0))
GZIP = c.GzipCodec()
HAS_SCALE = hasattr(c, "ScaleOffset")  # zarr-python 3.4


def shard(shape: tuple[int, int], *codecs: Any, **more: Any) -> Any:
    return c.ShardingCodec(chunk_shape=shape, codecs=codecs or (c.BytesCodec(), GZIP), **more)


CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "shards behind a transposition": (GRID, {"filters": [TURN], "serializer": shard((3, 2))}),
    "transposed in transposed shards": (
        GRID, {"filters": [TURN], "serializer": shard((3, 2), TURN, c.BytesCodec())},
    ),
    "compressed shards": (GRID, {"serializer": shard((3, 2)), "compressors": [GZIP]}),
    "shards in compressed shards": (
        GRID, {"serializer": shard((6, 3), shard((3, 1))), "compressors": [GZIP, c.Crc32cCodec()]},
    ),
    "an index of big-endian numbers": (
        GRID, {"serializer": shard((3, 2), index_codecs=[c.BytesCodec(endian="big"), c.Crc32cCodec()])},
    ),
    "two transpositions": (GRID, {"filters": [TURN, TURN]}),
    "big-endian": (GRID, {"serializer": c.BytesCodec(endian="big")}),
}  # fmt: skip
if HAS_SCALE:
    SCALE = c.ScaleOffset(offset=5.0, scale=0.5)
    CAST = c.CastValue(
        data_type="uint8", rounding="towards-zero", out_of_range="clamp",
        scalar_map={"encode": [("NaN", 255)], "decode": [(255, "NaN")]},
    )  # fmt: skip
    BIG = c.BytesCodec(endian="big")
    CASES |= {
        "scaled": (GRID, {"filters": [SCALE]}),
        "scaled integers": (WHOLE, {"filters": [c.ScaleOffset(offset=5, scale=-3)]}),
        "scaled to the ends of u8": (
            np.array([[0, 2**64 - 2]], "<u8"), {"filters": [c.ScaleOffset(offset=0, scale=1)]},
        ),
        "scaled big-endian": (GRID, {"filters": [SCALE], "serializer": BIG}),
        "cast": (np.where(GRID == 7, np.nan, GRID), {"filters": [CAST]}),
        "scaled and cast big-endian": (
            GRID, {"filters": [SCALE, c.CastValue(data_type="int16")], "serializer": BIG},
        ),
        "scaled between transpositions": (GRID, {"filters": [TURN, SCALE, TURN]}),
        "scaled and cast shards": (
            GRID, {"filters": [SCALE, TURN, c.CastValue(data_type="int16")], "serializer": shard((3, 2))},
        ),
    }  # fmt: skip


@pytest.mark.parametrize(("data", "options"), CASES.values(), ids=CASES)
def test_what_version_3_can_store_is_read_in_both_formats(tmp_path: Path, data, options) -> None:
    array = zarr.create_array(
        tmp_path / "a", shape=data.shape, dtype=data.dtype, chunks=data.shape, zarr_format=3,
        **{"compressors": None, **options},
    )  # fmt: skip
    array[...] = data
    node = open_store(tmp_path / "a", Policy())
    expected = zarr.open_array(tmp_path / "a", mode="r")[...]
    for zarr_format in (2, 3):
        np.testing.assert_array_equal(open_node(node, zarr_format)[...], expected)
    np.testing.assert_array_equal(read_all(node), expected)


def pair(folder: Path, zarr_format: int, **members: Any) -> Group:
    """A group of one array that is as told, and one that is plain."""
    group = zarr.create_group(folder / "g", zarr_format=zarr_format)
    for name in ("odd", "plain"):
        group.create_array(name, data=WHOLE, chunks=(3, 3))
    edit(folder / "g" / "odd" / {2: ".zarray", 3: "zarr.json"}[zarr_format], **members)
    node = open_store(folder / "g", Policy())
    assert isinstance(node, Group)
    return node


UNKNOWN: dict[str, tuple[int, dict[str, Any]]] = {
    "an array of arrays": (
        2, {"dtype": "|O", "fill_value": None, "filters": [{"id": "vlen-array", "dtype": "<i4"}]},
    ),
    "an unknown compressor": (2, {"compressor": {"id": "pcodec"}}),
    "an unknown serializer": (3, {"codecs": [{"name": "numcodecs.pcodec"}]}),
    "a scale of zero": (3, {"codecs": [{"name": "scale_offset", "configuration": {"scale": 0}}, "bytes"]}),
    "shards behind what goes on": (3, {"codecs": [
        {"name": "numcodecs.delta", "configuration": {"dtype": "<i4"}},
        {"name": "sharding_indexed", "configuration": {
            "chunk_shape": [3, 3], "codecs": ["bytes"], "index_codecs": ["bytes"],
        }},
    ]}),
}  # fmt: skip


@pytest.mark.parametrize(("zarr_format", "members"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_decoded_is_refused_once_and_not_chunk_by_chunk(tmp_path, zarr_format, members):
    group, other = pair(tmp_path, zarr_format, **members), 5 - zarr_format
    document = {2: ".zarray", 3: "zarr.json"}
    answer = respond(group, Request(other, ("odd", document[other])))
    assert answer.status == 422
    assert b"odd" in answer.body
    assert respond(group, Request(zarr_format, ("odd", document[zarr_format]))).status == 200
    opened = open_node(group, other)
    assert sorted(opened.array_keys()) == ["plain"]
    assert "odd" in str(opened.attrs["left_out"])
    np.testing.assert_array_equal(opened["plain"][...], WHOLE)


@pytest.mark.parametrize("view", ["portable", "ome"])
def test_views_refuse_at_once_what_cannot_be_decoded(tmp_path, view):
    group = pair(tmp_path, 3, codecs=[{"name": "numcodecs.pcodec"}])
    for zarr_format, key in ((2, ".zarray"), (3, "zarr.json")):
        assert respond(viewed(group, view), Request(zarr_format, ("odd", key))).status == 422
