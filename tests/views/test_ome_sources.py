"""What the OME view knows of an image from its source: axes, sizes, channels, levels that are stored."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
import xarray as xr
import zarr
from ome_zarr_models import open_ome_zarr
from PIL import Image

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Group, Node, Policy, make_array
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.files.unchanged import Watch, watched
from jupyter_zarr_serve.publisher.options import dressed, make_options
from jupyter_zarr_serve.readers import open_file, open_store
from jupyter_zarr_serve.readers.files import stamp_of
from jupyter_zarr_serve.views import viewed
from jupyter_zarr_serve.views.ome.axes import letters_of
from tests.nodes import child, read_all
from tests.store import open_node

VERSIONS = {2: "0.4", 3: "0.5"}
NOISE = np.random.default_rng(0).integers(0, 4000, (2, 3, 700, 640)).astype("u2")


def opened(path: Path) -> Node:
    """A file as a server opens it."""
    return watched(open_file(path, Policy()), Watch(path, stamp_of(path)))


def view(node: Node) -> Group:
    group = viewed(node, "ome")
    assert isinstance(group, Group)
    return group


def published(obj: object, **options: object) -> Group:
    given = {
        "chunks": None,
        "compressor": ...,
        "dims": None,
        "attributes": None,
        "frozen": False,
        **options,
    }
    return view(dressed(adapt(obj, Policy()), make_options(**given), None))


def metadata_of(group: Group, zarr_format: int = 3) -> dict:
    attributes = group.attributes_in(zarr_format)
    model = open_ome_zarr(open_node(group, zarr_format), version=VERSIONS[zarr_format])
    assert model is not None
    return dict(attributes["ome"] if zarr_format == 3 else attributes)


def axes_of(metadata: dict) -> str:
    return "".join(axis["name"] for axis in metadata["multiscales"][0]["axes"])


def scale_of(metadata: dict, level: int = 0) -> dict:
    (scale, *more) = metadata["multiscales"][0]["datasets"][level]["coordinateTransformations"]
    starts = more[0]["translation"] if more else [0.0] * len(scale["scale"])
    return dict(zip(axes_of(metadata), zip(scale["scale"], starts, strict=True), strict=True))


def units_of(metadata: dict) -> dict:
    return {axis["name"]: axis["unit"] for axis in metadata["multiscales"][0]["axes"] if "unit" in axis}


@pytest.fixture
def pyramid(tmp_path: Path) -> Path:
    path = tmp_path / "pyramid.ome.tif"
    told = {"axes": "ZCYX", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.6}
    told |= {"PhysicalSizeYUnit": "µm", "PhysicalSizeZ": 2, "PhysicalSizeZUnit": "µm"}
    told["Channel"] = {"Name": ["DAPI", "GFP", "RFP"]}
    with tifffile.TiffWriter(path, ome=True) as writer:
        writer.write(NOISE, subifds=1, tile=(256, 256), metadata=told)
        writer.write(NOISE[..., ::2, ::2], subfiletype=1, tile=(256, 256))
    return path


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_the_levels_of_a_tiff_are_read_from_it(pyramid, zarr_format):
    group = view(opened(pyramid))
    metadata = metadata_of(group, zarr_format)
    assert axes_of(metadata) == "czyx"
    assert units_of(metadata) == dict.fromkeys("zyx", "micrometer")
    assert scale_of(metadata) == {"c": (1, 0), "z": (2, 0), "y": (0.6, 0), "x": (0.5, 0)}
    assert scale_of(metadata, 1)["x"] == (1.0, 0.25)
    assert [channel["label"] for channel in metadata["omero"]["channels"]] == ["DAPI", "GFP", "RFP"]
    window = metadata["omero"]["channels"][0]["window"]
    assert 0 <= window["min"] <= window["start"] < window["end"] <= window["max"] < 4000
    served = open_node(group, zarr_format)
    np.testing.assert_array_equal(served["0"][...], NOISE.swapaxes(0, 1))
    np.testing.assert_array_equal(served["1"][...], NOISE.swapaxes(0, 1)[..., ::2, ::2])
    assert "2" not in served  # one tile is enough


def test_levels_are_added_below_those_of_a_file(tmp_path):
    image = np.random.default_rng(0).integers(0, 200, (4000, 3000)).astype("u1")
    with tifffile.TiffWriter(tmp_path / "p.tif") as writer:
        writer.write(image, subifds=1, tile=(256, 256))
        writer.write(image[::2, ::2], subfiletype=1, tile=(256, 256))
    group = view(opened(tmp_path / "p.tif"))
    assert [level.shape for level in group.children.values()] == [
        (4000, 3000), (2000, 1500), (1000, 750), (500, 375)
    ]  # fmt: skip
    pairs = image[::2, ::2].reshape(1000, 2, 750, 2).astype(int)
    np.testing.assert_array_equal(read_all(group.children["2"]), np.rint(pairs.mean(axis=(1, 3))))
    assert scale_of(metadata_of(group), 3) == {"y": (8, 3.5), "x": (8, 3.5)}


def test_a_broken_level_ends_the_pyramid(tmp_path):
    group = Group({"0": adapt(NOISE, Policy()), "1": adapt({}, Policy())}, levels=("0", "1"))
    assert list(view(group).children) == ["0", "1"]
    assert view(group).children["1"].shape == (2, 3, 350, 320)


@pytest.mark.parametrize(
    ("mode", "suffix"), [("RGB", "png"), ("RGBA", "png"), ("RGB", "jpg"), ("L", "png")]
)
def test_colour_images_have_coloured_channels(tmp_path, mode, suffix):
    path = tmp_path / f"colour.{suffix}"
    pixels = np.random.default_rng(0).integers(0, 255, (1100, 600, len(mode))).astype("u1")
    Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode).save(path)
    group = view(opened(path))
    metadata = metadata_of(group)
    full = np.asarray(Image.open(path))
    if mode == "L":
        assert axes_of(metadata) == "yx"
        assert metadata["omero"]["channels"][0]["window"]["end"] == 255
        return
    assert axes_of(metadata) == "cyx"
    colours = [channel["color"] for channel in metadata["omero"]["channels"]]
    assert colours == ["FF0000", "00FF00", "0000FF", "FFFFFF"][: len(mode)]
    assert [channel["label"] for channel in metadata["omero"]["channels"]] == list(mode)
    shown = [channel["active"] for channel in metadata["omero"]["channels"]]
    assert shown == [True, True, True, False][: len(mode)]
    np.testing.assert_array_equal(read_all(group.children["0"]), np.moveaxis(full, -1, 0))
    means = full.reshape(550, 2, 300, 2, len(mode)).astype(int).mean(axis=(1, 3))
    np.testing.assert_array_equal(read_all(group.children["1"]), np.rint(np.moveaxis(means, -1, 0)))


@pytest.mark.parametrize(
    ("dims", "shape", "letters"),
    [
        ((None, None), (3, 4), "yx"),
        ((None,) * 3, (3, 4, 5), "zyx"),
        ((None,) * 4, (2, 3, 4, 5), "tzyx"),
        ((None,) * 5, (2, 2, 3, 4, 5), "tczyx"),
        (("time", "lat", "lon"), (3, 4, 5), "tyx"),
        (("lon", "lat"), (3, 4), "xy"),
        (("band", "row", "col"), (3, 4, 5), "cyx"),
        (("x", "time"), (3, 4), "yx"),
        (("sensor", "y", "x"), (3, 4, 5), "zyx"),
        (("y", "x", None), (3, 4, 3), "yxz"),
        ((None, None, None), (3, 4, 2), "zyx"),
    ],
)
def test_axes_are_known_by_name_or_place(dims, shape, letters):
    array = adapt(np.zeros(shape), Policy())
    object.__setattr__(array, "dimension_names", dims)
    assert letters_of(array) == letters


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_coordinates_place_the_pixels(zarr_format):
    dataset = xr.Dataset(
        {"sst": (("time", "lat", "lon"), np.zeros((3, 40, 50)))},
        {
            "time": pd.date_range("2000", periods=3, freq="h"),
            "lat": np.linspace(10, 29.5, 40),
            "lon": ("lon", np.linspace(-5, 44, 50), {"units": "degrees_east"}),
        },
    )
    group = view(adapt(dataset, Policy())).children["sst"]
    metadata = metadata_of(group, zarr_format)
    assert scale_of(metadata) == {"t": (3600, 0), "y": (0.5, 10), "x": (1, -5)}
    assert units_of(metadata) == {"t": "second", "x": "degrees_east"}
    turned = view(adapt(dataset.isel(lat=slice(None, None, -1)), Policy())).children["sst"]
    assert scale_of(metadata_of(turned))["y"] == (0.5, 0)
    uneven = dataset.assign_coords(lat=np.linspace(1, 5, 40) ** 2)
    assert scale_of(metadata_of(view(adapt(uneven, Policy())).children["sst"]))["y"] == (1, 0)


def test_what_publish_is_told():
    stack = np.random.default_rng(0).random((2, 3, 40, 50))
    group = published(stack, axes="ctyx", scale=(1, 10, 0.3, 0.2), unit=(None, "s", "um", "um"))
    metadata = metadata_of(group)
    assert axes_of(metadata) == "tcyx"
    assert scale_of(metadata) == {"t": (10, 0), "c": (1, 0), "y": (0.3, 0), "x": (0.2, 0)}
    assert units_of(metadata) == {"t": "second", "y": "micrometer", "x": "micrometer"}
    np.testing.assert_array_equal(read_all(group.children["0"]), stack.swapaxes(0, 1))
    assert len(metadata["omero"]["channels"]) == 2
    one = metadata_of(published(stack, scale=0.5, unit="nanometer"))
    assert units_of(one) == dict.fromkeys("zyx", "nanometer")
    tree = published({"a": stack, "b": stack[0]}, axes={"a": ["channel", "time", "y", "x"]}, scale={"b": 2})
    assert axes_of(metadata_of(tree.children["a"])) == "tcyx"
    assert scale_of(metadata_of(tree.children["b"]))["z"] == (2, 0)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"axes": "yx"}, "axes='yx' does not fit the shape"),
        ({"axes": "yyx"}, "axes="),
        ({"scale": (1, 2)}, "scale="),
        ({"scale": (1, 2, -1)}, "positive"),
        ({"scale": "abc"}, "scale="),
        ({"unit": ("a",)}, "unit="),
        ({"axes": {"nothing": "yx"}}, "does not fit|none of its members|shape"),
    ],
)
def test_what_does_not_fit_is_refused(options, reason):
    obj = {"a": np.zeros((3, 4, 5))} if isinstance(options.get("axes"), dict) else np.zeros((3, 4, 5))
    with pytest.raises(ValueError, match=reason):
        published(obj, **options)


@pytest.mark.parametrize("stored_format", [2, 3])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_stored_image_is_itself_in_either_spelling(tmp_path, stored_format, zarr_format):
    group = zarr.open_group(tmp_path / "i.zarr", mode="w", zarr_format=stored_format)
    steps = [{"type": "scale", "scale": [2.0, 2.0]}]
    multiscale = {
        "axes": [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}],
        "datasets": [{"path": "full", "coordinateTransformations": steps}],
    }
    labels: dict = {"labels": []}
    if stored_format == 2:
        group.attrs.update({"multiscales": [{"version": "0.4", **multiscale}], "mine": 1})
        names = {}
    else:
        group.attrs.update({"ome": {"version": "0.5", "multiscales": [multiscale]}, "mine": 1})
        names = {"dimension_names": ("y", "x")}
        labels = {"ome": {"version": "0.5", **labels}}
    group.create_array("full", data=NOISE[0, 0], chunks=(300, 300), **names)
    group.create_group("labels", attributes=labels)
    found = view(open_store(tmp_path / "i.zarr", Policy()))
    metadata = metadata_of(found, zarr_format)
    assert metadata["multiscales"][0]["datasets"] == multiscale["datasets"]
    assert ("version" in metadata["multiscales"][0]) == (zarr_format == 2)
    served = open_node(found, zarr_format)
    assert served.attrs["mine"] == 1
    np.testing.assert_array_equal(served["full"][...], NOISE[0, 0])
    assert served["full"].chunks == (300, 300)
    below = dict(served["labels"].attrs)
    assert below == ({"labels": []} if zarr_format == 2 else {"ome": {"version": "0.5", "labels": []}})


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_images_are_called_as_their_nodes_are(tmp_path, pyramid, zarr_format):
    cells = published({"cells": NOISE}).children["cells"]
    told = published(NOISE, attributes={"name": "told"})
    file = view(Group({"p.ome.tif": opened(pyramid)})).children["p.ome.tif"]
    for image, wanted in ((cells, "cells"), (told, "told"), (file, "Image0")):  # as its OME-XML says
        metadata = metadata_of(image, zarr_format)
        assert metadata["multiscales"][0]["name"] == metadata["omero"]["name"] == wanted


def test_channels_are_called_by_their_coordinate():
    names = ["DAPI", "GFP", "RFP"]
    image = xr.DataArray(NOISE[0], dims=("channel", "y", "x"), coords={"channel": names})
    metadata = metadata_of(published(image.to_dataset(name="image")).children["image"])
    assert [channel["label"] for channel in metadata["omero"]["channels"]] == names
    assert metadata["multiscales"][0]["metadata"]["channel_names"] == names


@pytest.mark.parametrize("dimension", ["c", "y"])
def test_a_coordinate_that_cannot_be_read_tells_nothing(dimension):
    """The image is there all the same; but what cannot be had just now may come soon."""

    def refuse(_):
        raise error

    def told():
        return metadata_of(view(Group({"image": image, dimension: beside})).children["image"])

    image = make_array(
        NOISE[0].shape, NOISE.dtype, NOISE[0].__getitem__, Policy(), dimension_names=("c", "y", "x")
    )
    dtype = STRING if dimension == "c" else np.dtype("f8")
    length = image.shape["cyx".index(dimension)]
    beside = make_array((length,), dtype, refuse, Policy(), dimension_names=(dimension,))
    error: Exception = Unreadable("broken")
    assert [axis["name"] for axis in told()["multiscales"][0]["axes"]] == ["c", "y", "x"]
    error = Unavailable("not now")
    with pytest.raises(Unavailable, match="not now"):
        told()


def test_channels_have_names_where_their_windows_are_not_known():
    import dask.array as da

    image = da.from_array(NOISE[0], chunks=(1, 350, 640))
    metadata = metadata_of(published(image, axes="cyx", attributes={"channel_names": ["a", "b", "c"]}))
    assert "omero" not in metadata
    assert metadata["multiscales"][0]["metadata"]["channel_names"] == ["a", "b", "c"]


def test_windows_come_from_the_values():
    image = np.random.default_rng(0).normal(500, 10, (3000, 2000))
    image[0, 0], image[8, 8], image[16, 16] = np.nan, np.inf, 1e9
    (channel,) = metadata_of(published(image))["omero"]["channels"]
    window = channel["window"]
    assert 400 < window["start"] < 490
    assert 510 < window["end"] < 600
    (constant,) = metadata_of(published(np.zeros((5, 5))))["omero"]["channels"]
    assert constant["window"]["end"] > constant["window"]["start"]
    assert "omero" not in metadata_of(published(np.full((5, 5), np.nan)))


def test_samples_of_files_are_their_values(tmp_path):
    values = np.random.default_rng(0).integers(0, 99, (9, 31, 42)).astype(">i4")
    step = (slice(1, 9, 3), slice(0, 31, 4), slice(2, 41, 5))
    for order in "CF":
        np.save(tmp_path / "a.npy", np.asarray(values, order=order))
        array = opened(tmp_path / "a.npy")
        np.testing.assert_array_equal(array.reading.sample(step), values[1:9:3, 0:31:4, 2:41:5])


def test_the_chunks_of_a_file_are_read_once(tmp_path):
    """Even where they fit no tile."""
    import h5py

    image = np.random.default_rng(0).random((1500, 1500))
    with h5py.File(tmp_path / "i.h5", "w") as file:
        file.create_dataset("i", data=image, chunks=(300, 700))
    array = child(opened(tmp_path / "i.h5"), "i")
    reads = []
    plain = array.read
    array = replace(array, reading=Reading(lambda region: reads.append(region) or plain(region)))
    group = view(array)
    for level in group.children.values():
        read_all(level)
    assert len(reads) == len({str(region) for region in reads}) == 15
    np.testing.assert_array_equal(read_all(group.children["0"]), image)


def coordinates_in(dataset: xr.Dataset, name: str) -> dict:
    group = view(adapt(dataset, Policy())).children[name]
    told = metadata_of(group)["multiscales"][0]["metadata"]["coordinates"]
    assert metadata_of(group, 2)["multiscales"][0]["metadata"]["coordinates"] == told
    return dict(told)


def test_coordinates_are_told_as_they_are():
    """OME-Zarr itself cannot say that one falls, is uneven, or counts from a date."""
    uneven = np.cumsum(np.arange(1.0, 41))
    dataset = xr.Dataset(
        {"v": (("time", "depth", "lat", "lon"), np.zeros((3, 40, 30, 20)))},
        {
            "time": pd.date_range("2000-02-28", periods=3, freq="36h"),
            "depth": ("depth", uneven, {"units": "m"}),
            "lat": ("lat", np.linspace(14.5, 0, 30).astype("f4"), {"units": "degrees_north"}),
            "lon": ("lon", (np.arange(20) / 10).astype("f4")),
        },
    )
    told = coordinates_in(dataset, "v")
    assert told["t"]["units"] == "seconds since 2000-02-28T00:00:00.000Z"
    assert (told["t"]["start"], told["t"]["step"]) == (0, 129_600)
    assert told["z"] == {"dimension": "depth", "units": "m", "values": uneven.tolist()}
    assert told["y"] == {"dimension": "lat", "units": "degrees_north", "start": 14.5, "step": -0.5}
    assert (told["x"]["start"], told["x"]["step"]) == (0, pytest.approx(0.1, rel=1e-12))


def test_coordinates_that_only_seem_even_are_listed():
    """Each step is nearly the mean one, but places are not where a ruler would have them."""
    drifting = np.cumsum(np.where(np.arange(1000) < 500, 1.0, 1.0008))
    dataset = xr.Dataset({"v": (("y", "x"), np.zeros((1000, 5)))}, {"y": drifting})
    assert coordinates_in(dataset, "v")["y"]["values"] == drifting.tolist()


@pytest.mark.parametrize("damage", [np.nan, np.inf])
def test_a_coordinate_with_holes_tells_no_place(damage):
    places = np.arange(30.0)
    places[4] = damage
    dataset = xr.Dataset({"v": (("y", "x"), np.zeros((30, 5)))}, {"y": places, "x": np.arange(5)})
    assert set(coordinates_in(dataset, "v")) == {"x"}


def test_packed_coordinates_are_unpacked(tmp_path):
    lat = np.arange(-40, 41, 2.0)
    dataset = xr.Dataset({"v": (("lat", "lon"), np.zeros((41, 5)))}, {"lat": lat})
    packing = {"dtype": "i2", "scale_factor": 0.25, "add_offset": 3.0, "_FillValue": -32768}
    dataset.to_netcdf(tmp_path / "packed.nc", encoding={"lat": packing})
    metadata = metadata_of(child(view(opened(tmp_path / "packed.nc")), "v"))
    assert scale_of(metadata)["y"] == (2, -40)


def test_dates_of_files_count_in_units_that_viewers_know(tmp_path):
    days = ("time", np.arange(4) * 2 + 10, {"units": "days since 1900-01-01", "calendar": "360_day"})
    dataset = xr.Dataset({"v": (("time", "y", "x"), np.zeros((4, 3, 5)))}, {"time": days})
    dataset.to_netcdf(tmp_path / "dates.nc")
    metadata = metadata_of(child(view(opened(tmp_path / "dates.nc")), "v"))
    assert scale_of(metadata)["t"] == (2, 10)
    assert units_of(metadata)["t"] == "day"
    told = metadata["multiscales"][0]["metadata"]["coordinates"]["t"]
    assert (told["units"], told["calendar"]) == ("days since 1900-01-01", "360_day")


def test_channels_are_called_by_numbers_and_their_unit():
    image = xr.DataArray(NOISE[0], dims=("band", "y", "x"))
    bands = image.assign_coords(band=("band", [450, 550, 650], {"units": "nm"}))
    metadata = metadata_of(published(bands.to_dataset(name="image")).children["image"])
    assert [one["label"] for one in metadata["omero"]["channels"]] == ["450 nm", "550 nm", "650 nm"]


def test_channels_without_names_are_no_numbers():
    """A number before a value would read as if it were equal to it."""
    colours = metadata_of(published(np.zeros((9, 9, 3), "u1")))["omero"]["channels"]
    assert [one["label"] for one in colours] == ["R", "G", "B"]
    channels = metadata_of(published(NOISE[0], axes="cyx"))["omero"]["channels"]
    assert [one["label"] for one in channels] == ["channel 0", "channel 1", "channel 2"]
