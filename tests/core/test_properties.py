"""Properties by zarr-python's own strategies: names, attributes, chunk grids, whole stores."""

import json
import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from zarr.testing import strategies as zst

from jupyter_zarr_serve.core import v2, v3
from jupyter_zarr_serve.core.grid import (
    chunk_shape_for,
    grid_shape,
    in_grid,
    region_of,
    region_shape,
)
from jupyter_zarr_serve.core.nodes import Group, Policy, make_array
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from tests.store import open_node

FORMATS = st.sampled_from([2, 3])
TEXT = st.text(st.characters(codec="utf-8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
SHAPES = st.lists(st.integers(0, 10**7), max_size=5).map(tuple)
POLICY = Policy()


def leaf(values: np.ndarray, **fields: Any) -> Any:
    return make_array(values.shape, values.dtype, values.__getitem__, POLICY, **fields)


@given(st.data(), zst.np_array_and_chunks(), FORMATS)
@settings(max_examples=60)
def test_arrays_of_any_shape_and_grid(data, array_and_chunks, zarr_format):
    values, chunks = array_and_chunks
    chunks = tuple(max(1, length) for length in chunks)
    read = open_node(leaf(values, chunk_shape=chunks), zarr_format)
    assert read.shape == values.shape
    assert read.chunks == chunks
    index = tuple(
        slice(*sorted(data.draw(st.tuples(st.integers(0, n), st.integers(0, n))))) for n in values.shape
    )
    np.testing.assert_array_equal(np.asarray(read[index]), values[index])


@given(st.dictionaries(zst.node_names, st.integers(), min_size=1, max_size=5), FORMATS)
@settings(max_examples=60)
def test_names_of_any_kind(numbers, zarr_format):
    children = {name: leaf(np.array(number, object if abs(number) >= 2**63 else "i8").astype("f8"))
                for name, number in numbers.items()}  # fmt: skip
    group = Group({"inner": Group(children)})
    for name, number in numbers.items():
        assert open_node(group, zarr_format, f"inner/{name}")[()] == float(number)
    assert set(open_node(group, zarr_format)["inner"].keys()) == set(numbers)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, max_size=5), FORMATS)
def test_attributes_are_kept_and_valid_json(attributes, zarr_format):
    document = {2: ".zattrs", 3: "zarr.json"}[zarr_format]
    array = leaf(np.zeros(2), attributes=attributes)
    answer = respond(Group({"a": array}), Request(zarr_format, ("a", document)))
    read = json.loads(answer.body, parse_constant=refuse)
    read = read if zarr_format == 2 else read["attributes"]
    for name, value in attributes.items():
        if name not in {"_FillValue", "missing_value", "_ARRAY_DIMENSIONS"}:
            assert read[name] == spelled(value)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def spelled(value: Any) -> Any:
    """What is documented for what JSON lacks."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [spelled(item) for item in value]
    if isinstance(value, dict):
        return {name: spelled(item) for name, item in value.items()}
    return value


@given(SHAPES, st.integers(1, 100), st.integers(1 << 12, 1 << 22), st.sampled_from(["box", "tile", "rows"]))
def test_the_policy_keeps_its_word(shape, itemsize, target, layout):
    """About the target, an image's tile up to twice as much or 256 elements wide; never an empty chunk."""
    chunks = chunk_shape_for(shape, itemsize, target, layout=layout)
    assert len(chunks) == len(shape)
    assert all(c >= 1 for c in chunks)
    size = math.prod(chunks) * itemsize
    tile = max(2 * target, 256 * 256 * itemsize) if layout == "tile" else 0
    row = itemsize * math.prod(max(1, n) for n in shape[1:]) if layout == "rows" else 0
    assert size <= max(target, itemsize, tile, row)


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**4)), min_size=1, max_size=4),
    st.integers(1, 16),
)
def test_chunks_are_aligned_with_the_source(axes, itemsize):
    shape, source = zip(*axes, strict=True)
    chunks = chunk_shape_for(shape, itemsize, 1 << 20, source_chunks=source)
    assert all(
        c % s == 0 or s % c == 0 or has_no_fitting_divisor(s, c)
        for c, s in zip(chunks, source, strict=True)
    )
    assert math.prod(chunks) * itemsize <= 8 * 2**20
    if math.prod(source) * itemsize > 8 * 2**20:
        assert math.prod(chunks) * itemsize >= 2**20 // 64


def has_no_fitting_divisor(length: int, chunk: int) -> bool:
    parts = -(-length // chunk)
    return not any(length % part == 0 for part in range(parts, 8 * parts))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=3))
def test_regions_tile_the_array(axes):
    shape = tuple(n for n, _ in axes)
    chunks = tuple(c for _, c in axes)
    covered = np.zeros(shape, int)
    for coords in np.ndindex(*grid_shape(shape, chunks)):
        region = region_of(coords, shape, chunks)
        assert all(n <= c for n, c in zip(region_shape(region), chunks, strict=True))
        covered[region] += 1
    assert (covered == 1).all()


@given(st.lists(st.integers(0, 10**12), max_size=4).map(tuple), st.sampled_from([v2, v3]))
def test_chunk_keys_are_unique_and_reversible(coords, dialect):
    key = dialect.chunk_key(coords)
    assert dialect.chunk_coords(key, len(coords)) == coords
    if coords:  # "0" is the chunk of a 0-d array and the first of a 1-d array in version 2
        assert dialect.chunk_coords(key, len(coords) + 1) is None
    shape, chunks = tuple(n + 1 for n in coords), (1,) * len(coords)
    assert in_grid(coords, shape, chunks)
    assert not coords or not in_grid(coords, coords, chunks)


@given(st.text(max_size=12), st.integers(0, 3), st.sampled_from([v2, v3]))
def test_only_canonical_keys_are_chunk_keys(key, ndim, dialect):
    coords = dialect.chunk_coords(key, ndim)
    assert coords is None or dialect.chunk_key(coords) == key
