import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jupyter_zarr_serve.adapters import adapt as adapt_any
from jupyter_zarr_serve.adapters import from_numpy
from jupyter_zarr_serve.core.dtypes import BYTES, STRING
from jupyter_zarr_serve.core.errors import Replaced, Unreadable
from jupyter_zarr_serve.core.nodes import Array, Policy
from tests.nodes import chunks_of, read_all

POLICY = Policy()
SMALL = Policy(target_bytes=64)

DTYPES = ["?", "i1", "u1", "<i2", ">i4", "<u8", ">f2", "<f4", ">f8", "<c8", ">c16", "<U3", ">U2", "S4"]
DTYPES += ["M8[ns]", ">m8[s]", "V3", [("x", ">i4"), ("y", "<f8")]]


def values(obj, policy=SMALL):
    array = adapt_any(obj, policy)
    assert isinstance(array, Array)
    return array.read(()).astype(array.dtype) if array.shape == () else read_all(array)


def sample(dtype, shape):
    dtype = np.dtype(dtype)
    if dtype.kind in "US":
        return np.random.default_rng(0).integers(0, 99, shape).astype(dtype)
    count = int(np.prod(shape)) * dtype.itemsize
    bits = np.random.default_rng(0).integers(0, 2 if dtype.kind == "b" else 60, count, np.uint8)
    return bits.view(dtype).reshape(shape)


# --- arrays ------------------------------------------------------------------------------------


@given(st.data(), st.sampled_from(DTYPES))
def test_arrays_of_any_dtype_shape_and_layout(data, dtype):
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6))
    whole = sample(dtype, shape)
    layout = data.draw(st.sampled_from(["C", "F", "step", "transposed", "read-only"]))
    array = whole.copy("F" if layout == "F" else "C")
    if layout == "step" and array.ndim:
        array = array[::-2]
    if layout == "transposed":
        array = array.T
    array.setflags(write=layout != "read-only")
    got = values(array)
    assert got.dtype == array.dtype.newbyteorder("<")
    assert got.tobytes() == array.astype(got.dtype).tobytes()


def test_nothing_is_copied_and_changes_are_seen():
    array = np.zeros((100, 100))
    node = adapt_any(array, POLICY)
    block = node.read((slice(10, 20), slice(0, 5)))
    assert np.shares_memory(block, array)
    array[10, 0] = 7
    assert node.read((slice(10, 20), slice(0, 5)))[0, 0] == 7


def test_a_shape_changed_in_place_does_not_change_what_was_announced():
    array = np.arange(6)
    node = adapt_any(array, POLICY)
    array.resize((2, 3), refcheck=False)
    np.testing.assert_array_equal(read_all(node), np.arange(6))


@pytest.mark.parametrize(
    "scalar",
    [
        np.float32(1.5),
        np.int64(-3),
        np.bool_(True),
        np.complex64(1j),
        np.str_("é"),
        np.bytes_(b"ab"),
        np.datetime64("2020-01-01", "ns"),
        np.timedelta64(5, "h"),
        np.void(b"xyz"),
    ],
    ids=repr,
)
def test_scalars_have_no_axes(scalar):
    got = values(scalar)
    assert got.shape == ()
    assert got[()] == scalar


def test_memory_maps(tmp_path):
    mapped = np.memmap(tmp_path / "raw", "<i4", "w+", shape=(20, 30))
    mapped[:] = np.arange(600).reshape(20, 30)
    np.testing.assert_array_equal(values(mapped), np.arange(600).reshape(20, 30))


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_matrices_and_record_arrays():
    np.testing.assert_array_equal(values(np.matrix([[1, 2], [3, 4]])), [[1, 2], [3, 4]])
    records = np.rec.fromarrays([np.arange(3), np.arange(3) / 2], names="a,b")
    got = values(records)
    np.testing.assert_array_equal(got["b"], records.b)


def test_string_arrays_and_their_missing_elements():
    assert values(np.array(["a", "", "длина"], STRING)).tolist() == ["a", "", "длина"]
    for missing in (None, np.nan):
        dtype = np.dtypes.StringDType(na_object=missing)
        assert values(np.array(["a", missing], dtype)).tolist() == ["a", ""]


@pytest.mark.parametrize("dtype", [np.longdouble, np.clongdouble])
def test_extended_precision_is_refused(dtype):
    with pytest.raises(Unreadable, match="precision"):
        adapt_any(np.zeros(3, dtype), POLICY)


def test_what_is_no_array_is_refused():
    with pytest.raises(Unreadable, match="Float64DType"):
        adapt_any(np.dtype("f8"), POLICY)
    with pytest.raises(Unreadable, match="Generator"):
        from_numpy.adapt(np.random.default_rng(), POLICY)


# --- arrays of objects -------------------------------------------------------------------------


def test_objects_that_are_text():
    array = np.array([["a", None, "b\0"], [np.str_("é"), "", "x" * 1000]], object)
    node = adapt_any(array, POLICY)
    assert node.dtype == STRING
    assert read_all(node).tolist() == [["a", "", "b\0"], ["é", "", "x" * 1000]]


def test_objects_that_are_bytes():
    array = np.array([b"a\0", None, b""], object)
    node = adapt_any(array, POLICY)
    assert node.dtype == BYTES
    assert read_all(node).tolist() == [b"a\0", b"", b""]


@pytest.mark.parametrize("shape", [(), (0,), (2, 0)])
def test_few_or_no_objects(shape):
    array = np.full(shape, None, object)
    assert adapt_any(array, POLICY).dtype == STRING
    assert values(array).shape == shape


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        (["a", "b", {}], r"\(2,\) is of type dict"),
        ([["a", "b"], ["c", 5]], r"\(1, 1\) is of type int"),
        (["a", b"b"], r"\(1,\) is of type bytes"),
        ([b"a", "b"], r"\(1,\) is of type str"),
        ([1.5, 2], r"\(0,\) is of type float"),
        (["a", 1.5], r"\(1,\) is of type float"),
    ],
)
def test_other_objects_are_refused_by_type_and_place(objects, reason):
    with pytest.raises(Unreadable, match=reason):
        adapt_any(np.array(objects, object), POLICY)


def test_an_object_replaced_after_publication_is_refused_when_read():
    array = np.array(["a", "b"], object)
    node = adapt_any(array, POLICY)
    array[1] = 5
    with pytest.raises(Unreadable, match="int"):
        read_all(node)


def test_structures_of_objects_are_refused():
    with pytest.raises(Unreadable, match="variable length"):
        adapt_any(np.zeros(3, [("a", object)]), POLICY)


# --- masked arrays -----------------------------------------------------------------------------

MASK = [False, True, False]


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f8", "c8", "c16"])
def test_masked_floats_become_nan(dtype):
    node = adapt_any(np.ma.array([1, 2, 3], dtype, mask=MASK), POLICY)
    np.testing.assert_array_equal(read_all(node), np.array([1, np.nan, 3], dtype))
    assert np.isnan(node.fill)
    assert np.isnan(node.attributes["_FillValue"])
    assert node.attributes["_FillValue"].dtype == node.dtype


@pytest.mark.parametrize("dtype", ["M8[ns]", ">M8[D]", "m8[s]"])
def test_masked_times_become_nat(dtype):
    node = adapt_any(np.ma.array(np.array([1, 2, 3], dtype), mask=MASK), POLICY)
    assert np.isnat(read_all(node)).tolist() == MASK


@pytest.mark.parametrize("dtype", ["i1", "u1", ">i2", "<u2", "i4", ">u4", "i8", "u8"])
def test_masked_integers_become_a_value_that_does_not_occur(dtype):
    ends = np.iinfo(dtype).min, np.iinfo(dtype).max
    for low, high in [(5, 6), (ends[0], 6), (5, ends[1])]:
        node = adapt_any(np.ma.array([low, 9, high], dtype, mask=MASK), POLICY)
        got = read_all(node)
        assert node.dtype == np.dtype(dtype).newbyteorder("<")
        assert (got == node.fill_value).tolist() == MASK
        assert [got[0], got[2]] == [low, high]
        assert node.attributes["_FillValue"] == node.fill_value


@pytest.mark.parametrize(("dtype", "wider"), [("i1", "i2"), ("u1", "i2"), ("i2", "i4"), ("u4", "i8")])
def test_integers_that_use_their_range_are_widened(dtype, wider):
    ends = np.iinfo(dtype).min, np.iinfo(dtype).max
    node = adapt_any(np.ma.array([ends[0], 9, ends[1]], dtype, mask=MASK), POLICY)
    assert node.dtype == wider
    got = read_all(node)
    assert (got == node.fill_value).tolist() == MASK
    assert [got[0], got[2]] == [*ends]


def test_64_bit_integers_that_use_their_range_are_refused():
    ends = np.iinfo("i8")
    with pytest.raises(Unreadable, match=r"\.filled"):
        adapt_any(np.ma.array([ends.min, 9, ends.max], mask=MASK), POLICY)


def test_the_fill_value_somebody_chose_is_kept_if_it_does_not_occur():
    assert adapt_any(np.ma.array([1, 2, 3], mask=MASK, fill_value=-99), POLICY).fill_value == -99
    assert adapt_any(np.ma.array([1, 2, 3], mask=MASK, fill_value=3), POLICY).fill_value != 3
    hidden = np.ma.masked_equal([1, -99, 3], -99)  # it is what the masked places hold
    assert adapt_any(hidden, POLICY).fill_value == -99


def test_masked_booleans_are_served_as_integers():
    node = adapt_any(np.ma.array([True, True, False], mask=MASK), POLICY)
    assert read_all(node).tolist() == [1, -1, 0]


@pytest.mark.parametrize("dtype", ["U3", "S3"])
def test_masked_text(dtype):
    for first, mark in [("a", ""), ("", "N/A")]:
        node = adapt_any(np.ma.array(np.array([first, "x", "b"], dtype), mask=MASK), POLICY)
        assert read_all(node).astype("U3").tolist() == [first, mark, "b"]
    with pytest.raises(Unreadable, match="cannot be marked"):
        adapt_any(np.ma.array(np.array(["", "x", "N/A"], dtype), mask=MASK), POLICY)


def test_masked_objects():
    assert values(np.ma.array(["a", 5, "b"], object, mask=MASK)).tolist() == ["a", "", "b"]


def test_masked_structures():
    array = np.ma.zeros(3, [("a", "i4"), ("b", "f8")])
    np.testing.assert_array_equal(values(array), array.data)
    array["b"][1] = np.ma.masked
    with pytest.raises(Unreadable, match="cannot be marked"):
        adapt_any(array, POLICY)


@pytest.mark.parametrize("mask", [np.ma.nomask, [False, False, False]])
def test_without_masked_elements_nothing_is_marked(mask):
    array = np.ma.array([1, 2, 3], mask=mask)
    node = adapt_any(array, POLICY)
    assert (node.fill_value, node.attributes) == (None, {})
    np.testing.assert_array_equal(read_all(node), [1, 2, 3])
    assert np.shares_memory(node.read((slice(0, 2),)), array.data)
    array[1] = np.ma.masked
    with pytest.raises(Replaced, match="missing now"):
        read_all(node)


def test_all_masked_and_large_masked():
    node = adapt_any(np.ma.masked_all((2, 3), "i4"), POLICY)
    assert (read_all(node) == node.fill_value).all()
    large = np.ma.array(np.arange(200_000).reshape(400, 500), mask=np.arange(200_000) % 7 == 0)
    for order in (large, large.T, large[::3, ::2]):
        node = adapt_any(order, SMALL)
        region = next(iter(chunks_of(node)))
        np.testing.assert_array_equal(node.read(region), order[region].filled(node.fill_value))


def test_the_masked_constant_is_nan():
    assert np.isnan(values(np.ma.masked))


@pytest.mark.parametrize(
    ("values", "served", "told"),
    [
        (np.array(["a", "b"]), ["a", ""], {"_FillValue": ""}),
        (np.array(["", "b"]), ["", "N/A"], {"_FillValue": "N/A"}),
        (np.array([b"", b"b"]), [b"", b"N/A"], {"_FillValue": b"N/A"}),
        (np.array(["", "long"]), ["", "N/A"], {"_FillValue": "N/A"}),
        (np.array(["a", "b"], np.dtypes.StringDType()), ["a", ""], {"missing": "empty string"}),
    ],
)
def test_masked_text_of_any_length_has_a_mark(values, served, told):
    masked = np.ma.array(values, mask=[False, True])
    node = adapt_any(masked, POLICY)
    assert read_all(node).tolist() == served
    assert dict(node.attributes) == told
