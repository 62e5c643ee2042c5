import h5py
import numpy as np
import pytest
import scipy.sparse

from jupyter_zarr_serve.adapters.hdf5.sparse import sparse_array
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy, make_array
from jupyter_zarr_serve.core.walk import descendants, members
from jupyter_zarr_serve.readers.hdf5 import read
from tests.nodes import child, read_all

KINDS = {"csr": "csr_matrix", "csc": "csc_matrix"}


def write(path, matrix, kind="csr", **changes):
    """A sparse matrix as anndata stores it."""
    matrix = matrix.asformat(kind)
    with h5py.File(path, "w") as file:
        group = file.create_group("X")
        group.attrs["encoding-type"], group.attrs["encoding-version"] = KINDS[kind], "0.1.0"
        group.attrs["shape"] = changes.pop("shape", matrix.shape)
        for name in ("data", "indices", "indptr"):
            values = changes.get(name, getattr(matrix, name))
            group.create_dataset(name, data=values, chunks=(50,) if len(values) > 50 else None)
    return path


def array(path, policy=Policy()) -> Array:  # noqa: B008
    found = child(read(path, policy), "X")
    assert isinstance(found, Array)
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["f4", "i8", "?"])
@pytest.mark.parametrize("shape", [(70, 40), (1, 300), (300, 1), (5, 0), (0, 5)])
def test_dense_values(tmp_path, kind, dtype, shape):
    matrix = scipy.sparse.random(*shape, 0.2, format=kind, random_state=0)
    matrix.data = np.ceil(matrix.data * 9).astype(dtype)
    a = array(write(tmp_path / "a.h5ad", matrix, kind), Policy(target_bytes=1024))
    assert a.dtype == dtype
    assert a.attributes == {"encoding-type": "array", "encoding-version": "0.2.0"}
    np.testing.assert_array_equal(read_all(a), matrix.toarray())


def test_chunks_lie_along_the_stored_lines(tmp_path):
    matrix = scipy.sparse.random(1000, 500, 0.01, format="csr", random_state=0)
    policy = Policy(target_bytes=1 << 16)
    assert array(write(tmp_path / "r.h5ad", matrix), policy).chunk_shape == (16, 500)
    assert array(write(tmp_path / "c.h5ad", matrix, "csc"), policy).chunk_shape == (1000, 8)


def test_only_the_lines_of_a_region_are_read(tmp_path, monkeypatch):
    matrix = scipy.sparse.random(1000, 500, 0.1, format="csr", random_state=0)
    a, counts = array(write(tmp_path / "a.h5ad", matrix)), []
    monkeypatch.setattr(
        "numpy.repeat", lambda x, n, repeat=np.repeat: counts.append(n.sum()) or repeat(x, n)
    )
    np.testing.assert_array_equal(a.read((slice(5, 7), slice(10, 90))), matrix[5:7, 10:90].toarray())
    assert counts == [matrix[5:7].nnz]


def test_elements_stored_twice_count_twice(tmp_path):
    matrix = scipy.sparse.csr_matrix(
        (np.array([1.0, 2, 4]), np.array([1, 1, 0]), np.array([0, 2, 3])), (2, 3)
    )
    assert read_all(array(write(tmp_path / "a.h5ad", matrix))).tolist() == matrix.toarray().tolist()


GOOD = scipy.sparse.csr_matrix(np.eye(3))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"indices": np.array([0, 1, 3])}, "outside of its 3"),
        ({"indices": np.array([0, -1, 2])}, "outside of its 3"),
        ({"indptr": np.array([0, 2, 1, 3])}, "end before they start"),
        ({"indptr": np.array([0, 1, 2, 30])}, "beyond its data"),
        ({"indptr": np.array([-1, 1, 2, 3])}, "end before they start"),
        ({"indptr": np.array([0, 1])}, "do not fit"),
        ({"indices": np.array([0])}, "do not fit"),
        ({"shape": (3, 3, 3)}, "of shape"),
        ({"data": np.array([b"a", b"b", b"c"])}, "list of numbers 'data'"),
    ],
)
def test_damaged_matrices_are_errors(tmp_path, changes, reason):
    path = write(tmp_path / "a.h5ad", GOOD, **changes)
    with pytest.raises(Unreadable, match=reason):
        read_all(array(path))


def test_one_damaged_matrix_leaves_its_siblings(tmp_path):
    path = write(tmp_path / "a.h5ad", GOOD, shape=(9, 9))
    with h5py.File(path, "a") as file:
        file["good"] = [1]
    assert [name for name, _ in members(read(path, Policy()))] == ["good"]


def test_too_many_elements_for_one_chunk_are_refused(tmp_path):
    count = 100_000
    matrix = scipy.sparse.csr_matrix(
        (np.ones(count, "i1"), np.zeros(count, "i4"), np.array([0, count])), (1, 1)
    )
    with pytest.raises(Unreadable, match="duplicates"):
        read_all(array(write(tmp_path / "a.h5ad", matrix), Policy(limit_bytes=500_000)))


def test_frames_and_categories_stay_groups(tmp_path):
    with h5py.File(tmp_path / "a.h5ad", "w") as file:
        frame = file.create_group("obs")
        frame.attrs["encoding-type"], frame.attrs["column-order"] = "dataframe", ["n", "kind"]
        frame["n"] = np.arange(3)
        kind = frame.create_group("kind")
        kind.attrs["encoding-type"], kind.attrs["ordered"] = "categorical", False
        kind["codes"] = np.array([0, 1, -1], "i1")
        kind["categories"] = ["a", "b"]
    root = read(tmp_path / "a.h5ad", Policy())
    assert isinstance(root, Group)
    assert [path for path, _ in descendants(root)] == [
        "obs",
        "obs/kind",
        "obs/kind/categories",
        "obs/kind/codes",
        "obs/n",
    ]
    assert child(root, "obs").attributes["column-order"] == ["n", "kind"]


@pytest.mark.parametrize("part", ["data", "indices", "indptr"])
def test_parts_that_are_of_another_type_than_announced_are_never_cast(part):
    def announced(name, values):
        given = values + 0.5 if name == part else values
        return make_array(values.shape, values.dtype, given.__getitem__, Policy())

    lists = {"data": np.array([1, 2]), "indices": np.array([0, 1]), "indptr": np.array([0, 1, 2])}
    parts = {name: announced(name, values) for name, values in lists.items()}
    matrix = sparse_array(parts, {"encoding-type": "csr_matrix", "shape": (2, 2)}, Policy())
    with pytest.raises(Unreadable, match="announced"):
        matrix.read((slice(0, 2), slice(0, 2)))
