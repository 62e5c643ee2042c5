"""Where pixels are is what the file says of their axes, however it says it; never another thing's place."""

import gc
from dataclasses import replace

import h5py
import netCDF4
import numpy as np
import psutil
import pytest
import xarray as xr

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry
from jupyter_zarr_serve.views import viewed
from tests.nodes import child
from tests.views.test_ome_sources import opened

VALUES = np.arange(20.0).reshape(4, 5)
FALLING = [10.0, 8.0, 6.0, 4.0]
SOURCES = ["kernel", "netcdf3", "netcdf4", "v2", "v3"]


def dataset(y, dims=("y", "x"), **coordinates):
    along = {} if y is None else {dims[0]: y}
    return xr.Dataset({"v": (dims, VALUES)}, along | coordinates)


def node_of(given, source, folder):
    """A dataset as a source has it."""
    if source == "kernel":
        return adapt(given, Policy())
    if source.startswith("netcdf"):
        form = "NETCDF3_CLASSIC" if source == "netcdf3" else "NETCDF4"
        given.to_netcdf(folder / "x.nc", format=form)
        return opened(folder / "x.nc")
    given.to_zarr(folder / "x.zarr", zarr_format=int(source[1:]), consolidated=False)
    return opened(folder / "x.zarr")


def told(node, *path, view="ome"):
    """The coordinates of the image at a path by letter, and the units of its axes."""
    group = viewed(node, view)
    for name in path:
        group = child(group, name)
    assert isinstance(group, Group)
    for zarr_format in (2, 3):
        attributes = group.attributes_in(zarr_format)
        multiscale = attributes.get("ome", attributes)["multiscales"][0]
    units = {axis["name"]: axis.get("unit") for axis in multiscale["axes"]}
    return multiscale["metadata"].get("coordinates", {}), units


@pytest.mark.parametrize("view", ["ome", "drawn", "ome;y,x"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_coordinate_may_have_another_name_than_its_dimension(tmp_path, source, view):
    """As CF's attribute ``coordinates`` says."""
    given = dataset(None, lat=("y", FALLING, {"units": "degrees_north"}), wide=(("y", "x"), VALUES))
    coordinates, units = told(node_of(given, source, tmp_path), "v", view=view)
    y = {"dimension": "lat", "units": "degrees_north", "start": 10.0, "step": -2.0}
    assert coordinates == {"y": y}
    assert units == {"y": "degrees_north", "x": None}


@pytest.mark.parametrize("source", SOURCES)
def test_a_coordinate_of_another_axis_of_that_length_tells_nothing(tmp_path, source):
    given = xr.Dataset({"v": (("y", "x"), np.ones((5, 5)))}, {"lat": ("y", np.arange(5.0) * 3)})
    assert set(told(node_of(given, source, tmp_path), "v")[0]) == {"y"}


def test_an_array_with_the_name_of_a_dimension_along_another_one_is_no_coordinate(tmp_path):
    with netCDF4.Dataset(tmp_path / "x.nc", "w") as file:
        for name, length in (("y", 4), ("x", 5), ("station", 5)):
            file.createDimension(name, length)
        file.createVariable("v", "f8", ("y", "x"))[:] = VALUES
        file.createVariable("x", "f8", ("station",))[:] = np.arange(5) * 7
    assert told(opened(tmp_path / "x.nc"), "v")[0] == {}


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("view", ["ome", "ome;y,x"])
def test_coordinates_are_inherited_from_groups_above(tmp_path, depth, view):
    path = ["a", "b", "c"][:depth]
    with netCDF4.Dataset(tmp_path / "x.nc", "w") as file:
        file.createDimension("y", 4)
        file.createDimension("x", 5)
        file.createVariable("y", "f8", ("y",))[:] = FALLING
        group = file.createGroup("/".join(path))
        group.createVariable("v", "f8", ("y", "x"))[:] = VALUES
    coordinates, _ = told(opened(tmp_path / "x.nc"), *path, "v", view=view)
    assert coordinates == {"y": {"dimension": "y", "start": 10.0, "step": -2.0}}


def test_coordinates_of_a_tree_are_inherited():
    root = dataset(("y", FALLING, {"units": "m"}))[["y"]]
    tree = xr.DataTree.from_dict({"/": root, "/g": dataset(None)})
    assert told(adapt(tree, Policy()), "g", "v")[1] == {"y": "meter", "x": None}


def test_a_nearer_coordinate_comes_first(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["y"], file["g/y"], file["g/v"] = np.arange(4.0), np.array(FALLING), VALUES
        for scale in (file["y"], file["g/y"]):
            scale.make_scale("y")
        file["g/v"].dims[0].attach_scale(file["g/y"])
    assert told(opened(tmp_path / "x.h5"), "g", "v")[0]["y"]["step"] == -2


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_lies_beside_a_whole_is_no_coordinate_of_its_parts(is_folder):
    """Beside a file in its folder, or beside a variable of a kernel."""
    axis = replace(adapt(np.arange(4.0), Policy()), dimension_names=("y",))
    members = {"y": axis, "ds": adapt(dataset(None), Policy())}
    if is_folder:
        root = Group(members, consolidate=False)
    else:
        registry = Registry()
        published = {"y": xr.Variable("y", np.arange(4.0)), "ds": dataset(None)}
        registry.put({name: registry.make(name, obj, Options()) for name, obj in published.items()})
        root = registry.root()
    assert told(root, "ds", "v")[0] == {}


@pytest.mark.parametrize("unit", ["h", "ns", "D"])
def test_durations_are_places(unit):
    steps = np.array([9, 6, 3, 0]).astype(f"m8[{unit}]").astype("m8[ns]")
    y = told(adapt(dataset(steps, ("step", "x")), Policy()), "v")[0]["y"]
    second = {"h": 3600, "ns": 1e-9, "D": 86_400}[unit]
    assert (y["dimension"], y["units"]) == ("step", "seconds")
    assert (y["start"], y["step"]) == (pytest.approx(9 * second), pytest.approx(-3 * second))


def test_durations_with_holes_tell_no_place():
    steps = np.array([0, 1, "NaT", 3], "m8[s]").astype("m8[ns]")
    assert told(adapt(dataset(steps, ("step", "x")), Policy()), "v")[0] == {}


@pytest.mark.parametrize(
    ("dtype", "stored", "told_by_file", "want"),
    [
        ("i1", [100, 120, -116, -96], "true", [100, 120, 140, 160]),
        ("u1", [254, 255, 0, 1], "false", [-2, -1, 0, 1]),
        ("i2", [0, 1, 2, 3], "false", [0, 1, 2, 3]),
    ],
)
def test_signs_are_those_that_the_file_tells(tmp_path, dtype, stored, told_by_file, want):
    with netCDF4.Dataset(tmp_path / "x.nc", "w") as file:
        file.set_auto_maskandscale(False)
        file.createDimension("y", 4)
        file.createDimension("x", 5)
        file.createVariable("v", "f8", ("y", "x"))[:] = VALUES
        places = file.createVariable("y", dtype, ("y",))
        places.set_auto_maskandscale(False)
        places[:] = np.array(stored, dtype)
        places._Unsigned = told_by_file
    y = told(opened(tmp_path / "x.nc"), "v")[0]["y"]
    assert [y["start"] + y["step"] * i for i in range(4)] == want


@pytest.mark.parametrize(
    ("unit", "want"),
    [
        ("micrometers", "micrometer"), ("Micrometer", "micrometer"), ("microns", "micrometer"),
        ("millimetres", "millimeter"), ("kilometres", "kilometer"), ("nanometers", "nanometer"),
        ("angstroms", "angstrom"), ("Å", "angstrom"), ("Seconds", "second"), ("msec", "millisecond"),
        ("secs", "second"), ("minutes", "minute"), ("feet", "foot"), (" um ", "micrometer"),
        ("mm", "millimeter"), ("Mm", "Mm"), ("1", None), ("", None), (" ", None),
        ("degrees_north", "degrees_north"), ("hPa", "hPa"),
    ],
)  # fmt: skip
def test_units_are_spelled_as_ome_zarr_spells_them(unit, want):
    coordinates, units = told(adapt(dataset(("y", FALLING, {"units": unit})), Policy()), "v")
    assert units["y"] == want
    assert coordinates["y"].get("units") == (unit.strip() if want else None)


def test_half_precision_places_are_what_their_author_meant():
    group = adapt(dataset(None), Policy())
    places = adapt(np.array([0.1, 0.2, 0.3, 0.4], "f2"), Policy())
    y = told(replace(group, children={**group.children, "y": places}), "v")[0]["y"]
    assert (y["start"], y["step"]) == (0.1, pytest.approx(0.1, rel=1e-12))


@pytest.mark.parametrize(
    ("axes", "letters"), [(["yy", "xx"], {"y", "x"}), (["yy", "."], {"y"}), ("yy", set())]
)
def test_nexus_names_its_axes(tmp_path, axes, letters):
    with h5py.File(tmp_path / "x.nxs", "w") as file:
        entry = file.create_group("entry")
        entry.attrs["NX_class"], entry.attrs["signal"], entry.attrs["axes"] = "NXdata", "v", axes
        entry["v"], entry["yy"], entry["xx"] = VALUES, FALLING, [1.0, 2, 4, 8, 16]
        entry["yy"].attrs["units"] = "mm"
    coordinates, _ = told(opened(tmp_path / "x.nxs"), "entry", "v")
    y = {"dimension": "yy", "units": "mm", "start": 10.0, "step": -2.0}
    x = {"dimension": "xx", "values": [1, 2, 4, 8, 16]}
    assert coordinates == {letter: told for letter, told in (("y", y), ("x", x)) if letter in letters}


def test_the_file_of_an_image_is_closed_with_the_last_who_sees_it(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["v"] = VALUES
    gc.disable()
    try:
        assert told(opened(tmp_path / "x.h5"), "v")[0] == {}
        assert not [one for one in psutil.Process().open_files() if one.path == str(tmp_path / "x.h5")]
    finally:
        gc.enable()
