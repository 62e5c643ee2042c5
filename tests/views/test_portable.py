"""The portable view: every element in a spelling that plain readers know, nothing changed on the way."""

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr
import zarr
from hypothesis import given, settings

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.readers import open_file
from jupyter_zarr_serve.views import viewed
from jupyter_zarr_serve.views.portable import portable
from tests.core.test_values import FORMATS, sources
from tests.nodes import child, read_all
from tests.store import CoreStore

PLAIN = set("biufTO")


def view(obj: object) -> Group | Array:
    return viewed(adapt(obj, Policy()), "portable")


def arrays_of(node: Group | Array) -> list[Array]:
    if isinstance(node, Array):
        return [node]
    return [array for member in node.children.values() for array in arrays_of(member)]


@settings(deadline=None, max_examples=60)
@given(sources(), FORMATS)
def test_every_dtype_becomes_a_plain_one_that_zarr_reads(source, zarr_format):
    reason = ""
    try:
        nodes = {f"a{i}": array for i, array in enumerate(arrays_of(view(source)))}
        expected = {name: read_all(array) for name, array in nodes.items()}
    except Unreadable as error:
        reason = str(error)
    if reason:
        assert "native" in reason  # no text, or times that int64 cannot count
        return
    store = CoreStore(Group(nodes), zarr_format)
    for name, array in nodes.items():
        assert array.dtype.kind in PLAIN
        assert array.dtype.itemsize > 2 or array.dtype.kind != "f"
        served = zarr.open_array(store, path=name, mode="r", zarr_format=zarr_format)[...]
        np.testing.assert_array_equal(np.asarray(served).astype(array.dtype), expected[name])


@pytest.mark.parametrize("weeks", [2**63 - 1, 1 - 2**63, -(2**61)])
def test_times_that_int64_cannot_count_are_refused(weeks):
    with pytest.raises(Unreadable, match="native"):
        read_all(view(np.array([0, weeks], "i8").view("M8[W]")))


@pytest.mark.parametrize("unit", ["D", "h", "m", "s", "ms", "us", "ns", "W", "M", "Y", "25s"])
def test_times_are_integers_that_xarray_decodes(unit):
    times = np.array(["1969-07-20", "2000-02-29", "NaT"], f"M8[{unit}]")
    array = view(times)
    raw = xr.Variable(("t",), read_all(array), dict(array.attributes))
    decoded = xr.conventions.decode_cf_variable("t", raw)
    np.testing.assert_array_equal(decoded.values, times.astype(decoded.dtype))


@pytest.mark.parametrize("unit", ["D", "h", "m", "s", "ms", "us", "ns", "W"])
def test_durations_are_integers_that_xarray_decodes(unit):
    spans = np.array([-3, 40, "NaT"], f"m8[{unit}]")
    array = view(spans)
    raw = xr.Variable(("t",), read_all(array), dict(array.attributes))
    decoded = xr.conventions.decode_cf_variable("t", raw)
    np.testing.assert_array_equal(decoded.values, spans.astype(decoded.dtype))


@pytest.mark.parametrize("dtype", ["M8[ps]", "M8[as]", "m8[fs]", "m8[M]", "m8[Y]"])
def test_units_that_cf_has_not_are_named_in_an_attribute(dtype):
    array = view(np.array([5, -5], dtype))
    assert read_all(array).tolist() == [5, -5]
    assert "units" not in array.attributes
    assert np.dtype(array.attributes["numpy_dtype"]) == np.dtype(dtype)


def test_times_that_cannot_be_counted_are_refused():
    with pytest.raises(Unreadable, match="native"):
        read_all(view(np.array([2**62], "i8").view("M8[Y]")))


def test_bytes_that_are_no_text_are_refused():
    assert read_all(view(np.array([b"h\xc3\xa9", b""]))).tolist() == ["hé", ""]
    with pytest.raises(Unreadable, match="native"):
        read_all(view(np.array([b"\xff"])))


def test_a_structure_is_a_group_of_its_fields():
    source = np.zeros(5, [("x", "f2"), ("at", "M8[s]"), ("in", [("c", "c8"), ("s", "S3")])])
    source["x"], source["in"]["c"] = np.arange(5), 1j * np.arange(5)
    group = view(source)
    assert isinstance(group, Group)
    np.testing.assert_array_equal(read_all(child(group, "x")), np.arange(5, dtype="f4"))
    np.testing.assert_array_equal(read_all(child(group, "in/c"))[:, 1], np.arange(5))
    assert child(group, "at").attributes["units"] == "seconds since 1970-01-01"


def test_categories_are_codes_and_their_categories():
    frame = pd.DataFrame({"size": pd.Categorical(["s", None, "l", "s"], ["s", "m", "l"], ordered=True)})
    group = view(frame)
    assert list(group.children) == ["index", "size", "size_categories"]
    codes = child(group, "size")
    assert read_all(codes).tolist() == [0, -1, 2, 0]
    assert codes.attributes["categories"] == ["s", "m", "l"]
    assert codes.attributes["categories_array"] == "size_categories"
    assert codes.attributes["_FillValue"] == -1
    assert read_all(child(group, "size_categories")).tolist() == ["s", "m", "l"]


def test_many_categories_have_wide_codes():
    values = [f"c{i:05}" for i in range(40_000)]
    group = view(pd.DataFrame({"c": pd.Categorical(values)}))
    codes, categories = read_all(child(group, "c")), read_all(child(group, "c_categories"))
    assert codes.dtype == np.int32
    assert categories[codes].tolist() == values


def test_missing_values_have_a_mask():
    frame = pd.DataFrame({"n": pd.array([1, None, 3], "Int64"), "t": pd.array(["", None, "x"], "string")})
    group = view(frame)
    for name in "nt":
        assert read_all(child(group, f"{name}_mask")).tolist() == [False, True, False]
        assert child(group, name).attributes["mask_array"] == f"{name}_mask"
    assert child(group, "n").attributes["_FillValue"] == read_all(child(group, "n"))[1]


def test_masked_arrays_have_a_mask():
    group = view({"m": np.ma.array([1, 2, 3], mask=[0, 1, 0])})
    assert read_all(child(group, "m_mask")).tolist() == [False, True, False]


def test_a_sibling_never_takes_the_place_of_a_member():
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "n_mask": [5, 6]})
    group = view(frame)
    assert list(group.children) == ["index", "n", "n_mask_", "n_mask"]
    assert read_all(child(group, "n_mask")).tolist() == [5, 6]
    assert read_all(child(group, "n_mask_")).tolist() == [False, True]
    assert child(group, "n").attributes["mask_array"] == "n_mask_"


def test_plain_arrays_are_the_same_object():
    array = adapt(np.arange(3.0), Policy())
    assert portable(array) is array


def test_a_respelled_array_has_another_version():
    frame = pd.DataFrame({"c": pd.Categorical([1, 2])})
    native = child(adapt(frame, Policy()), "c")
    object.__setattr__(native, "version", "1")
    values = portable(native)
    assert isinstance(values, Array)
    assert values.dtype == native.dtype.type(0).astype("i1").dtype
    assert portable(native) is values  # made once


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_xarray_decodes_the_identical_dataset(zarr_format):
    dataset = xr.Dataset(
        {
            "t": (("time", "x"), np.arange(6, dtype="f2").reshape(3, 2), {"units": "K"}),
            "span": ("time", np.array([1, "NaT", 3], "m8[ns]")),
            "when": ("x", np.array(["2000-01-01T01", "NaT"], "M8[ns]")),
            "name": ("x", np.array(["a", "bé"])),
            "ok": ("x", np.array([True, False])),
        },
        coords={"time": pd.date_range("1960-01-01", periods=3), "x": [10, 20], "label": ("x", ["u", "v"])},
        attrs={"title": "test"},
    )
    node = view(dataset)
    assert {array.dtype.kind for array in arrays_of(node)} <= PLAIN
    store = CoreStore(Group({"d": node}), zarr_format)
    group = zarr.open_group(store, path="d", mode="r", zarr_format=zarr_format)
    opened = xr.open_zarr(group.store, group="d", zarr_format=zarr_format, consolidated=True)
    xr.testing.assert_identical(opened.load(), dataset)


WORDS = {"ascii": ["abc", "de", ""], "utf-8": ["日本", "ü", "abc"], "latin-1": ["ü", "abc", "été"]}


@pytest.mark.parametrize("kind", ["NETCDF3_CLASSIC", "NETCDF4", "NETCDF4_CLASSIC"])
@pytest.mark.parametrize("encoding", WORDS)
def test_texts_of_characters_are_decoded_to_the_identical_dataset(tmp_path, kind, encoding, zarr_format):
    path = tmp_path / "chars.nc"
    words = np.array([word.encode(encoding) for word in WORDS[encoding]], "S9")
    with netCDF4.Dataset(path, "w", format=kind) as file:
        file.createDimension("x", 3)
        file.createDimension("length", 9)
        variable = file.createVariable("name", "S1", ("x", "length"))
        variable.set_auto_chartostring(False)
        variable._Encoding = encoding
        variable.long_name = "a name"
        variable[:] = words.view("S1").reshape(3, 9)
        scalar = file.createVariable("one", "S1", ("length",))
        scalar.set_auto_chartostring(False)
        scalar._Encoding = encoding
        scalar[:] = words[:1].view("S1")
        file.createVariable("n", "f4", ("x",))[:] = [1, 2, 3]
    node = open_file(path, Policy())
    native, plain = (
        xr.open_zarr(CoreStore(root, zarr_format), zarr_format=zarr_format, consolidated=True).load()
        for root in (node, viewed(node, "portable"))
    )
    assert native.name.values.tolist() == WORDS[encoding]
    xr.testing.assert_identical(plain, native)
    xr.testing.assert_identical(plain, xr.open_dataset(path).load())


@pytest.mark.parametrize("kind", ["NETCDF3_64BIT", "NETCDF4"])
def test_texts_that_xarray_wrote_are_decoded_to_the_identical_dataset(tmp_path, kind, zarr_format):
    path = tmp_path / "texts.nc"
    texts = ("x", np.array(["é", "abc", "日本語"], object))
    xr.Dataset({"t": texts, "grid": (("y", "x"), np.ones((2, 3)))}, {"x": texts}).to_netcdf(
        path, format=kind
    )
    root = viewed(open_file(path, Policy()), "portable")
    plain = xr.open_zarr(CoreStore(root, zarr_format), zarr_format=zarr_format, consolidated=True).load()
    xr.testing.assert_identical(plain, xr.open_dataset(path).load())


def test_characters_that_no_attribute_decodes_are_texts_all_the_same(zarr_format):
    source = xr.Dataset({"flag": (("x", "n"), np.array([[b"a", b"b"], [b"\xc3", b"\xbc"]], "S1"))})
    flag = child(view(source), "flag")
    assert isinstance(flag, Array)
    assert (flag.shape, flag.dimension_names) == ((2,), ("x",))
    assert read_all(flag).tolist() == ["ab", "ü"]


@pytest.mark.parametrize("values", [np.array([b"a", b"b"], "S1"), np.array(b"a", "S1")])
def test_characters_along_an_axis_without_a_name_stay_apart(values):
    assert read_all(view(values)).tolist() == values.astype("U").tolist()


def test_texts_of_characters_in_a_few_large_chunks_are_cut_into_such_as_fit():
    source = xr.Dataset({"t": (("x", "n"), np.full((5000, 1000), b"a", "S1"))})
    text = child(view(source), "t")
    assert isinstance(text, Array)
    assert text.chunk_shape[0] <= 2048
    assert set(read_all(text)) == {"a" * 1000}
