import threading
import time

import numpy as np
import pytest
import scipy.sparse
import sparse
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.adapters import adapt as adapt_any
from jupyter_zarr_serve.adapters import coordinates, from_scipy, from_sparse
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Array, Policy
from tests.nodes import FILE_FAILURES, read_all

POLICY = Policy()
SMALL = Policy(target_bytes=128)
FORMATS = ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"]


def thinned(shape, dtype="f8", fill=0, seed=0):
    """A dense array of which every fourth element or so is not the fill value."""
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 100, shape).astype(dtype)
    return np.where(rng.random(shape) < 0.25, values, np.asarray(fill, dtype)).astype(dtype)


# --- the sparse package ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [sparse.COO, sparse.GCXS, sparse.DOK])
@pytest.mark.parametrize("shape", [(37,), (20, 30), (1, 50), (50, 1), (6, 7, 8), (3, 4, 5, 6)], ids=str)
def test_sparse_arrays_equal_their_dense_form(kind, shape):
    expected = thinned(shape)
    array = adapt_any(kind.from_numpy(expected), SMALL)
    assert isinstance(array, Array)
    assert array.dtype == expected.dtype
    np.testing.assert_array_equal(read_all(array), expected)


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)], ids=str)
def test_gcxs_compressed_along_any_axes(axes):
    expected = thinned((6, 7, 8))
    obj = sparse.GCXS.from_numpy(expected, compressed_axes=axes)
    np.testing.assert_array_equal(read_all(adapt_any(obj, SMALL)), expected)


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "f4", "c16", ">f8", ">i2"])
def test_sparse_dtypes(dtype):
    expected = thinned((20, 20), dtype)
    array = adapt_any(sparse.COO.from_numpy(expected), SMALL)
    np.testing.assert_array_equal(read_all(array), expected)


@pytest.mark.parametrize("fill", [np.nan, 7.0, -np.inf, -0.5])
@pytest.mark.parametrize("kind", [sparse.COO, sparse.GCXS, sparse.DOK])
def test_fill_values_are_honoured(kind, fill):
    expected = thinned((20, 30), fill=fill)
    obj = sparse.COO.from_numpy(expected, fill_value=fill).asformat(kind.__name__.lower())
    array = adapt_any(obj, SMALL)
    np.testing.assert_equal(float(array.fill), fill)
    np.testing.assert_array_equal(read_all(array), expected)


def test_zero_is_no_fill_value_that_marks_missing_data():
    assert adapt_any(sparse.COO.from_numpy(np.eye(3)), POLICY).fill_value is None


@pytest.mark.parametrize("shape", [(0,), (0, 5), (5, 0), (4, 4)])
def test_arrays_without_elements(shape):
    array = adapt_any(sparse.zeros(shape), SMALL)
    assert array.shape == shape
    np.testing.assert_array_equal(read_all(array), np.zeros(shape))


def test_zero_dimensional():
    array = adapt_any(sparse.COO(np.empty((0, 1), int), np.array([5.0]), ()), POLICY)
    assert read_all(array) == 5


@given(st.data())
def test_any_region_may_be_read(data):
    expected = thinned((9, 10, 11), seed=data.draw(st.integers(0, 3)))
    ends = [sorted((data.draw(st.integers(0, n)), data.draw(st.integers(0, n)))) for n in expected.shape]
    region = tuple(slice(a, b) for a, b in ends)
    obj = sparse.COO.from_numpy(expected)
    for made in (obj, obj.asformat("gcxs"), obj.asformat("dok")):
        np.testing.assert_array_equal(adapt_any(made, SMALL).read(region), expected[region])


def test_shapes_whose_size_exceeds_64_bits():
    at = np.array([[0, 10**14, 10**15 - 1]] * 2)
    array = coordinates.array_of_elements(
        (10**15, 10**15), np.dtype("f8"), lambda: (at, np.ones(3)), POLICY
    )
    block = array.read((slice(10**14, 10**14 + 2), slice(10**14 - 1, 10**14 + 1)))
    np.testing.assert_array_equal(block, [[0, 1], [0, 0]])


def test_indices_of_a_type_that_cannot_hold_the_shape():
    expected = thinned((256, 3))
    obj = sparse.COO(np.array(expected.nonzero(), np.uint8), expected[expected.nonzero()], expected.shape)
    elements = obj.coords.astype(np.uint8), obj.data
    array = coordinates.array_of_elements(expected.shape, expected.dtype, lambda: elements, POLICY)
    np.testing.assert_array_equal(read_all(array), expected)


def test_coordinates_are_sorted_once_and_for_the_first_chunk_only():
    loads = []

    def load():
        loads.append(threading.get_ident())
        time.sleep(0.05)
        return np.array([[0, 5], [0, 5]]), np.array([1.0, 2.0])

    array = coordinates.array_of_elements((6, 6), np.dtype("f8"), load, POLICY)
    assert not loads
    blocks = []
    whole = (slice(0, 6), slice(0, 6))
    threads = [threading.Thread(target=lambda: blocks.append(array.read(whole))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert all(block[0, 0] == 1 and block[5, 5] == 2 and block.sum() == 3 for block in blocks)


@pytest.mark.parametrize(
    "coords", [[[0, 6], [0, 0]], [[0, -1], [0, 0]], [[0, 1]], [[0], [0]], [[0.0, 1.0]] * 2]
)
def test_coordinates_outside_the_shape_are_refused(coords):
    elements = [np.array(indices) for indices in coords], np.ones(2)
    array = coordinates.array_of_elements((6, 6), np.dtype("f8"), lambda: elements, POLICY)
    with pytest.raises(Unreadable, match="outside its shape"):
        read_all(array)


@pytest.mark.parametrize(
    ("indices", "indptr"),
    [([0, 1], [0, 1]), ([0, 9], [0, 1, 2]), ([0, 1], [0, 3, 2]), ([0, -1], [0, 1, 2])],
)
def test_contradicting_compressed_coordinates_fail(indices, indptr):
    with pytest.raises((Unreadable, *FILE_FAILURES)):
        coordinates.expand(np.array(indices), np.array(indptr), (2, 3), (0,))


def test_a_dictionary_of_keys_may_change_between_reads():
    obj = sparse.DOK((4, 4))
    array = adapt_any(obj, POLICY)
    assert read_all(array).sum() == 0
    obj[1, 2] = 3
    assert read_all(array)[1, 2] == 3


# --- scipy.sparse ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("api", ["matrix", "array"])
@pytest.mark.parametrize("shape", [(20, 30), (1, 50), (50, 1), (33, 17)], ids=str)
def test_scipy_formats_equal_their_dense_form(kind, api, shape):
    expected = thinned(shape)
    obj = getattr(scipy.sparse, f"{kind}_{api}")(expected)
    array = adapt_any(obj, SMALL)
    assert array.fill_value is None
    np.testing.assert_array_equal(read_all(array), expected)


@pytest.mark.parametrize("kind", ["coo", "csr", "dok"])
def test_scipy_vectors(kind):
    expected = thinned((50,))
    obj = getattr(scipy.sparse, f"{kind}_array")(expected)
    np.testing.assert_array_equal(read_all(adapt_any(obj, SMALL)), expected)


def test_scipy_coordinates_in_three_dimensions():
    expected = thinned((5, 6, 7))
    np.testing.assert_array_equal(read_all(adapt_any(scipy.sparse.coo_array(expected), SMALL)), expected)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "f4", "c16"])
def test_scipy_dtypes(kind, dtype):
    expected = thinned((20, 20), dtype)
    array = adapt_any(getattr(scipy.sparse, f"{kind}_array")(expected), SMALL)
    assert array.dtype == dtype
    np.testing.assert_array_equal(read_all(array), expected)


@pytest.mark.parametrize("kind", FORMATS)
@given(data=st.data())
def test_any_region_of_a_scipy_array_may_be_read(kind, data):
    expected = thinned((12, 18), seed=data.draw(st.integers(0, 3)))
    ends = [sorted((data.draw(st.integers(0, n)), data.draw(st.integers(0, n)))) for n in expected.shape]
    region = tuple(slice(a, b) for a, b in ends)
    array = adapt_any(getattr(scipy.sparse, f"{kind}_array")(expected), SMALL)
    np.testing.assert_array_equal(array.read(region), expected[region])


@pytest.mark.parametrize("blocksize", [(1, 1), (2, 3), (5, 2), (20, 30)], ids=str)
def test_blocks_that_straddle_chunks(blocksize):
    expected = thinned((20, 30))
    obj = scipy.sparse.bsr_array(expected, blocksize=blocksize)
    np.testing.assert_array_equal(read_all(adapt_any(obj, SMALL)), expected)


@pytest.mark.parametrize("kind", ["csr", "csc"])
def test_unsorted_and_duplicate_indices(kind):
    cls = getattr(scipy.sparse, f"{kind}_array")
    obj = cls(
        (np.arange(1.0, 7), np.array([3, 0, 3, 2, 1, 1]), np.array([0, 3, 4, 6])),
        shape=(3, 4)[:: 1 if kind == "csr" else -1],
    )
    indices = obj.indices.copy()
    assert not obj.has_sorted_indices
    np.testing.assert_array_equal(read_all(adapt_any(obj, Policy(target_bytes=32))), obj.toarray())
    np.testing.assert_array_equal(obj.indices, indices)  # the user's matrix is left alone


@pytest.mark.parametrize("dtype", ["f8", "?", "u1"])
def test_duplicate_coordinates_are_summed_as_scipy_does(dtype):
    rows, columns = np.array([1, 1, 0, 1]), np.array([2, 2, 0, 2])
    obj = scipy.sparse.coo_array((np.array([1, 1, 1, 1], dtype), (rows, columns)), shape=(3, 3))
    np.testing.assert_array_equal(read_all(adapt_any(obj, POLICY)), obj.toarray())
    sorted_duplicates = scipy.sparse.csr_array(
        (np.ones(3), np.array([1, 1, 2]), np.array([0, 2, 3])), shape=(2, 3)
    )
    np.testing.assert_array_equal(
        read_all(adapt_any(sorted_duplicates, POLICY)), sorted_duplicates.toarray()
    )


@pytest.mark.parametrize(("shape", "offsets"), [((6, 9), [-5, 0, 8]), ((9, 6), [-8, -1, 5]), ((4, 4), [1])])
def test_diagonals_of_any_length(shape, offsets):
    data = np.arange(1.0, len(offsets) * 5 + 1).reshape(len(offsets), 5)
    obj = scipy.sparse.dia_array((data, offsets), shape=shape)
    np.testing.assert_array_equal(read_all(adapt_any(obj, SMALL)), obj.toarray())


@pytest.mark.parametrize("kind", ["lil", "dok", "csr"])
def test_changes_are_seen_by_the_next_read(kind):
    obj = getattr(scipy.sparse, f"{kind}_array")(np.eye(4))
    array = adapt_any(obj, POLICY)
    assert read_all(array)[1, 1] == 1
    obj[1, 1] = 9
    assert read_all(array)[1, 1] == 9


@pytest.mark.parametrize("kind", FORMATS)
def test_no_dense_copy_of_the_whole_is_ever_made(kind, monkeypatch):
    cls = getattr(scipy.sparse, f"{kind}_array")
    obj = cls(thinned((20, 30)))
    for name in ("toarray", "todense", "tocsr", "tocoo", "__getitem__"):
        monkeypatch.setattr(cls, name, None, raising=False)
    assert adapt_any(obj, SMALL).read((slice(0, 2), slice(0, 2))).shape == (2, 2)


def large():
    """A matrix of a million by a million with ten million elements."""
    side, count = 10**6, 10**7
    indices = np.sort(np.random.default_rng(0).integers(0, side, (side, 10), np.int32), axis=1).reshape(-1)
    return scipy.sparse.csr_array(
        (np.ones(count, "f4"), indices, np.arange(0, count + 1, 10, np.int32)), shape=(side, side)
    )


@pytest.mark.parametrize("kind", ["csr", "csc"])
def test_a_chunk_of_a_large_matrix_takes_milliseconds(kind):
    obj = large() if kind == "csr" else large().T
    array = adapt_any(obj, POLICY)
    start = 500_000
    region = tuple(slice(start, start + n) for n in array.chunk_shape)
    array.read(region)
    before = time.process_time()
    for _ in range(5):
        block = array.read(region)
    assert (time.process_time() - before) / 5 < 0.1  # 20 ms expected; other work may slow this machine
    np.testing.assert_array_equal(block, obj[region].toarray())


def test_other_objects_of_the_libraries_are_refused():
    for module in (from_scipy, from_sparse):
        with pytest.raises(Unreadable, match="convert with"):
            module.adapt(object(), POLICY)
    with pytest.raises(Unreadable, match="format 'xyz' is unknown"):
        from_scipy.dense_view("xyz", (1, 1), np.dtype("f8"), object, POLICY)
