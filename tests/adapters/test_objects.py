"""Text and bytes among which some are missing: always the empty one, and always told."""

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.chunks import read_region
from jupyter_zarr_serve.core.errors import Replaced
from jupyter_zarr_serve.core.nodes import Policy
from tests.nodes import read_all
from tests.store import open_node

POLICY = Policy()
GONE = [None, np.nan, float("nan"), np.float32("nan"), pd.NA]


def text_of(na_object):
    return np.array(["a", na_object, ""], np.dtypes.StringDType(na_object=na_object))


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize(
    "make",
    [
        lambda values: values,
        lambda values: xr.Variable("x", values),
        lambda values: xr.DataArray(values, dims="x"),
        lambda values: xr.Variable("x", values).chunk(2),
        lambda values: da.from_array(values, chunks=2),
        lambda values: np.ma.masked_array(np.array(["a", "hidden", ""], object), [False, True, False]),
    ],
)
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_missing_text_is_empty_and_told(make, gone, zarr_format):
    served = open_node(adapt(make(np.array(["a", gone, ""], object)), POLICY), zarr_format)
    assert list(served[...]) == ["a", "", ""]
    assert served.attrs["missing"] == "empty string"


@pytest.mark.parametrize("gone", [None, np.nan, pd.NA])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_missing_text_of_numpys_own_kind_is_empty_and_told(gone, zarr_format):
    served = open_node(adapt(text_of(gone), POLICY), zarr_format)
    assert list(served[...]) == ["a", "", ""]
    assert served.attrs["missing"] == "empty string"


@pytest.mark.parametrize("gone", GONE)
def test_missing_bytes_are_empty_and_told(gone):
    array = adapt(np.array([b"a", gone], object), POLICY)
    assert read_all(array).tolist() == [b"a", b""]
    assert array.attributes == {"missing": "empty bytes"}


@pytest.mark.parametrize(
    "values",
    [
        np.array(["a", ""], object),
        np.array([b"a", b""], object),
        np.array(["a", ""], np.dtypes.StringDType()),
        text_of(None)[::2],
    ],
)
def test_where_nothing_is_missing_nothing_is_told(values):
    assert adapt(values, POLICY).attributes == {}


@pytest.mark.parametrize("values", [np.array(["a", "b"], object), text_of(None)[::2].copy()])
def test_text_that_goes_missing_later_is_never_silent(values):
    array = adapt(values, POLICY)
    values[1] = None
    with pytest.raises(Replaced, match="missing now"):
        read_region(array, (slice(0, 2),))
    again = adapt(values, POLICY)
    assert again.attributes == {"missing": "empty string"}
    assert read_all(again).tolist() == ["a", ""]


def test_text_of_a_file_that_marks_none_missing_keeps_its_attributes(tmp_path):
    xr.Dataset({"t": ("x", np.array(["a", ""], object), {"k": 1})}).to_netcdf(tmp_path / "t.nc")
    with xr.open_dataset(tmp_path / "t.nc") as dataset:
        array = adapt(dataset, POLICY).children["t"]
        assert array.attributes == {"k": 1}
        assert read_all(array).tolist() == ["a", ""]
