"""netCDF4's open datasets: what reading them gives."""

import netCDF4
import numpy as np
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy
from tests.nodes import child, read_all
from tests.store import open_node

POLICY = Policy()
STORED = {  # dtype, stored elements, fill value, attributes
    "plain": ("i4", [1, 2, 3, 4], None, {"units": "m"}),
    "filled": ("i2", [1, -1, 3, 4], -1, {}),
    "missing": ("i4", [1, -9, 3, 4], None, {"missing_value": np.int32(-9)}),
    "both": ("i4", [1, -9, -8, 4], -8, {"missing_value": np.int32(-9)}),
    "ranged": ("i4", [1, 200, 3, 4], -1, {"valid_range": np.array([0, 100], "i4")}),
    "scaled": ("i2", [1, -1, 3, 4], -1, {"scale_factor": 0.5}),
    "unsigned": ("i1", [1, -1, -3, 4], -1, {"_Unsigned": "true"}),
    "floats": ("f4", [1, 1e20, 3, 4], 1e20, {}),
}


@pytest.fixture
def dataset(tmp_path):
    with netCDF4.Dataset(tmp_path / "x.nc", "w") as file:
        file.title = "a test"
        file.createDimension("x", 4)
        for name, (dtype, values, fill, attributes) in STORED.items():
            variable = file.createVariable(name, dtype, ("x",), fill_value=fill)
            variable.setncatts(attributes)
            variable.set_auto_maskandscale(False)
            variable[:] = values
        file.createVariable("unwritten", "i4", ("x",))
        file.createVariable("text", str, ("x",))[:] = np.array(["a", "é", "", "d"], object)
        file.createVariable("a#b", "i4", ())[...] = 3
        clouds = file.createEnumType(np.uint8, "clouds", {"clear": 0, "part cloudy": 3, "missing": 255})
        file.createVariable("sky", clouds, ("x",), fill_value=255)[:] = [0, 3, 255, 0]
        file.createGroup("deeper").createVariable("v", "u1", ("x",))[:] = 255
        lengths = file.createVLType(np.int32, "lengths")
        file.createVariable("ragged", lengths, ("x",))
        file.createVariable("letters", "S1", ("x", "x"))._Encoding = "utf-8"
    file = netCDF4.Dataset(tmp_path / "x.nc")
    yield file
    if file.isopen():
        file.close()


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("plain", np.array([1, 2, 3, 4], "i4"), {"units": "m"}),
        ("filled", np.array([1, -1, 3, 4], "i2"), {"_FillValue": -1}),
        ("missing", np.array([1, -9, 3, 4], "i4"), {"_FillValue": -9}),
        ("both", np.array([1, -8, -8, 4], "i4"), {"_FillValue": -8}),
        ("ranged", np.array([1, -1, 3, 4], "i4"), {"_FillValue": -1, "valid_range": [0, 100]}),
        ("scaled", np.array([0.5, np.nan, 1.5, 2]), {}),
        ("unsigned", np.array([1, 255, 253, 4], "u1"), {"_FillValue": 255}),
        ("floats", np.array([1, np.nan, 3, 4], "f4"), {}),
        ("a_b", np.array(3, "i4"), {"original_name": "a#b"}),
    ],
)
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_masked_elements_are_marked(dataset, zarr_format, name, values, told):
    array = open_node(adapt(dataset, POLICY), zarr_format, name)
    assert array.dtype == values.dtype
    np.testing.assert_array_equal(array[...], values)
    assert {key: value for key, value in array.attrs.items() if key != "_ARRAY_DIMENSIONS"} == told


def test_groups_have_names_dimensions_and_attributes(dataset):
    node = adapt(dataset, POLICY)
    assert isinstance(node, Group)
    assert set(node.children) == {*STORED, "unwritten", "text", "a_b", "deeper", "ragged", "letters", "sky"}
    assert node.attributes_in(3)["title"] == "a test"
    assert child(node, "plain").dimension_names == ("x",)
    assert read_all(child(node, "text")).tolist() == ["a", "é", "", "d"]


def test_what_is_set_on_a_dataset_counts(dataset):
    dataset.set_auto_maskandscale(False)
    node = adapt(dataset, POLICY)
    scaled = child(node, "scaled")
    assert read_all(scaled).tolist() == [1, -1, 3, 4]
    assert dict(scaled.attributes) == {"scale_factor": 0.5, "_FillValue": -1}
    np.testing.assert_array_equal(read_all(child(node, "unwritten")), netCDF4.default_fillvals["i4"])


def test_what_has_no_mark_says_so(dataset):
    array = adapt(dataset["unwritten"], POLICY)
    with pytest.raises(Unreadable, match="no _FillValue says by what"):
        read_all(array)


@pytest.mark.parametrize(("name", "reason"), [("ragged", "different lengths"), ("letters", "as text")])
def test_what_is_no_array_of_elements_is_refused(dataset, name, reason):
    with pytest.raises(Unreadable, match=reason):
        adapt(dataset[name], POLICY)


@pytest.mark.parametrize("path", [None, "plain", "deeper", "deeper/v"])
def test_closed_files_are_refused(dataset, path):
    obj = dataset[path] if path else dataset
    dataset.close()
    with pytest.raises(Unreadable, match="its file is closed"):
        adapt(obj, POLICY)


def test_an_enumeration_says_what_its_values_are_called(dataset):
    sky = child(adapt(dataset, POLICY), "sky")
    assert read_all(sky).tolist() == [0, 3, 255, 0]
    assert sky.dtype == "u1"
    assert sky.attributes["flag_values"].tolist() == [0, 3, 255]
    assert sky.attributes["flag_meanings"] == "clear part_cloudy missing"
