"""NetCDF that xarray reads back as it was, by both of its engines."""

import io

import h5netcdf
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from jupyter_zarr_serve.core.nodes import Policy, make_array
from tests.exports.parts import file, plan, refusal

DATASET = xr.Dataset(
    {
        "t": (
            ("time", "x"),
            np.arange(12.0).reshape(4, 3),
            {"units": "K", "levels": [1, 2], "long_name": "é"},
        ),
        "n": ("x", np.array([2**63 - 1, -1, 0])),
        "f": ("x", np.array([0.5, np.nan, np.inf], "f4")),
        "b": ("x", np.array([True, False, True])),
        "h": ("x", np.array([0.5, 2, 3], "f2")),
        "s": 7,
    },
    {
        "time": pd.date_range("2020-01-01", periods=4, freq="6h"),
        "x": [10, 20, 30],
        "name": ("x", ["a", "ß", ""]),
    },
    {"title": "a title", "number": 3, "map": {"a": [1, "b"]}},
)


def opened(tmp_path, obj, engine, **options):
    place = tmp_path / "made.nc"
    place.write_bytes(file(obj, "netcdf", **options))
    with xr.open_dataset(place, engine=engine) as found:
        return found.load()


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_a_dataset_reads_back(tmp_path, engine):
    found = opened(tmp_path, DATASET, engine)
    for name, values in DATASET.variables.items():
        assert found[name].dims == values.dims, name
        assert found[name].dtype == (np.dtype("f4") if name == "h" else values.dtype) or name in {
            "name",
            "time",
        }
        np.testing.assert_array_equal(found[name].values, values.values, name)
    assert found["t"].attrs["units"] == "K"
    assert found["t"].attrs["long_name"] == "é"
    assert found["t"].attrs["levels"].tolist() == [1, 2]
    assert (found.attrs["title"], found.attrs["number"]) == ("a title", 3)


def test_an_array_brings_its_coordinates(tmp_path):
    found = opened(tmp_path, DATASET, "h5netcdf", path=("t",), region="1:3,2")
    assert found["t"].values.tolist() == [[5], [8]]
    assert found["x"].values.tolist() == [30]
    assert (found["time"].values == DATASET["time"].values[1:3]).all()


def test_arrays_without_dimensions(tmp_path):
    found = opened(tmp_path, {"a": np.arange(6).reshape(2, 3), "b": np.arange(5.0)}, "netcdf4")
    assert found["a"].values.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["b"].values.tolist() == [0, 1, 2, 3, 4]


def test_missing_values_and_times(tmp_path):
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "d": pd.to_datetime(["2020-01-01", None])})
    found = opened(tmp_path, frame, "h5netcdf")
    assert np.isnan(found["n"].values[1])
    assert found["n"].values[0] == 1
    assert found["d"].values[0] == np.datetime64("2020-01-01")
    assert np.isnat(found["d"].values[1])


def test_its_size_is_known_before_and_parts_are_small():
    array = make_array((3, 10**9), np.dtype("f8"), lambda region: pytest.fail("read"), Policy())
    told = plan(array, "netcdf")
    assert sum(told["sizes"]) > 24 * 10**9
    assert max(told["sizes"]) <= 64 << 20
    again = plan(array, "netcdf")
    assert told == again


def test_the_file_is_valid_for_hdf5():
    with h5netcdf.File(io.BytesIO(file(DATASET, "netcdf")), "r") as found:
        assert set(found.variables) == set(DATASET.variables)


@pytest.mark.parametrize(
    ("obj", "options", "words"),
    [
        (np.zeros(2, "c16"), {}, "npy"),
        (np.zeros(2, [("a", "i4")]), {}, "npy"),
        ({"a": {"b": np.zeros(2)}}, {}, "no arrays"),
        (np.zeros(2), {"region": "9"}, "region"),
        (np.zeros(2), {"columns": '["a"]'}, "tables"),
        ({"a": np.zeros(2)}, {"region": "1"}, "name one"),
    ],
)
def test_what_it_cannot_hold(obj, options, words):
    status, message = refusal(obj, "netcdf", **options)
    assert (status in {400, 422}, words in message) == (True, True), message


def test_hostile_names(tmp_path):
    found = opened(
        tmp_path, {"a\0b": np.zeros(2), "x y": np.ones(1), "ä/ö".replace("/", "\\"): np.ones(1)}, "h5netcdf"
    )
    assert len(found.variables) == 3
