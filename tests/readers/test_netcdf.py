import os
import struct

import netCDF4
import numpy as np
import pytest
import xarray as xr

from jupyter_zarr_serve.core.errors import NotFound, Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.core.walk import descendants, members
from jupyter_zarr_serve.readers.netcdf import read
from tests.nodes import child, read_all
from tests.store import CoreStore

CLASSIC = ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"]
FORMATS = ["NETCDF4", "NETCDF4_CLASSIC", *CLASSIC]
POLICY = Policy()


def served(path, policy=POLICY) -> Group:
    node = read(path, policy)
    assert isinstance(node, Group)
    return node


def array(node, path) -> Array:
    found = child(node, path)
    assert isinstance(found, Array)
    return found


def write(path, file_format):
    """A file with everything that the classic model has."""
    rng = np.random.default_rng(0)
    with netCDF4.Dataset(path, "w", format=file_format) as ds:
        ds.set_auto_mask(False)
        for name, length in {"time": None, "station": 4, "n": 3, "name_len": 6}.items():
            ds.createDimension(name, length)
        station = ds.createVariable("station", "S1", ("station", "name_len"))
        station[:] = np.array([b"ab", b"cde", b"f", "g\u00e9".encode()], "S6").view("S1").reshape(4, 6)
        station._Encoding = "utf-8"
        time = ds.createVariable("time", "f8", ("time",))
        time.units = "hours since 1990-01-01"
        time[:] = np.arange(5)
        tas = ds.createVariable("tas", "i2", ("time", "station"), fill_value=-999)
        tas.scale_factor, tas.add_offset, tas.coordinates = 0.5, 20.0, "lon lat"
        tas[:] = np.where(rng.random((5, 4)) > 0.5, rng.integers(0, 9, (5, 4)), -999)
        for name in ("lon", "lat"):
            ds.createVariable(name, "f4", ("station",))[:] = rng.random(4)
        odd = ds.createVariable("odd", "i1", ("time", "n"))
        odd.missing_value = np.int8(3)
        odd[:] = rng.integers(0, 5, (5, 3))
        ds.createVariable("bytes", "i1", ("time",))[:] = range(5)
        ds.createVariable("short", "i2", ("time", "n"))[:] = rng.integers(0, 9, (5, 3))
        real = ds.createVariable("real", "f8", ("time", "station", "n"), fill_value=np.nan)
        real[:] = rng.random((5, 4, 3))
        real.vector, real.note, real.nothing = np.array([1.5, 2.5], "f4"), "caf\u00e9", ""
        ds.createVariable("crs", "i4", ())[...] = 7
        ds.title, ds.n = "T\u00e9st", np.int32(5)
    return path


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_xarray_sees_no_difference(tmp_path, file_format, zarr_format):
    path = write(tmp_path / "a.nc", file_format)
    store = CoreStore(served(path), zarr_format)
    with (
        xr.open_dataset(path, engine="netcdf4") as expected,
        xr.open_zarr(store, zarr_format=zarr_format, chunks=None) as found,
    ):
        assert {"lon", "lat", "station"} <= set(found.coords)
        xr.testing.assert_identical(found.load(), expected.load())


@pytest.mark.parametrize("file_format", FORMATS)
def test_values_attributes_and_dimensions(tmp_path, file_format):
    path = write(tmp_path / "a.nc", file_format)
    root = served(path)
    with netCDF4.Dataset(path) as ds:
        ds.set_auto_maskandscale(False)
        ds.set_auto_chartostring(False)
        assert {name for name, _ in members(root)} == set(ds.variables)
        assert root.attributes == {"title": "T\u00e9st", "n": 5}
        for name, variable in ds.variables.items():
            a = array(root, name)
            assert a.dimension_names == variable.dimensions
            np.testing.assert_array_equal(read_all(a), variable[...])
            assert set(a.attributes) == set(variable.ncattrs())
    tas = array(root, "tas")
    assert tas.fill_value == tas.attributes["_FillValue"] == -999
    assert array(root, "odd").attributes["missing_value"] == 3


@pytest.mark.parametrize("types", ["i1", "i2,i1", "f8", "i1,f4,i2,f8", "i2,i2"])
@pytest.mark.parametrize("inner", [(), (3,), (5, 7), (100, 300)])
def test_records_of_every_size(tmp_path, types, inner):
    names = [f"x{axis}" for axis in range(len(inner))]
    with netCDF4.Dataset(tmp_path / "a.nc", "w", format="NETCDF3_CLASSIC") as ds:
        ds.createDimension("t", None)
        for name, length in zip(names, inner, strict=True):
            ds.createDimension(name, length)
        for position, kind in enumerate(types.split(",")):
            values = np.random.default_rng(position).integers(0, 100, (9, *inner))
            ds.createVariable(f"v{position}", kind, ("t", *names))[:] = values
    root = served(tmp_path / "a.nc")
    with netCDF4.Dataset(tmp_path / "a.nc") as ds:
        for name, variable in ds.variables.items():
            a = array(root, name)
            np.testing.assert_array_equal(read_all(a), variable[...])
            region = (slice(2, 8), *(slice(n // 3, n - 1) for n in inner))
            np.testing.assert_array_equal(a.read(region), variable[region])


def test_only_the_region_is_read(tmp_path, monkeypatch):
    with netCDF4.Dataset(tmp_path / "a.nc", "w", format="NETCDF3_CLASSIC") as ds:
        ds.createDimension("t", None)
        ds.createDimension("x", 100_000)
        for name in "ab":
            ds.createVariable(name, "f8", ("t", "x"))[:5] = 1
    from jupyter_zarr_serve.readers import files
    from jupyter_zarr_serve.readers.netcdf import classic

    a, read_bytes = array(served(tmp_path / "a.nc"), "b"), []

    def counted(read_at):
        return lambda at, length: read_bytes.append(length) or read_at(at, length)

    region_of = classic._region
    monkeypatch.setattr(classic, "_region", lambda read_at, *rest: region_of(counted(read_at), *rest))
    assert files.size_of(tmp_path / "a.nc") > 7_000_000
    assert a.read((slice(1, 3), slice(0, 10))).sum() == 20
    assert read_bytes == [80, 80]


def test_the_number_of_records_can_be_left_to_the_size(tmp_path):
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as ds:
        ds.createDimension("t", None)
        ds.createVariable("a", "i4", ("t",))[:] = range(6)
        ds.createVariable("b", "f8", ("t",))[:] = range(6)
    with path.open("r+b") as raw:
        raw.seek(4)
        raw.write(b"\xff" * 4)
    assert read_all(array(served(path), "b")).tolist() == list(range(6))


def test_nested_groups_inherit_dimensions(tmp_path):
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as ds:
        ds.createDimension("x", 3)
        group = ds.createGroup("g").createGroup("h")
        group.createVariable("v", "i4", ("x",))[:] = [1, 2, 3]
        group.title = "inner"
    root = served(tmp_path / "a.nc")
    assert [path for path, _ in descendants(root)] == ["g", "g/h", "g/h/v"]
    assert array(root, "g/h/v").dimension_names == ("x",)
    assert child(root, "g/h").attributes == {"title": "inner"}
    with pytest.raises(NotFound, match="dimension without a variable"):
        child(root, "x")


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
def test_what_only_netcdf4_has(tmp_path, zarr_format, engine):
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w") as ds:
        for name, length in {"t": None, "u": None, "x": 3, "x2": 3}.items():
            ds.createDimension(name, length)
        ds.createVariable("a", "f4", ("t", "u"))[:] = np.ones((4, 6), "f4")
        ds.createVariable("b", "i4", ("t",))[:2] = 1  # shorter than its unlimited dimension
        ds.createVariable("c", "i8", ("u", "x"), zlib=True)[1, :] = 5
        ds.createVariable("unwritten", "f8", ("t", "u"))
        ds.createVariable("x", "i4", ("x2",))[:] = 1  # named like a dimension that it does not have
        ds.createVariable("w", "f8", ("x", "x2"), contiguous=True)[:] = np.arange(9).reshape(3, 3)
        ds.createVariable("s", str, ("x",))[:] = np.array(["", "\u00e9", "long"], object)
        ds.createVariable("u64", "u8", ("x",), fill_value=2**64 - 1)[:] = [1, 2, 3]
        big = ds.createVariable("big", ">f4", ("x",), endian="big")
        big[:] = [1, 2, 3]
        big.big, big.i64 = np.array([1, 2], ">i4"), np.int64(2**53 + 1)
        big.setncattr_string("list", ["a", "b"])
    store = CoreStore(served(path), zarr_format)
    with (
        xr.open_dataset(path, engine=engine) as expected,
        xr.open_zarr(store, zarr_format=zarr_format, chunks=None) as found,
    ):
        xr.testing.assert_identical(found.load(), expected.load())


def test_coordinates_of_two_dimensions(tmp_path):
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as ds:
        ds.createDimension("y", 2)
        ds.createDimension("x", 3)
        ds.createVariable("y", "f8", ("y", "x"))[:] = 1
        inner = ds.createGroup("g")
        inner.createDimension("z", 4)
        inner.createVariable("z", "f8", ("z", "x"))[:] = 1
    root = served(tmp_path / "a.nc")
    assert array(root, "y").dimension_names == ("y", "x")
    assert array(root, "g/z").dimension_names == ("z", "x")


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"", "is empty"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"GRIBrest", "GRIB"),
        (b"\x0e\x03\x13\x01rest", "h4toh5"),
        (b"\xcd\xf3\x00\x01rest", "NASA CDF"),
        (b"<!DOCTYPE html>", "failed download"),
        (b"netcdf a {}", "ncgen"),
        (b"whatever", "whatever"),
        (b"CDF\x01", "too early"),
        (b"CDF\x02" + bytes(10), "too early"),
        (b"CDF\x05" + bytes(20), "too early"),
        (b"CDF\x07" + bytes(100), "no NetCDF file"),
        (b"CDF\x01" + bytes(4) + struct.pack(">2i", 7, 1) + bytes(100), "damaged"),
        (b"CDF\x01" + bytes(4) + struct.pack(">2i", 10, 1 << 30) + bytes(100), "damaged"),
        (b"CDF\x01" + bytes(4) + struct.pack(">3i", 10, 1, 1 << 30) + bytes(100), "too early"),
    ],
)
def test_what_is_no_netcdf_file_says_what_it_is(tmp_path, start, reason):
    (tmp_path / "a.nc").write_bytes(start)
    with pytest.raises(Unreadable, match=reason):
        read(tmp_path / "a.nc", POLICY)


@pytest.mark.parametrize("file_format", CLASSIC)
def test_every_cut_is_an_error_and_never_wrong_values(tmp_path, file_format):
    path = write(tmp_path / "a.nc", file_format)
    content = path.read_bytes()
    with netCDF4.Dataset(path) as ds:
        ds.set_auto_maskandscale(False)
        expected = {name: v[...] for name, v in ds.variables.items() if name != "station"}
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        try:
            found = served(path)
        except Unreadable:
            continue
        for name, values in expected.items():
            try:
                np.testing.assert_array_equal(read_all(array(found, name)), values)
            except Unreadable:
                continue


@pytest.mark.parametrize("file_format", CLASSIC)
def test_damaged_headers_fail_cleanly(tmp_path, file_format):
    path = write(tmp_path / "a.nc", file_format)
    content, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(content)
        for at in rng.integers(4, 1200, 3):
            damaged[at] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            for name, node in members(served(path)):
                assert isinstance(node, Array), name
                node.read(tuple(slice(0, min(n, 2)) for n in node.shape))
        except (Unreadable, OSError, OverflowError):
            continue


def test_a_file_that_was_cut_is_an_error(tmp_path):
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as ds:
        ds.createDimension("x", 1000)
        ds.createVariable("a", "f8", ("x",))[:] = 1
    os.truncate(path, 4000)
    with pytest.raises(Unreadable, match="truncated"):
        read_all(array(served(path), "a"))


def test_remote_files(tmp_path):
    from upath import UPath

    for file_format in ("NETCDF3_CLASSIC", "NETCDF4"):
        remote = UPath(f"memory://netcdf/{file_format}.nc")
        remote.write_bytes(write(tmp_path / "a.nc", file_format).read_bytes())
        assert read_all(array(read(remote, POLICY), "time")).tolist() == [0, 1, 2, 3, 4]
