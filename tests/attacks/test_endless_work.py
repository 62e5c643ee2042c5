"""Small files whose reading would take a worker for good are refused before the work begins."""

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import open_file
from tests.nodes import child, read_all

POLICY = Policy()


def virtual(file: h5py.File, name: str, *sources: str, length: int = 4) -> None:
    """A virtual dataset of the same length, made of each source as a whole, one over the other."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    space = h5py.h5s.create_simple((length,))
    for source in sources:
        properties.set_virtual(space, b".", source.encode(), space)
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.NATIVE_INT64, space, dcpl=properties)


def test_virtual_datasets_made_twice_of_each_other(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["v0"] = np.arange(4)
        for level in range(1, 41):
            virtual(file, f"v{level}", *[f"v{level - 1}"] * 2)
    node = open_file(tmp_path / "a.h5", POLICY)
    np.testing.assert_array_equal(read_all(child(node, "v3")), np.arange(4))
    with pytest.raises(Unreadable, match="deep"):
        child(node, "v40")


def test_virtual_datasets_made_often_of_each_other(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["v0"] = np.arange(4)
        for level in range(1, 6):
            virtual(file, f"v{level}", *[f"v{level - 1}"] * 100)
    with pytest.raises(Unreadable, match="1,000,000 places"):
        child(open_file(tmp_path / "a.h5", POLICY), "v5")


def test_virtual_datasets_one_behind_the_other(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["v0"] = np.arange(4)
        for level in range(1, 2000):
            virtual(file, f"v{level}", f"v{level - 1}")
    with pytest.raises(Unreadable, match="deep"):
        child(open_file(tmp_path / "a.h5", POLICY), "v1999")
