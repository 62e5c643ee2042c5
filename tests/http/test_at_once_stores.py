"""Nothing stale of a Zarr store: what is remembered of it changes, moves and vanishes."""

import json
import shutil

import numpy as np
import pytest
import zarr

from tests.server import Server


@pytest.fixture
def store(served_dir, request):
    place = served_dir / f"{request.node.name.partition('[')[0]}.zarr"
    shutil.rmtree(place, ignore_errors=True)
    return place


def write(place, values, zarr_format=3):
    group = zarr.open_group(place, mode="a", zarr_format=zarr_format)
    group.create_array("a", data=np.asarray(values), overwrite=True)


def read(server: Server, store, zarr_format=3):
    for _ in range(3):  # the second time it is remembered
        values = server.open(zarr_format, f"files/{store.name}/a")[...]
    return values.tolist()


@pytest.mark.parametrize("stored", [2, 3])
def test_a_store_that_is_written_anew(server: Server, store, stored, zarr_format):
    for values in ([1, 2, 3], [4, 5, 6], [7.5, 8.5, 9.5], [1]):
        write(store, values, stored)
        assert read(server, store, zarr_format) == values


def test_attributes_that_change(server: Server, store):
    write(store, [1], 2)
    for value in ("x", "y"):
        (store / "a" / ".zattrs").write_text(json.dumps({"k": value}))
        for _ in range(2):
            answer = server.get(f"zarr/v2/files/{store.name}/a/.zattrs").json()
            assert answer["k"] == value


def test_an_array_that_vanishes(server: Server, store):
    write(store, [1, 2])
    assert read(server, store) == [1, 2]
    shutil.rmtree(store / "a")
    assert server.get(f"zarr/v3/files/{store.name}/a/zarr.json").status_code == 404


def test_documents_of_another_version_beside(server: Server, store):
    write(store, [1, 2], 2)
    assert read(server, store, 2) == [1, 2]
    other = store.with_suffix(".other.zarr")
    write(other, [3, 4, 5], 3)
    shutil.copytree(other, store, dirs_exist_ok=True)
    assert server.get(f"zarr/v3/files/{store.name}/a/zarr.json").json()["shape"] == [3]


def test_an_array_that_becomes_a_link_outside(server: Server, store, tmp_path):
    write(store, [1, 2])
    assert read(server, store) == [1, 2]
    (store / "a").rename(tmp_path / "a")
    (store / "a").symlink_to(tmp_path / "a")
    for key in ("zarr.json", "c/0"):
        assert server.get(f"zarr/v3/files/{store.name}/a/{key}").status_code == 403


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a%2F..", "%00", ".zarray%2F"])
def test_names_that_are_none(server: Server, store, name):
    write(store, [1, 2])
    assert server.get(f"zarr/v3/files/{store.name}/{name}/zarr.json").status_code == 404
