"""A part of what has not changed: If-Range, which browsers add when they know another part already."""

import numpy as np
import pytest

from tests.server import Server


@pytest.fixture(scope="module")
def chunk(served_dir) -> str:
    np.save(served_dir / "if-range.npy", np.random.default_rng(0).random(100))
    return "zarr/v3/files/if-range.npy/c/0"


def test_the_same_data_are_sent_in_part(server: Server, chunk):
    whole = server.get(chunk)
    part = server.get(chunk, headers={"Range": "bytes=3-9", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.content) == (206, whole.content[3:10])


@pytest.mark.parametrize("asked", ["bytes=3-9", "bytes=9999999-"])
def test_other_data_are_sent_whole(server: Server, chunk, asked):
    answer = server.get(chunk, headers={"Range": asked, "If-Range": '"another"'})
    assert (answer.status_code, answer.content) == (200, server.get(chunk).content)


def test_nobody_keeps_parts(server: Server, chunk):
    assert server.get(chunk, headers={"Range": "bytes=3-9"}).headers["Cache-Control"] == "private, no-store"
    assert server.get(chunk).headers["Cache-Control"] == "private, no-cache"
