"""v2 == v3 == source, value for value, as zarr-python reads them."""

import math
from dataclasses import replace

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from packaging import version

from jupyter_zarr_serve.core.codecs import compressor_named
from jupyter_zarr_serve.core.dtypes import BYTES, STRING, canonical
from jupyter_zarr_serve.core.known_names import COMPRESSORS
from jupyter_zarr_serve.core.nodes import Array, Policy, make_array
from tests.store import open_node

UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
SCALARS = st.one_of(
    npst.boolean_dtypes(),
    npst.integer_dtypes(endianness="?"),
    npst.unsigned_integer_dtypes(endianness="?"),
    npst.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    npst.complex_number_dtypes(endianness="?", sizes=(64, 128)),
    st.builds(
        lambda kind, scale, unit: np.dtype(f"{kind}8[{scale}{unit}]"),
        st.sampled_from(["<M", ">M", "<m", ">m"]),
        st.sampled_from([1, 25]),
        st.sampled_from(UNITS),
    ),
    npst.unicode_string_dtypes(endianness="?", min_len=1, max_len=5),
    npst.byte_string_dtypes(min_len=1, max_len=5),
)
OPAQUE = st.builds(lambda size: np.dtype(f"V{size}"), st.integers(1, 20))
DTYPES = st.one_of(SCALARS, OPAQUE, npst.nested_dtypes(SCALARS, max_leaves=4, max_itemsize=120))
FORMATS = st.sampled_from([2, 3])


@st.composite
def sources(draw: st.DrawFn) -> np.ndarray:
    """Arrays of any dtype and layout: C, Fortran, reversed, strided."""
    dtype = draw(DTYPES)
    shape = draw(npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6))
    if dtype.kind == "V" and dtype.names is None:
        size = math.prod(shape) * dtype.itemsize
        source = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), dtype).reshape(shape)
    else:
        source = draw(npst.arrays(dtype, shape))
    layout = draw(st.sampled_from(["C", "F", "reversed"]))
    if layout == "F":
        return np.asfortranarray(source)
    return source[::-1] if layout == "reversed" and source.ndim else source


def serve(source: np.ndarray, **fields: object) -> Array:
    return make_array(source.shape, source.dtype, source.__getitem__, Policy(), **fields)


# zarr-python 3.1 writes nested structures of version 2 but cannot read them; 3.4 can.
READS_NESTED_V2 = version.parse(zarr.__version__) >= version.parse("3.2")


def is_nested(dtype: np.dtype) -> bool:
    return any(canonical(dtype)[name].names for name in canonical(dtype).names or ())


def same_bits(read: np.ndarray, source: np.ndarray) -> bool:
    """Equality that sees -0.0, NaN payloads and padding-free structures."""
    expected = np.ascontiguousarray(source).astype(source.dtype.newbyteorder("<"))
    return read.shape == source.shape and np.ascontiguousarray(read).tobytes() == expected.tobytes()


@given(sources(), FORMATS, st.data())
def test_every_dtype_and_layout(source, zarr_format, data):
    chunks = tuple(data.draw(st.integers(1, 8)) for _ in source.shape)
    array = serve(source, chunk_shape=chunks)
    if zarr_format == 2 and is_nested(source.dtype) and not READS_NESTED_V2:
        with pytest.raises(ValueError, match="No Zarr data type"):
            open_node(array, zarr_format)
        return
    read = open_node(array, zarr_format)
    assert read.chunks == chunks
    assert same_bits(np.asarray(read[...], read.dtype), source)


@given(npst.arrays(SCALARS, npst.array_shapes(max_side=6)), st.sampled_from(list(COMPRESSORS)), FORMATS)
@settings(max_examples=50)
def test_every_compressor(source, name, zarr_format):
    compressor = compressor_named(name)
    array = replace(serve(source), codecs=(compressor,) if compressor else ())
    assert same_bits(np.asarray(open_node(array, zarr_format)[...]), source)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=8), FORMATS)
def test_text_of_any_length(texts, zarr_format):
    source = np.array(texts, dtype=STRING)
    read = open_node(serve(source, chunk_shape=(3,)), zarr_format)[...]
    assert [str(text) for text in read] == texts


@given(st.lists(st.binary(max_size=9), max_size=8), FORMATS)
@pytest.mark.filterwarnings(
    "ignore:.*variable_length_bytes.*", "ignore:.*vlen-bytes.*", "ignore:.*does not have a Zarr V3"
)
def test_bytes_of_any_length(values, zarr_format):
    source = np.empty(len(values), object)
    source[:] = values
    read = open_node(serve(source, chunk_shape=(3,)), zarr_format)[...]
    assert source.dtype == BYTES
    assert [bytes(value) for value in read] == values
