"""astropy: quantities, masked tables, FITS files whose tables are scaled, times."""

import numpy as np
import pytest
from astropy import units
from astropy.io import fits
from astropy.nddata import CCDData
from astropy.table import QTable, Table
from astropy.time import Time
from astropy.utils.masked import Masked

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Policy
from tests.nodes import read_all
from tests.store import open_node

POLICY = Policy()


def test_a_quantity_has_its_unit():
    node = adapt(np.arange(3.0) * units.km / units.s, POLICY)
    assert read_all(node).tolist() == [0, 1, 2]
    assert node.attributes == {"units": "km / s"}


def test_a_masked_quantity_does_not_show_what_is_masked():
    node = adapt(Masked(np.arange(3.0) * units.m, mask=[False, True, False]), POLICY)
    np.testing.assert_array_equal(read_all(node), [0, np.nan, 2])


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_an_image_has_its_mask_and_its_unit(zarr_format):
    image = CCDData(np.arange(4), mask=np.array([False, True, False, False]), unit="adu")
    served = open_node(adapt(image, POLICY), zarr_format)
    assert served[...].tolist() == [0, served.attrs["_FillValue"], 2, 3]
    assert served.attrs["units"] == "adu"


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_table_is_a_group_of_columns(zarr_format):
    table = QTable({"t": np.arange(3.0) * units.s, "name": ["x", "yy", "z"], "v": np.ones((3, 2))})
    table.meta = {"origin": "here", "odd": object()}
    group = open_node(adapt(table, POLICY), zarr_format)
    assert group.attrs["origin"] == "here"
    assert "odd" not in group.attrs
    assert group["t"][...].tolist() == [0, 1, 2]
    assert group["t"].attrs["units"] == "s"
    assert group["name"][...].tolist() == ["x", "yy", "z"]
    assert group["v"].shape == (3, 2)


def test_masked_rows_of_a_table_are_not_shown():
    table = Table({"a": [1, 2, 3]}, masked=True)
    table["a"].mask = [False, True, False]
    column = open_node(adapt(table, POLICY), 3)["a"]
    assert column[...].tolist() == [1, column.attrs["_FillValue"], 3]
    assert column.attrs["_FillValue"] != 2


def test_the_parts_of_a_fits_file_are_its_members(tmp_path):
    """Of a table in it, memory has numbers that are shifted, and letters for truth values."""
    path = tmp_path / "t.fits"
    image = fits.ImageHDU(np.arange(4, dtype="u2"), name="SCI")
    again = fits.ImageHDU(np.ones((2, 2), "f4"), name="SCI")
    table = fits.table_to_hdu(
        Table({"u": np.array([1, 40000], "u2"), "l": [True, False], "t": ["ab", "c"]})
    )
    fits.HDUList([fits.PrimaryHDU(), image, again, table]).writeto(path)
    with fits.open(path) as parts:
        group = open_node(adapt(parts, POLICY), 3)
        assert "PRIMARY" in group.attrs["left_out"][0]
        assert group["SCI"][...].tolist() == [0, 1, 2, 3]
        assert group["SCI"].dtype == "u2"
        assert group["SCI"].attrs["EXTNAME"] == "SCI"
        assert group["SCI_1"].shape == (2, 2)
        rows = group["3"]
        assert rows["u"][...].tolist() == [1, 40000]
        assert rows["l"][...].tolist() == [True, False]
        assert rows["t"][...].tolist() == ["ab", "c"]
        alone = open_node(adapt(parts[3].data, POLICY), 3)
        assert alone["u"][...].tolist() == [1, 40000]


def test_times_are_dates_and_say_their_scale():
    node = adapt(Time(["2020-01-01", "2021-02-03T04:05:06"], scale="tai"), POLICY)
    assert read_all(node).astype(str).tolist() == [
        "2020-01-01T00:00:00.000000000",
        "2021-02-03T04:05:06.000000000",
    ]
    assert node.attributes == {"scale": "tai"}
