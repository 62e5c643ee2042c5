"""The OME view in which axes have roles: projections are those of NumPy, and axes lie where they should."""

import tracemalloc
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import BadRequest, ServeError, Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.readers import open_store
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.views import viewed
from jupyter_zarr_serve.views.ome import projected
from tests.nodes import read_all
from tests.store import open_node

KINDS = {"max": np.nanmax, "mean": np.nanmean, "sum": np.nansum}
STACK = np.arange(3 * 4 * 5 * 6, dtype="u2").reshape(3, 4, 5, 6) * 91 % 1009


def laid(obj: object, parameters: str, **fields: object) -> Group:
    """The view of an object in which axes have these roles."""
    array = adapt(obj, Policy())
    for name, value in fields.items():
        object.__setattr__(array, name, value)
    group = viewed(array, f"ome;{parameters}")
    assert isinstance(group, Group)
    return group


def full(group: Group) -> np.ndarray:
    """The finest level."""
    return read_all(group.children["0"])


def wanted(values: np.ndarray, kind: str, axis: int | tuple[int, ...]) -> np.ndarray:
    """The projection by NumPy, in float64 where it can be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found = KINDS[kind](values if kind == "max" else values.astype("f8"), axis=axis)
        if kind == "sum" and values.dtype.kind == "f":
            found = np.where(np.isnan(values).all(axis), np.nan, found)
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "i8", "u8", "f2", "f4", "f8", ">i4"])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_projection_is_that_of_numpy(kind: str, dtype: str, zarr_format: int):
    values = (STACK % 251).astype(dtype)
    if values.dtype.kind in "if":
        values -= 100
    if values.dtype.kind == "f":
        values[:, 1, 2, 3] = np.nan
        values[1:, 2, 2, 3] = np.nan
    served = open_node(viewed(adapt(values, Policy()), f"ome;{kind},z,y,x"), zarr_format)["0"][...]
    np.testing.assert_allclose(
        served, wanted(values, kind, 0), rtol=1e-6 if served.dtype == "f4" else 1e-14
    )
    is_float = kind == "mean" or (kind == "sum" and dtype in ("i8", "u8"))
    assert served.dtype.kind == ("f" if is_float else values.dtype.kind)


@given(
    hnp.arrays(
        st.sampled_from(["i4", "f8", "u1", "?"]),
        hnp.array_shapes(min_dims=3, max_dims=5, min_side=1, max_side=6),
    ),
    st.sampled_from(["max", "sum"]),
    st.data(),
)
def test_axes_are_projected_together_in_pieces_of_any_size(
    values: np.ndarray, kind: str, data: st.DataObject
):
    if values.dtype.kind == "f":
        values = np.where(np.abs(values) < 1e100, values, np.nan)
    axes = data.draw(st.permutations(range(values.ndim)))
    words = ["max"] * values.ndim
    gone = sorted(axes[: values.ndim - 2])
    for axis in gone:
        words[axis] = kind
    words[axes[-2]], words[axes[-1]] = "y", "x"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(projected, "_PIECE", data.draw(st.sampled_from([1, 16, 64, 1 << 20])))
        found = full(laid(values, ",".join(words)))
    plain = values.astype("u1") if values.dtype == bool else values
    expected = wanted(plain, kind, tuple(gone))
    if axes[-2] > axes[-1]:
        expected = expected.T
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_both_formats_have_the_same_bytes():
    node = adapt(STACK, Policy())
    bodies = [
        respond(viewed(node, "ome;t,max,y,x"), Request(zarr_format, tuple(f"0/{key}".split("/")))).body
        for zarr_format, key in ((2, "1.0.0"), (3, "c/1/0/0"))
    ]
    assert bodies[0] == bodies[1] != b""


def test_any_axis_is_y_x_or_of_channels():
    for words, order in (("x,c,t,y", (2, 1, 3, 0)), ("y,z,x,c", (3, 1, 0, 2)), ("t,c,y,x", (0, 1, 2, 3))):
        group = laid(STACK, words)
        np.testing.assert_array_equal(full(group), STACK.transpose(order))
        letters = "".join(sorted(words.replace(",", ""), key="tczyx".index))
        axes = group.attributes_in(3)["ome"]["multiscales"][0]["axes"]
        assert "".join(axis["name"] for axis in axes) == letters


def test_an_index_takes_one_element_of_an_array_of_any_number_of_axes():
    values = np.arange(2 * 3 * 2 * 3 * 4 * 5 * 6).reshape(2, 3, 2, 3, 4, 5, 6)
    np.testing.assert_array_equal(
        full(laid(values, "1,2,0,z,x,c,y")), values[1, 2, 0].transpose(2, 0, 3, 1)
    )
    np.testing.assert_array_equal(
        full(laid(values, "max,2,max,1,y,x,0")), values[:, 2, :, 1, :, :, 0].max((0, 1))
    )


def test_coordinates_units_and_names_go_with_their_axes():
    data = xr.Dataset(
        {"t2m": (("time", "lat", "lon"), np.arange(60.0).reshape(3, 4, 5), {"units": "K"})},
        coords={
            "lat": [0.0, 10, 20, 30],
            "lon": np.arange(5) * 2.5,
            "time": ("time", [0, 6, 12], {"units": "h"}),
        },
    )
    group = viewed(adapt(data, Policy()), "ome;y,mean,x").children["t2m"]
    assert isinstance(group, Group)
    np.testing.assert_array_equal(full(group), data.t2m.values.mean(1))
    multiscale = group.attributes_in(3)["ome"]["multiscales"][0]
    assert multiscale["axes"] == [
        {"name": "y", "type": "space", "unit": "hour"},
        {"name": "x", "type": "space"},
    ]
    assert multiscale["datasets"][0]["coordinateTransformations"][0]["scale"] == [6.0, 2.5]
    assert multiscale["metadata"]["coordinates"]["x"]["dimension"] == "lon"


def test_marked_values_are_left_out():
    values = np.array([[[1, -9], [-9, 4]], [[3, -9], [5, 2]]], "i2")
    marked = {"attributes": {"_FillValue": -9}}
    np.testing.assert_array_equal(full(laid(values, "max,y,x", **marked)), [[3, -9], [5, 4]])
    np.testing.assert_array_equal(full(laid(values, "mean,y,x", **marked)), [[2, np.nan], [5, 3]])
    np.testing.assert_array_equal(full(laid(values, "sum,y,x", **marked)), [[4, np.nan], [5, 6]])
    falling = {"attributes": {"_FillValue": -9, "scale_factor": -0.5}}
    np.testing.assert_array_equal(full(laid(values, "max,y,x", **falling)), [[1, -9], [5, 2]])
    with pytest.raises(Unreadable, match="add_offset"):
        laid(values, "sum,y,x", attributes={"add_offset": 273.15})


def test_levels_are_made_of_the_projection():
    values = np.random.default_rng(1).integers(0, 1000, (4, 600, 700)).astype("u2")
    group = laid(values, "max,y,x")
    assert list(group.children) == ["0", "1"]
    halves = values.max(0).reshape(300, 2, 350, 2).mean((1, 3))
    assert np.abs(read_all(group.children["1"]) - halves).max() <= 0.5


def test_dask_computes_each_block_once_and_no_other():
    computed: list[int] = []

    def block(block_info: dict[Any, Any]) -> np.ndarray:
        start, stop = block_info[None]["array-location"][0]
        computed.append(start)
        return np.full((stop - start, 512, 512), start, "f4")

    chunks = ((4,) * 8, (512,), (512,))
    lazy = da.map_blocks(block, chunks=chunks, dtype="f4", meta=np.empty((0, 0, 0), "f4"))
    group = laid(lazy, "max,y,x")
    computed.clear()
    group.attributes_in(3)
    assert computed == []
    assert (full(group) == 28).all()
    assert sorted(computed) == [*range(0, 32, 4)]


def test_a_long_axis_takes_time_and_no_memory():
    def read(region: tuple[slice, ...]) -> np.ndarray:
        return np.full([part.stop - part.start for part in region], region[0].start, "f4")

    array = replace(
        adapt(np.zeros((1, 8, 8), "f4"), Policy()), shape=(4000, 256, 256), reading=Reading(read)
    )
    group = viewed(replace(array, chunk_shape=(4000, 8, 8)), "ome;max,y,x")
    assert isinstance(group, Group)
    tracemalloc.start()
    found = full(group)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found > 3900).all()
    assert peak < 64 << 20  # of 1 GB


def test_a_projection_of_more_than_may_be_read_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(projected, "PROJECTED", STACK[:, 0].nbytes - 1)
    with pytest.raises(Unreadable, match="choose an index"):
        full(laid(STACK, "max,0,y,x"))


@pytest.mark.parametrize("stored_format", [2, 3])
def test_each_level_of_a_stored_image_is_projected(tmp_path: Path, stored_format: int):
    values = np.random.default_rng(2).integers(0, 999, (3, 2, 64, 64)).astype("u2")
    group = zarr.open_group(tmp_path / "i.zarr", mode="w", zarr_format=stored_format)
    axes = [
        {"name": n, "type": t, **u}
        for n, t, u in (
            ("z", "space", {"unit": "micrometer"}),
            ("c", "channel", {}),
            ("y", "space", {}),
            ("x", "space", {}),
        )
    ]
    datasets = [
        {"path": name, "coordinateTransformations": [{"type": "scale", "scale": [4.0, 1.0, step, step]}]}
        for name, step in (("full", 0.5), ("half", 1.0))
    ]
    omero = {"channels": [{"label": "red"}, {"label": "blue"}]}
    ome = {"multiscales": [{"axes": axes, "datasets": datasets}], "omero": omero}
    group.attrs.update(ome if stored_format == 2 else {"ome": {"version": "0.5", **ome}})
    group.create_array("full", data=values)
    group.create_array("half", data=values[..., ::2, ::2])
    store = open_store(tmp_path / "i.zarr", Policy())
    found = viewed(store, "ome;max,c,y,x")
    for level, step in ((0, 1), (1, 2)):
        np.testing.assert_array_equal(
            read_all(found.children[str(level)]), values[..., ::step, ::step].max(0)
        )
    told = found.attributes_in(3)["ome"]["multiscales"][0]
    scales = [each["coordinateTransformations"][0]["scale"] for each in told["datasets"]]
    assert scales == [[1.0, 0.5, 0.5], [1.0, 1.0, 1.0]]
    assert told["metadata"]["channel_names"] == ["red", "blue"]
    side = viewed(store, "ome;y,c,max,x").attributes_in(2)["multiscales"][0]
    assert side["axes"][1] == {"name": "y", "type": "space", "unit": "micrometer"}
    assert side["datasets"][0]["coordinateTransformations"][0]["scale"] == [1.0, 4.0, 0.5]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("t,z,y", "one axis is y"),
        ("y,y,x,z", "no two have the same letter"),
        ("max,mean,y,x", "projected in one way"),
        ("07,z,y,x", "roles of axes are"),
        ("z,t,y,", "roles of axes are"),
        ("min,t,y,x", "roles of axes are"),
        ("y,x", "2 roles for 4 axes"),
        ("3,t,y,x", "axis 0 has no element 3: it has 3"),
        ("9999999999999999999,t,y,x", "has no element"),
    ],
)
def test_roles_without_a_meaning_say_so(parameters: str, said: str):
    with pytest.raises(BadRequest, match=said):
        laid(STACK, parameters)


def test_what_has_no_projection_says_so():
    with pytest.raises(ServeError, match="no max"):
        laid(STACK.astype("c8"), "max,z,y,x")
    for kind in ("<U3", "M8[s]"):
        with pytest.raises(ServeError, match="no mean of elements"):
            laid(np.zeros((2, 3, 4), kind), "mean,y,x")


def test_a_group_shows_its_images_alone():
    nodes = {"stack": adapt(STACK, Policy()), "line": adapt(np.arange(3.0), Policy())}
    group = viewed(Group(nodes), "ome;max,z,y,x")
    np.testing.assert_array_equal(full(group.children["stack"]), STACK.max(0))
    with pytest.raises(BadRequest, match="4 roles for 1 axes"):
        _ = group.children["line"]
