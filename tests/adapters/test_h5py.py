"""Open HDF5 objects: the rules for files, read through the object that is open."""

from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.walk import descendants, members
from jupyter_zarr_serve.readers import hdf5
from tests.nodes import child, chunks_of
from tests.store import CoreStore, open_node

POLICY = Policy()
VALUES = np.arange(6000.0).reshape(60, 100)


@pytest.fixture(params=["disk", "memory"])
def file(request, tmp_path):
    fields = {} if request.param == "disk" else {"driver": "core", "backing_store": False}
    with h5py.File(tmp_path / "a.h5", "w", **fields) as file:
        file.attrs["title"] = "t"
        group = file.create_group("g")
        plain = group.create_dataset("plain", data=VALUES)
        plain.attrs["units"] = "K"
        plain.dims[0].label = "y"
        group.create_dataset("packed", data=VALUES, chunks=(20, 30), compression="gzip", shuffle=True)
        group.create_dataset("lzf", data=VALUES, chunks=(20, 30), compression="lzf")
        file["text"] = ["a", "é"]
        file["scalar"] = 5
        yield file


def test_a_file_is_a_group(file, zarr_format):
    node = adapt(file, Policy(target_bytes=4800))
    assert node.attributes == {"title": "t"}
    assert [path for path, _ in descendants(node)] == [
        "g", "g/lzf", "g/packed", "g/plain", "scalar", "text"
    ]  # fmt: skip
    for name in ("plain", "packed", "lzf"):
        np.testing.assert_array_equal(open_node(node, zarr_format, f"g/{name}")[:], VALUES)
    assert child(node, "g/packed").chunk_shape == (20, 30)
    assert child(node, "g/plain").attributes["units"] == "K"
    assert child(node, "g/plain").dimension_names == ("y", None)
    assert open_node(node, zarr_format, "text")[:].tolist() == ["a", "é"]
    assert open_node(node, zarr_format, "scalar")[()] == 5


def test_groups_and_datasets(file, zarr_format):
    assert [name for name, _ in members(adapt(file["g"], POLICY))] == ["lzf", "packed", "plain"]
    np.testing.assert_array_equal(open_node(adapt(file["g/packed"], POLICY), zarr_format)[:], VALUES)


@pytest.mark.parametrize("name", ["plain", "packed", "lzf"])
def test_writes_that_are_not_flushed_are_seen(file, zarr_format, name):
    opened = open_node(adapt(file, Policy(target_bytes=4800)), zarr_format, f"g/{name}")
    assert opened[0, 0] == 0
    file[f"g/{name}"][0, 0] = -1
    assert opened[0, 0] == -1


def test_a_dataset_that_is_written_later(file, zarr_format):
    empty = file.create_dataset("later", (40, 40), "f8", chunks=(20, 20), compression="gzip", fillvalue=9)
    opened = open_node(adapt(empty, Policy(target_bytes=3200)), zarr_format)
    assert (opened[:] == 9).all()
    empty[:20] = 1
    assert (opened[:20] == 1).all()
    assert (opened[20:] == 9).all()


def test_many_threads_read_while_one_writes(file):
    node = adapt(file["g/packed"], Policy(target_bytes=4800))
    regions = list(chunks_of(node)) * 20
    with ThreadPoolExecutor(8) as pool:
        blocks = [pool.submit(node.read, region) for region in regions]
        for number in range(50):
            file.attrs["n"] = number
        for region, block in zip(regions, blocks, strict=True):
            np.testing.assert_array_equal(block.result(), VALUES[region])


def test_the_same_bytes_as_from_the_file(tmp_path, zarr_format):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=VALUES, chunks=(20, 30), compression="gzip", shuffle=True)
    policy = Policy(target_bytes=4800)
    key = "x/1.2" if zarr_format == 2 else "x/c/1/2"
    with h5py.File(tmp_path / "a.h5") as file:
        live = CoreStore(adapt(file, policy), zarr_format).ask(key)
    disk = CoreStore(hdf5.read(tmp_path / "a.h5", policy), zarr_format).ask(key)
    assert live.status == 200
    assert live.body == disk.body


def test_shapes_that_changed_are_refused(file):
    grown = file.create_dataset("grown", data=np.arange(10), maxshape=(None,), chunks=(5,))
    node = adapt(grown, Policy(target_bytes=40))
    grown.resize((3,))
    assert CoreStore(node, 3).ask("c/1").status in (422, 503)


def test_closed_files_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [1, 2]
        dataset = file["x"]
        node = adapt(dataset, POLICY)
    with pytest.raises(Unreadable, match="closed"):
        adapt(dataset, POLICY)
    with pytest.raises(Unreadable, match="closed"):
        adapt(file, POLICY)
    assert CoreStore(node, 3).ask("c/0").status == 422


def test_other_objects_are_refused(file):
    with pytest.raises(Unreadable, match="neither"):
        adapt(file.attrs, POLICY)
