"""The demo: every array of it, by every zarr-python, equals its source."""

import itertools
import string

import numpy as np
import pandas as pd
import psutil
import pytest
import xarray as xr

from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.core.walk import descendants
from jupyter_zarr_serve.files.demo import demo
from tests.nodes import read_all
from tests.server import Server, running_server

TREE = demo(Policy())
ARRAYS = {path: node for path, node in descendants(TREE) if isinstance(node, Array)}
SMALL = [path for path, node in ARRAYS.items() if node.dtype.itemsize * np.prod(node.shape) < 1e7]
MEMORY_LIMIT = 250e6


# https://github.com/bluesky/tiled, docs/source/getting-started/integrations/zarr.md ("Serve Data as Zarr"),
# and for what its listing leaves out tiled/examples/generated.py, at 898f524c; awkward and ragged arrays
# have no place in Zarr. Text of one table, bytes of width 3 there, has no fixed width here.
F8, SHORT = np.dtype("f8"), (100,)
TILED = {
    "dynamic": ((3, 3), F8),
    "flat_array": ((100,), F8),
    "high_entropy": ((100, 100), np.dtype("i8")),
    "low_entropy": ((100, 100), np.dtype("i4")),
    "nested/complex": ((30, 50), np.dtype("c16")),
    "nested/cubes/tiny_cube": ((50,) * 3, F8),
    "nested/cubes/tiny_hypercube": ((50,) * 5, F8),
    "nested/images/big_image": ((10_000, 10_000), F8),
    "nested/images/medium_image": ((1000, 1000), F8),
    "nested/images/small_image": ((300, 300), F8),
    "nested/images/tiny_image": ((50, 50), F8),
    "nested/sparse_image": ((100, 100), F8),
    "scalars/e_arr": ((1,), np.dtype("<U7")),
    "scalars/fortytwo": ((), np.dtype("i8")),
    "scalars/fsc": ((), np.dtype("<U5")),
    "scalars/pi": ((), F8),
    "structured_data/pets": ((2,), np.dtype([("name", "<U10"), ("age", "<i4"), ("weight", "<f4")])),
    "structured_data/xarray_dataset/lat": ((2, 2), F8),
    "structured_data/xarray_dataset/lon": ((2, 2), F8),
    "structured_data/xarray_dataset/precipitation": ((2, 2, 3), F8),
    "structured_data/xarray_dataset/temperature": ((2, 2, 3), F8),
    "structured_data/xarray_dataset/time": ((3,), np.dtype("M8[ns]")),
    "tables/long_table/index": ((100_000,), np.dtype("i8")),
    **{f"tables/long_table/{name}": ((100_000,), F8) for name in "ABC"},
    "tables/short_table/index": (SHORT, np.dtype("i8")),
    "tables/short_table/A": (SHORT, np.dtype("u1")),
    "tables/short_table/B": (SHORT, F8),
    "tables/short_table/C": (SHORT, STRING),
    "tables/short_table/D": (SHORT, np.dtype("M8[s]")),
    "tables/short_table/E": (SHORT, np.dtype("?")),
    "tables/wide_table/index": ((10,), np.dtype("i8")),
    **{f"tables/wide_table/{name}": ((10,), F8) for name in string.ascii_uppercase},
}


def test_names_shapes_and_dtypes_are_those_of_tiled():
    assert {path: (node.shape, node.dtype) for path, node in ARRAYS.items()} == TILED


@pytest.mark.parametrize("path", [path for path in SMALL if path != "dynamic"])
def test_every_array_equals_its_source(server: Server, zarr_format, path):
    read = server.open(zarr_format, f"demo/{path}")[...]
    expected = read_all(ARRAYS[path])
    if expected.dtype.kind == "T":
        read, expected = np.asarray(read, object), expected.astype(object)
    np.testing.assert_array_equal(np.asarray(read), expected)


def test_keys_and_tree(server: Server, zarr_format):
    root = server.open(zarr_format, "demo")
    assert sorted(root.keys()) == sorted(TREE.children)
    assert sorted(root["nested"].keys()) == ["complex", "cubes", "images", "sparse_image"]
    text = str(root.tree())
    assert "big_image (10000, 10000) float64" in text
    assert sorted(server.open(zarr_format).keys()) == ["demo", "files", "kernels", "notebooks"]


def test_reads_repeat_but_dynamic_changes(server: Server, zarr_format, monkeypatch):
    image = server.open(zarr_format, "demo/nested/images/big_image")
    first = image[5000:5100, 4000:4200]
    np.testing.assert_array_equal(image[5000:5100, 4000:4200], first)
    assert first.std() > 0
    dynamic = TREE.children["dynamic"]
    assert isinstance(dynamic, Array)
    seen = set()
    for now in (3000.0, 3003.0):
        monkeypatch.setattr("time.time", lambda now=now: now)
        seen.add(float(read_all(dynamic)[0, 0]))
    assert len(seen) == 2
    assert dynamic.version is None


@pytest.mark.parametrize("steps", [(1, 1), (7, 3)])
def test_an_image_is_the_same_in_every_region(steps):
    """Every element is a multiple of 1/256, by exact sums, whatever it is read together with."""
    image = ARRAYS["nested/images/medium_image"]
    whole = read_all(image)
    assert np.array_equal(whole * 256, np.rint(whole * 256))
    assert len(np.unique(whole)) > 100
    region = (slice(333, 801, steps[0]), slice(3, 1000, steps[1]))
    np.testing.assert_array_equal(image.read(region), whole[region])


def test_what_is_computed_has_a_version(server: Server, zarr_format):
    """So that it is remembered, and found unchanged without being computed again."""
    for path, key in (("images/big_image", (3, 4)), ("cubes/tiny_cube", (0, 0, 0))):
        spelled = ".".join(map(str, key)) if zarr_format == 2 else "/".join(map(str, ("c", *key)))
        url = f"zarr/v{zarr_format}/demo/nested/{path}/{spelled}"
        etag = server.get(url).headers["ETag"]
        assert server.get(url, headers={"If-None-Match": etag}).status_code == 304
        assert ARRAYS[f"nested/{path}"].version


def test_tables_open_as_datasets(server: Server, zarr_format):
    url = server.store_url(zarr_format, "demo/tables/short_table")
    table = xr.open_zarr(url, storage_options=server.storage_options).to_dataframe()
    assert list(table.columns) == ["A", "B", "C", "D", "E"]
    assert len(table) == 100
    assert table["A"].dtype == "uint8"
    assert table["C"].iloc[7] == "row 7"
    assert table["D"].iloc[1] == pd.Timestamp("2025-01-02")
    assert table["E"].dtype == "bool"


def test_the_dataset_opens_as_one(server: Server, zarr_format):
    url = server.store_url(zarr_format, "demo/structured_data/xarray_dataset")
    dataset = xr.open_zarr(url, storage_options=server.storage_options)
    assert dict(dataset.sizes) == {"x": 2, "y": 2, "time": 3}
    assert set(dataset.coords) == {"lon", "lat", "time"}
    assert dataset["time"].dtype == "datetime64[ns]"
    assert dataset["temperature"].attrs == {"units": "degC"}


def test_a_corner_moves_little(server: Server, zarr_format):
    """Reading 10 x 10 elements of 10 000 x 10 000 takes at most about 2 MB."""
    array = server.open(zarr_format, "demo/nested/images/big_image")
    assert np.prod(array.chunks) * array.dtype.itemsize <= 2 * 2**20
    assert array[:10, :10].shape == (10, 10)


def test_the_server_stays_small(tmp_path):
    """Under 250 MB of memory, many large chunks later."""
    with running_server(tmp_path, tmp_path, "--demo") as fresh:
        for i, j in itertools.product(range(10), range(10)):
            for path in (f"images/big_image/c/{i}/{j}", f"cubes/tiny_hypercube/c/0/0/0/{i % 3}/{j % 3}"):
                assert fresh.get(f"zarr/v3/demo/nested/{path}").status_code == 200
        assert fresh.get("zarr/v2/demo/.zmetadata").status_code == 200
        process = psutil.Process(fresh.process.pid)
        family = [process, *process.children(recursive=True)]
        assert max(one.memory_info().rss for one in family) < MEMORY_LIMIT


def test_groups_are_described_at_once():
    assert all(node.consolidate for _, node in descendants(TREE) if isinstance(node, Group))
