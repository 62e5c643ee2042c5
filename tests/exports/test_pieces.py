"""Files are cut so that all is there once, in order, and no piece is large."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.grid import region_shape
from jupyter_zarr_serve.exports import pieces
from jupyter_zarr_serve.exports.pieces import Piece, joined, known, parts_of


@given(st.data())
def test_the_parts_of_a_region_are_its_elements_in_order(data):
    target, most = data.draw(st.integers(1, 60)), data.draw(st.integers(60, 200))
    shape = data.draw(st.lists(st.integers(0, 9), max_size=4).map(tuple))
    edges = [data.draw(st.tuples(st.integers(0, n), st.integers(0, n)).map(sorted)) for n in shape]
    region = tuple(slice(*edge) for edge in edges)
    chunks = [data.draw(st.integers(1, 9)) for _ in shape]
    array = np.arange(math.prod(shape)).reshape(shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "TARGET", target)
        patch.setattr(limits, "EXPORT_PART", most)
        parts = parts_of(region, chunks, 8)
    found = [array[part].reshape(-1) for part in parts]
    assert np.concatenate([*found, np.empty(0)]).tolist() == array[region].reshape(-1).tolist()
    assert all(part.nbytes <= max(most, target, 8) for part in found)


def test_parts_end_where_chunks_end():
    parts = parts_of((slice(5, 4000), slice(0, 1 << 20)), (100, 1 << 20), 1)
    assert [part[0].start for part in parts[:3]] == [5, 50, 100]
    parts = parts_of((slice(5, 4000), slice(0, 1 << 20)), (8, 64), 1)
    assert all(part[0].start % 8 == 0 for part in parts[1:])
    parts = parts_of((slice(0, 4000), slice(0, 1 << 20)), (64, 64), 1)
    assert {math.prod(region_shape(part)) for part in parts} == {64 << 20, (4000 % 64) << 20}


def test_small_neighbours_are_made_at_once():
    made = joined([known(b"a"), known(b"b"), Piece(pieces.TARGET, lambda: b"c"), known(b"d")])
    assert [piece.size for piece in made] == [pieces.TARGET + 3]
    made = joined([Piece(pieces.TARGET, bytes)] * 3)
    assert [piece.size for piece in made] == [pieces.TARGET] * 3


def test_a_file_may_not_be_endless():
    with pytest.raises(Unreadable, match="smaller region"):
        joined([Piece(limits.EXPORT, bytes), known(b"x")])
    with pytest.raises(Unreadable, match="smaller region"):
        parts_of((slice(0, 1 << 40), slice(0, 1 << 25)), (1, 1), 1)
