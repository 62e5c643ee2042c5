import itertools
import os
from functools import partial

import cfgrib
import eccodes
import numpy as np
import pytest
import xarray as xr

from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.core.walk import descendants
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.readers import open_file
from tests.nodes import child, read_all
from tests.store import CoreStore

POLICY = Policy()
WARNS = pytest.mark.filterwarnings("ignore:In a future version:FutureWarning")
GRID = {
    "Ni": 4, "Nj": 3, "latitudeOfFirstGridPointInDegrees": 2, "latitudeOfLastGridPointInDegrees": 0,
    "longitudeOfFirstGridPointInDegrees": 0, "longitudeOfLastGridPointInDegrees": 3,
    "iDirectionIncrementInDegrees": 1, "jDirectionIncrementInDegrees": 1, "dataDate": 20240101,
}  # fmt: skip


def message(values, sample="regular_ll_sfc_grib2", **keys) -> bytes:
    """A GRIB message as ecCodes writes it; what `keys` says comes after the grid."""
    handle = eccodes.codes_grib_new_from_samples(sample)
    try:
        for key, value in {**GRID, **keys}.items():
            eccodes.codes_set(handle, key, value)
        eccodes.codes_set_values(handle, np.asarray(values, float).ravel())
        return bytes(eccodes.codes_get_message(handle))
    finally:
        eccodes.codes_release(handle)


def grid_of(values) -> dict[str, float]:
    """The keys of a grid of as many points as there are values (y, x), a degree apart."""
    height, width = values.shape
    return {
        "Ni": width, "Nj": height, "latitudeOfFirstGridPointInDegrees": height - 1,
        "longitudeOfLastGridPointInDegrees": width - 1,
    }  # fmt: skip


def field(name, kind, level, hour=0, **keys) -> bytes:
    values = np.arange(12) + level + hour
    told = {"dataTime": hour * 100, "typeOfLevel": kind, "level": level, "shortName": name}
    return message(values, **told, **keys)


def write(path, *messages):
    path.write_bytes(b"".join(messages))
    return path


def pressure(hours=(0, 6), levels=(850, 500)):
    return [
        field(name, "isobaricInhPa", level, hour)
        for name, hour, level in itertools.product("tu", hours, levels)
    ]


def opened(node, zarr_format) -> xr.Dataset:
    return xr.open_zarr(CoreStore(node, zarr_format), zarr_format=zarr_format, chunks=None).load()


def test_a_file_of_one_dataset_is_what_cfgrib_makes_of_it(tmp_path, zarr_format):
    path = write(tmp_path / "a.grib", *pressure())
    wanted = xr.open_dataset(path, engine="cfgrib", backend_kwargs={"indexpath": ""}).load()
    del wanted.attrs["history"]
    xr.testing.assert_identical(opened(open_file(path, POLICY), zarr_format), wanted)


@WARNS
def test_each_dataset_of_a_file_is_there(tmp_path, zarr_format):
    import cfgrib

    winds = [field("10u", "heightAboveGround", 10), field("2t", "heightAboveGround", 2)]
    path = write(tmp_path / "a.grib", *pressure(), *winds, field("sp", "surface", 0))
    node = open_file(path, POLICY)
    assert isinstance(node, Group)
    assert {*node.children} == {"heightAboveGround_10", "heightAboveGround_2", "isobaricInhPa", "surface"}
    groups = [opened(node.children[name], zarr_format) for name in node.children]
    ours = {name: group[name] for group in groups for name in group}
    for dataset in cfgrib.open_datasets(path, backend_kwargs={"indexpath": ""}):
        for name, variable in dataset.load().items():
            xr.testing.assert_identical(ours.pop(name), variable)
    assert not ours


def test_variables_on_different_levels_of_one_kind_keep_theirs(tmp_path):
    path = write(tmp_path / "a.grib2", *pressure(levels=(850, 500)), field("q", "isobaricInhPa", 1000))
    node = open_file(path, POLICY)
    assert sorted(node.children) == ["isobaricInhPa_q", "isobaricInhPa_t"]
    assert child(node, "isobaricInhPa_t/u").shape == (2, 2, 3, 4)
    np.testing.assert_array_equal(read_all(child(node, "isobaricInhPa_q/q")).ravel(), np.arange(12) + 1000)


def test_fields_that_lie_in_one_place_are_kept_apart(tmp_path):
    sums = [
        message(np.full(12, n), "regular_ll_sfc_grib2", productDefinitionTemplateNumber=8, shortName="tp",
                stepRange=steps)
        for n, steps in enumerate(["0-6", "3-6"])
    ]  # fmt: skip
    node = open_file(write(tmp_path / "a.grib", *sums), POLICY)
    fields = [array for path, array in descendants(node) if path.rpartition("/")[2].startswith("tp")]
    assert sorted(read_all(array).max() for array in fields if isinstance(array, Array)) == [0, 1]


SOIL = {"typeOfLevel": "depthBelowLandLayer", "discipline": 2, "parameterCategory": 0, "parameterNumber": 2}
LOCAL = {"sample": "regular_ll_sfc_grib1", "typeOfLevel": "surface", "shortName": "sp"}
QUANTILE = {"productDefinitionTemplateNumber": 6, "typeOfLevel": "surface", "shortName": "sp"}


@pytest.mark.parametrize(
    ("keys", "name", "values"),
    [
        (QUANTILE, "percentileValue", [10, 50, 90]),
        ({**SOIL, "topLevel": 0}, "bottomLevel", [1, 2]),
        ({"typeOfLevel": "surface", "shortName": "sp"}, "generatingProcessIdentifier", [1, 2]),
        (LOCAL, "experimentVersionNumber", ["0001", "0002"]),
    ],
)
def test_messages_that_one_key_tells_apart_are_all_there(tmp_path, keys, name, values):
    messages = [message(np.full(12, i), **keys, **{name: value}) for i, value in enumerate(values)]
    node = open_file(write(tmp_path / "a.grib2", *messages), POLICY)
    fields = [a for _, a in descendants(node) if isinstance(a, Array) and len(a.shape) == 2]
    assert [read_all(array).max() for array in fields] == list(range(len(values)))
    assert [array.attributes[f"GRIB_{name}"] for array in fields] == values
    assert not any("left_out" in array.attributes for array in fields)


def test_messages_that_nothing_tells_apart_are_said_to_be_left_out(tmp_path):
    same = [message(np.full(12, i), typeOfLevel="surface", shortName="sp") for i in range(3)]
    node = open_file(write(tmp_path / "a.grib2", *same), POLICY)
    assert child(node, "sp").attributes["left_out"] == "messages whose keys do not tell them from others: 2"


def test_missing_values_are_nan(tmp_path, zarr_format):
    values = np.arange(12.0)
    values[5] = 9999
    marked = message(values, bitmapPresent=1, missingValue=9999, shortName="2t")
    read = opened(open_file(write(tmp_path / "a.grib", marked), POLICY), zarr_format)
    assert np.isnan(read.t2m.values.ravel()[5])
    assert np.isfinite(np.delete(read.t2m.values.ravel(), 5)).all()


def test_a_bulletin_s_heading_is_no_hindrance(tmp_path):
    heading = b"\x01\r\r\n001\r\r\nHTXX51 ECMF 010000\r\r\n"
    node = open_file(write(tmp_path / "a.grib", heading, *pressure(hours=(0,), levels=(850,))), POLICY)
    assert {"t", "u"} <= {*node.children}


def test_a_truncated_file_does_not_lose_its_end_without_a_word(tmp_path):
    whole = b"".join(pressure())
    path = write(tmp_path / "a.grib", whole[:-7])
    with pytest.raises(eccodes.CodesInternalError):
        list(open_file(path, POLICY).children)


def test_a_constant_field_of_absurd_size_is_refused_before_it_is_decoded(tmp_path):
    handle = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    for key in ("Ni", "Nj", "numberOfDataPoints", "numberOfValues"):
        eccodes.codes_set(handle, key, 40_000 if key[0] == "N" else 1_600_000_000)
    raw = eccodes.codes_get_message(handle)
    eccodes.codes_release(handle)
    with pytest.raises(Unreadable, match="points"):
        list(open_file(write(tmp_path / "a.grib", raw), POLICY).children)


@pytest.mark.parametrize("start", [b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"", b"BUFR"])
def test_what_is_no_grib_is_said_to_be_none(tmp_path, start):
    with pytest.raises(Unreadable, match="no GRIB file"):
        open_file(write(tmp_path / "a.grib", start, bytes(200)), POLICY)


def test_reading_takes_one_field_at_a_time(tmp_path):
    node = open_file(write(tmp_path / "a.grib", *pressure()), Policy(target_bytes=48))
    assert child(node, "t").chunk_shape == (1, 1, 3, 4)
    assert read_all(child(node, "t"))[1, 0, 0, 0] == 850 + 6


def _in_place(path, content):
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()


def _by_rename(path, content):
    path.with_name("new").write_bytes(content)
    path.with_name("new").replace(path)


OTHERS = {
    "other values": [field("t", "isobaricInhPa", level) for level in (700, 300)],
    "more levels": [field("t", "isobaricInhPa", level) for level in (850, 500, 300)],
    "fewer levels": [field("t", "isobaricInhPa", 850)],
    "another order": [field("t", "isobaricInhPa", level) for level in (500, 850)],
    "other fields": [field("u", "isobaricInhPa", level) for level in (850, 500)],
    "a larger grid": [message(np.ones(40), **grid_of(np.ones((5, 8))), shortName="t")],
    "no message": [b"GRIB"],
    "another format": [b"\x89HDF\r\n\x1a\n" + bytes(2000)],
    "nothing": [],
}


@pytest.mark.parametrize("replace", [_in_place, _by_rename])
@pytest.mark.parametrize("other", OTHERS)
def test_a_file_that_was_replaced_gives_no_field_by_the_old_metadata(tmp_path, other, replace):
    write(tmp_path / "a.grib", *(field("t", "isobaricInhPa", level) for level in (850, 500)))
    os.utime(tmp_path / "a.grib", (1, 1))
    library = Library(tmp_path, POLICY)
    old = child(library.top(), "a.grib/t")
    unread = child(library.top(), "a.grib")
    assert read_all(old)[1, 0, 0] == 500
    replace(tmp_path / "a.grib", b"".join(OTHERS[other]))
    for read in (partial(read_all, old), lambda: unread.children["t"].read((slice(0, 1),) * 3)):
        with pytest.raises(Unavailable, match="changed or vanished"):
            read()


def test_a_file_that_is_replaced_while_a_field_is_read(tmp_path, monkeypatch):
    """The old file is still open, and what it gives is no lie; but nobody knows it of the path any more."""
    path = write(tmp_path / "a.grib", *(field("t", "isobaricInhPa", level) for level in (850, 500)))
    os.utime(path, (1, 1))
    old = child(Library(tmp_path, POLICY).top(), "a.grib/t")
    read = cfgrib.dataset.OnDiskArray.__getitem__

    def slowly(fields, region):
        _by_rename(path, field("t", "isobaricInhPa", 300))
        return read(fields, region)

    monkeypatch.setattr(cfgrib.dataset.OnDiskArray, "__getitem__", slowly)
    with pytest.raises(Unavailable, match="changed or vanished"):
        read_all(old)
