"""Regions: which chunks they touch, and where two of them lie in each other."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.core.grid import covering, overlap, region_of, region_shape, within

SIDES = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 5)), min_size=1, max_size=3)


@st.composite
def regions(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], tuple[slice, ...]]:
    """A shape, a chunk shape and a region in it."""
    sides = draw(SIDES)
    ends = [sorted((draw(st.integers(0, n)), draw(st.integers(0, n)))) for n, _ in sides]
    return tuple(n for n, _ in sides), tuple(c for _, c in sides), tuple(slice(*end) for end in ends)


@given(regions())
def test_a_region_is_put_together_of_the_chunks_that_it_touches(case):
    shape, chunk_shape, region = case
    values = np.arange(np.prod(shape)).reshape(shape)
    block = np.full(region_shape(region), -1)
    for coords in itertools.product(*covering(region, chunk_shape)):
        chunk = region_of(coords, shape, chunk_shape)
        target, source = overlap(region, chunk)
        assert block[target].size > 0, "a chunk was read for nothing"
        block[target] = values[chunk][source]
    np.testing.assert_array_equal(block, values[region])


def test_regions_that_do_not_meet_have_an_empty_part_in_common():
    one, other = overlap((slice(0, 3),), (slice(7, 9),))
    assert region_shape(one) == region_shape(other) == (0,)


def test_a_part_is_counted_from_the_beginning_of_the_whole():
    assert within((slice(5, 6), slice(4, 9)), (slice(3, 9), slice(4, 9))) == (slice(2, 3), slice(0, 5))
