import sys

import numpy as np
import pytest
import scipy.sparse
import sparse

from jupyter_zarr_serve.core.errors import MissingLibrary, Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.readers.npz import read
from tests.nodes import FILE_FAILURES, read_all

POLICY = Policy()
SMALL = Policy(target_bytes=256)


def thinned(shape, dtype="f8"):
    rng = np.random.default_rng(0)
    return np.where(rng.random(shape) < 0.25, rng.integers(1, 100, shape), 0).astype(dtype)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("kind", ["coo", "gcxs"])
@pytest.mark.parametrize("shape", [(40,), (20, 30), (6, 7, 8)], ids=str)
def test_what_sparse_saved(tmp_path, kind, shape, compressed):
    expected = thinned(shape)
    obj = sparse.COO.from_numpy(expected).asformat(kind)
    sparse.save_npz(tmp_path / "a.npz", obj, compressed=compressed)
    node = read(tmp_path / "a.npz", SMALL)
    assert isinstance(node, Array)
    np.testing.assert_array_equal(read_all(node), expected)
    np.testing.assert_array_equal(read_all(node), sparse.load_npz(tmp_path / "a.npz").todense())


def test_what_older_versions_of_sparse_saved(tmp_path):
    obj = sparse.COO.from_numpy(thinned((20, 30)))
    nodes = {"data": obj.data, "coords": obj.coords, "shape": obj.shape, "fill_value": obj.fill_value}
    np.savez(tmp_path / "a.npz", **nodes)
    np.testing.assert_array_equal(read_all(read(tmp_path / "a.npz", SMALL)), obj.todense())


def test_the_fill_value_that_sparse_saved(tmp_path):
    expected = np.where(thinned((20, 30)) == 0, np.nan, 1)
    sparse.save_npz(tmp_path / "a.npz", sparse.COO.from_numpy(expected, fill_value=np.nan))
    node = read(tmp_path / "a.npz", SMALL)
    assert np.isnan(node.fill)
    np.testing.assert_array_equal(read_all(node), expected)


@pytest.mark.parametrize("kind", ["csr", "csc", "bsr", "coo", "dia"])
@pytest.mark.parametrize("api", ["matrix", "array"])
def test_what_scipy_saved(tmp_path, kind, api):
    expected = thinned((20, 30))
    scipy.sparse.save_npz(tmp_path / "a.npz", getattr(scipy.sparse, f"{kind}_{api}")(expected))
    node = read(tmp_path / "a.npz", SMALL)
    assert isinstance(node, Array)
    assert node.dtype == "f8"
    np.testing.assert_array_equal(read_all(node), expected)


@pytest.mark.parametrize(("kind", "shape"), [("coo", (5, 6, 7)), ("coo", (50,)), ("csr", (50,))])
def test_what_scipy_saved_with_other_numbers_of_axes(tmp_path, kind, shape):
    expected = thinned(shape)
    scipy.sparse.save_npz(tmp_path / "a.npz", getattr(scipy.sparse, f"{kind}_array")(expected))
    np.testing.assert_array_equal(read_all(read(tmp_path / "a.npz", SMALL)), expected)


def test_a_sparse_array_is_loaded_once_and_only_when_read(tmp_path, bytes_read):
    scipy.sparse.save_npz(tmp_path / "a.npz", scipy.sparse.csr_array(thinned((500, 500))), compressed=False)
    node = read(tmp_path / "a.npz", SMALL)
    assert sum(bytes_read) < 100_000
    node.read((slice(0, 5), slice(0, 5)))
    bytes_read.clear()
    node.read((slice(100, 105), slice(0, 5)))
    assert not bytes_read


def test_sparse_arrays_too_large_to_load_are_refused_at_once(tmp_path):
    sparse.save_npz(tmp_path / "a.npz", sparse.COO.from_numpy(thinned((200, 200))))
    with pytest.raises(Unreadable, match="chunk_limit_bytes"):
        read(tmp_path / "a.npz", Policy(limit_bytes=10_000))


def test_members_with_some_of_the_names_are_a_group(tmp_path):
    np.savez(tmp_path / "a.npz", data=np.arange(3), shape=np.arange(3), coords=np.arange(3))
    assert isinstance(read(tmp_path / "a.npz", POLICY), Group)


GOOD = {
    "indices": np.array([0, 1]),
    "indptr": np.array([0, 1, 2]),
    "data": np.ones(2),
    "shape": np.array([2, 2]),
}
GOOD = {**GOOD, "format": np.array(b"csr")}
GCXS = {**GOOD, "compressed_axes": np.array([0]), "fill_value": np.array(0.0)}
COO = {
    "coords": np.eye(2, dtype=int),
    "data": np.ones(2),
    "shape": np.array([2, 2]),
    "fill_value": np.array(0),
}


@pytest.mark.parametrize(
    "members_saved",
    [
        {**GOOD, "format": np.array(b"lil")},
        {**GOOD, "format": np.array("__class__")},
        {**GOOD, "format": np.array(b"dia")},
        {**GOOD, "format": np.zeros(0, "S3")},
        {**GOOD, "indices": np.array([0, 7])},
        {**GOOD, "indices": np.array([0, -1])},
        {**GOOD, "indptr": np.array([0, 9, 2])},
        {**GOOD, "indptr": np.array([0, 2])},
        {**GOOD, "shape": np.array([2, -2])},
        {**GOOD, "shape": np.zeros((1000, 1000))},
        {**GOOD, "data": np.ones((2, 2))},
        {**GCXS, "indices": np.array([0, 7])},
        {**GCXS, "indptr": np.array([0, 3, 2])},
        {**GCXS, "compressed_axes": np.array([5])},
        {**GCXS, "compressed_axes": np.array([0, 0])},
        {**COO, "coords": np.array([[0, 9], [0, 1]])},
        {**COO, "coords": np.array([[0, -1], [0, 1]])},
        {**COO, "coords": np.zeros((3, 2), int)},
        {**COO, "data": np.ones((2, 2))},
        {**COO, "fill_value": np.zeros(0)},
    ],
    ids=lambda _: "",
)
def test_contradicting_members_of_a_sparse_array_fail(tmp_path, members_saved):
    np.savez(tmp_path / "a.npz", **members_saved)
    with pytest.raises((Unreadable, *FILE_FAILURES)):
        read_all(read(tmp_path / "a.npz", POLICY))


def test_objects_in_a_sparse_array_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "a.npz", **{**COO, "data": np.array([{}, {}], object)})
    with pytest.raises(Unreadable, match="allow_pickle=False"):
        read(tmp_path / "a.npz", POLICY)


def test_without_scipy_the_remedy_is_named(tmp_path, monkeypatch):
    scipy.sparse.save_npz(tmp_path / "a.npz", scipy.sparse.csr_array(np.eye(3)))
    monkeypatch.setitem(sys.modules, "jupyter_zarr_serve.adapters.from_scipy", None)
    with pytest.raises(MissingLibrary, match=r"jupyter-zarr-serve\[sparse\]"):
        read(tmp_path / "a.npz", POLICY)
