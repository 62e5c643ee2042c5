"""Shards of Zarr stores that are damaged or hostile."""

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import google_crc32c
import pytest
import zarr
import zarr.codecs

from .zarr_stores import (
    GRID,
    QUIET,
    ask,
    reason,
    write,
)

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


BOMB = 1 << 24


def shard(tmp_path: Path, **config: Any) -> Path:
    write(tmp_path, GRID, 3, chunks=(2, 5), shards=(8, 10), **config)
    return tmp_path / "c/0/0"


def test_damaged_shards_pass_as_they_are_and_are_refused_where_decoded(tmp_path: Path) -> None:
    file = shard(tmp_path, compressors=None)
    whole = file.read_bytes()
    index = len(whole) - 8 * 16 - 4
    far = whole[:index] + struct.pack("<QQ", 1 << 62, 40)
    damaged = {
        "truncated": whole[:100],
        "checksum": whole[:-12] + b"\xee" + whole[-11:],
        "swapped": whole[:index] + whole[index + 16 :] + bytes(16),
    }
    for data in damaged.values():
        file.write_bytes(data)
        assert ask(tmp_path, 3, "c/0/0").body == data
        assert "0.0" in reason(ask(tmp_path, 2, "0.0"))
    rest = far + whole[len(far) : -4]
    file.write_bytes(rest + google_crc32c.value(rest[index:]).to_bytes(4, "little"))
    assert "truncated" in reason(ask(tmp_path, 2, "0.0"))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"chunk_shape": [3, 5]}, "do not divide"),
        ({"chunk_shape": [0, 5]}, "do not divide"),
        ({"chunk_shape": [5]}, "do not divide"),
        ({"index_codecs": [{"name": "bytes"}, {"name": "gzip"}]}, "index"),
    ],
    ids=str,
)
def test_shards_that_cannot_be_taken_apart_still_pass(
    tmp_path: Path, members: dict[str, Any], message: str
) -> None:
    file = shard(tmp_path)
    document = json.loads((tmp_path / "zarr.json").read_text())
    document["codecs"][0]["configuration"].update(members)
    (tmp_path / "zarr.json").write_text(json.dumps(document))
    assert ask(tmp_path, 3, "c/0/0").body == file.read_bytes()
    assert message in reason(ask(tmp_path, 2, "0.0"))


def test_a_bomb_in_a_shard_is_cut(tmp_path: Path) -> None:
    transposed = zarr.codecs.TransposeCodec(order=(1, 0))  # so that it is decoded here
    file = shard(tmp_path, compressors=zarr.codecs.GzipCodec(), filters=transposed)
    bomb = gzip.compress(bytes(BOMB))
    index = struct.pack("<QQ", 0, len(bomb)) + b"\xff" * 16 * 7
    file.write_bytes(bomb + index + google_crc32c.value(index).to_bytes(4, "little"))
    assert "allowed" in reason(ask(tmp_path, 2, "0.0"))
