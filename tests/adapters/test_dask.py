"""dask's collections: what is computed, when, how often, and by whom."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.core.memory import MEMORY
from jupyter_zarr_serve.core.nodes import Array, Policy
from jupyter_zarr_serve.core.walk import members
from tests.nodes import child, chunks_of, read_all
from tests.store import open_node

POLICY = Policy()
SMALL = Policy(target_bytes=800)


def counted(shape=(40, 60), chunks=(10, 20), dtype="i8"):
    """An array whose blocks are noted when they are computed."""
    computed = []

    def block(block_id=None, block_info=None):
        computed.append(block_id)
        (rows, columns) = block_info[None]["array-location"]
        return np.add.outer(np.arange(*rows) * 1000, np.arange(*columns)).astype(dtype)

    chunks = da.core.normalize_chunks(chunks, shape, dtype=dtype)
    return da.map_blocks(block, chunks=chunks, dtype=dtype, meta=np.empty((0, 0), dtype)), computed


def expected(shape=(40, 60)):
    return np.add.outer(np.arange(shape[0]) * 1000, np.arange(shape[1]))


@pytest.fixture(params=["synchronous", "threads"])
def scheduler(request):
    with dask.config.set(scheduler=request.param):
        yield request.param


def test_values(zarr_format, scheduler):
    values, computed = counted()
    node = adapt(values, POLICY)
    assert computed == []
    opened = open_node(node, zarr_format)
    np.testing.assert_array_equal(opened[:], expected())
    assert opened.dtype == "i8"


def test_a_chunk_computes_its_blocks_only(scheduler):
    values, computed = counted(chunks=(10, 10))
    a = adapt(values, SMALL)
    assert a.chunk_shape == (10, 10)
    a.read((slice(10, 20), slice(50, 60)))
    assert computed == [(1, 5)]


@pytest.mark.parametrize("target", [64, 800, 10_000])
def test_no_block_is_computed_twice_for_neighbours(target, scheduler):
    values, computed = counted()
    a = adapt(values, Policy(target_bytes=target))
    np.testing.assert_array_equal(read_all(a), expected())
    assert sorted(computed) == list(np.ndindex(4, 3))


def test_threads_compute_a_block_once(scheduler):
    values, computed = counted(chunks=((3, 20, 17), (60,)))
    a = adapt(values, Policy(target_bytes=80))
    with ThreadPoolExecutor(8) as pool:
        for region, block in zip(regions := list(chunks_of(a)), pool.map(a.read, regions), strict=True):
            np.testing.assert_array_equal(block, expected()[region])
    assert sorted(computed) == [(0, 0), (1, 0), (2, 0)]


@pytest.mark.parametrize("chunks", [((1, 30, 9), (7, 0, 13, 40)), ((0, 40), (60, 0)), (7, 11), (40, 60)])
def test_irregular_chunks(chunks, zarr_format):
    values, _ = counted(chunks=chunks)
    np.testing.assert_array_equal(open_node(adapt(values, SMALL), zarr_format)[:], expected())


@pytest.mark.parametrize("shape", [(), (0,), (3, 0)])
def test_without_axes_or_elements(shape, zarr_format):
    values = np.ones(shape, "f4")
    np.testing.assert_array_equal(open_node(adapt(da.from_array(values), POLICY), zarr_format)[...], values)


def test_blocks_too_large_to_keep_are_cut_by_dask(monkeypatch):
    monkeypatch.setattr(MEMORY, "limit_bytes", 100)
    values, _ = counted()
    np.testing.assert_array_equal(read_all(adapt(values, SMALL)), expected())


def test_blocks_are_forgotten_with_their_array():
    a = adapt(da.ones((100, 100), chunks=50), SMALL)
    before = MEMORY.bytes_of("dask")
    read_all(a)
    assert before + 80_000 <= MEMORY.bytes_of("dask") < before + 90_000
    del a
    assert MEMORY.bytes_of("dask") == before


def test_unknown_lengths_are_refused():
    values = da.arange(10, chunks=5)
    with pytest.raises(Unreadable, match="compute_chunk_sizes"):
        adapt(values[values > 3], POLICY)
    assert read_all(adapt(values[values > 3].compute_chunk_sizes(), POLICY)).tolist() == [4, 5, 6, 7, 8, 9]


def test_a_block_of_another_shape_than_announced_is_refused():
    values = da.map_blocks(lambda: np.zeros(3), chunks=((4,),), dtype="f8", meta=np.empty(0))
    with pytest.raises(Unreadable, match="where dask announced"):
        read_all(adapt(values, POLICY))


def test_masked_elements():
    values = da.ma.masked_equal(da.from_array(np.array([1.0, 2, 3])), 2)
    np.testing.assert_array_equal(read_all(adapt(values, POLICY)), [1, np.nan, 3])
    with pytest.raises(Unreadable, match="filled"):
        adapt(da.ma.masked_equal(da.arange(3), 2), POLICY)


def test_other_libraries_in_blocks():
    import sparse

    values = da.from_array(np.eye(4), chunks=2).map_blocks(sparse.COO)
    np.testing.assert_array_equal(read_all(adapt(values, POLICY)), np.eye(4))


def test_text_and_times(zarr_format):
    texts = da.from_array(np.array(["a", "", "é"], object), chunks=2)
    assert open_node(adapt(texts, POLICY), zarr_format)[:].tolist() == ["a", "", "é"]
    times = da.from_array(np.array(["2020-01-01", "NaT"], "M8[s]"))
    np.testing.assert_array_equal(read_all(adapt(times, POLICY)), times.compute())


def test_a_failing_block_fails_alone_and_again():
    def block(block_id):
        if block_id == (1,):
            raise ValueError("no such weather")
        return np.zeros(5)

    a = adapt(da.map_blocks(block, chunks=((5, 5),), dtype="f8", meta=np.empty(0)), Policy(target_bytes=40))
    for _ in range(2):
        with pytest.raises(ValueError, match="weather"):
            a.read((slice(5, 10),))
    assert a.read((slice(0, 5),)).tolist() == [0] * 5


def test_other_collections_are_refused():
    with pytest.raises(Unreadable, match="from_delayed"):
        adapt(dask.delayed(1), POLICY)


@pytest.fixture(scope="module")
def cluster():
    with (
        LocalCluster(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        yield cluster


def in_a_thread(work):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(timeout=60)


def test_a_terabyte_on_a_cluster_from_another_thread(cluster):
    workers = set()

    def block(block_id):
        workers.add(threading.current_thread().name)
        return np.full((1000, 1000), block_id[0] * 1000 + block_id[1], "f8")

    values = da.map_blocks(block, chunks=((1000,) * 360,) * 2, dtype="f8", meta=np.empty((0, 0)))
    assert values.nbytes > 1e12
    a = adapt(values + 1, POLICY)
    start = time.monotonic()
    got = in_a_thread(lambda: a.read((slice(123_000, 123_010), slice(45_000, 45_010))))
    assert (got == 123_046).all()
    assert time.monotonic() - start < 10
    assert all(name.startswith("Dask-") for name in workers), workers


def test_frames_on_a_cluster(cluster):
    frame = pd.DataFrame({"x": np.arange(10.0)})
    node = adapt(dd.from_pandas(frame, npartitions=3), POLICY)
    assert in_a_thread(lambda: read_all(child(node, "x"))).tolist() == frame["x"].tolist()


def test_lost_workers_are_a_transient_failure(cluster):
    from distributed import KilledWorker

    def block():
        raise KilledWorker("task", SimpleNamespace(address="tcp://gone"), 3)

    values = da.map_blocks(block, chunks=((3,),), dtype="f8", meta=np.empty(0))
    with pytest.raises(Unavailable, match="look at the cluster"):
        in_a_thread(lambda: read_all(adapt(values, POLICY)))


def table() -> pd.DataFrame:
    index = pd.date_range("2020-01-01", periods=20, freq="D", unit="ns", name="day")
    return pd.DataFrame(
        {
            "f": np.linspace(0, 1, 20),
            "i": np.arange(20, dtype="i4"),
            "b": np.arange(20) % 3 == 0,
            "s": [f"s{i}" for i in range(20)],
            "c": pd.Categorical(list("abcd") * 5),
            "n": pd.array([None, *range(19)], "Int64"),
            "full": pd.array(range(20), "Int16"),
            "t": pd.date_range("2021-01-01", periods=20, freq="h", unit="us", tz="Europe/Paris"),
        },
        index=index,
    )


@pytest.mark.parametrize("npartitions", [1, 6])
def test_frames_are_as_those_of_pandas(zarr_format, npartitions):
    ours = adapt(dd.from_pandas(table(), npartitions=npartitions), Policy(target_bytes=64))
    theirs = adapt(table(), Policy(target_bytes=64))
    assert list(ours.children) == list(theirs.children)
    for name, wanted in members(theirs):
        got = child(ours, name)
        assert isinstance(got, Array)
        assert (got.shape, got.dtype, got.dimension_names) == (wanted.shape, wanted.dtype, ("day",))
        np.testing.assert_array_equal(
            open_node(ours, zarr_format, name)[:], open_node(theirs, zarr_format, name)[:]
        )
        assert {**wanted.attributes, **got.attributes} == got.attributes


def test_nothing_is_computed_before_a_column_is_asked_for():
    computed = []

    def part(number):
        computed.append(number)
        return pd.DataFrame({"x": np.arange(number + 1), "y": 0.5})

    frame = dd.from_map(part, [0, 1, 2, 3], meta=part(0).iloc[:0])
    computed.clear()
    node = adapt(frame, POLICY)
    assert list(node.children) == ["index", "x", "y"]
    assert computed == []
    assert child(node, "x").shape == (10,)
    assert sorted(computed) == [0, 1, 2, 3]
    computed.clear()
    assert child(node, "y").shape == (10,)
    assert computed == []
    with dask.config.set(scheduler="synchronous"):
        x = child(adapt(frame, Policy(target_bytes=16)), "x")
        computed.clear()
        assert x.read((slice(4, 6),)).tolist() == [1, 2]
        assert x.read((slice(3, 4),)).tolist() == [0]
    assert computed == [2]


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # dask's own
def test_frames_of_files_whose_partitions_dask_would_join(tmp_path):
    frame = table()[["f", "i", "s"]]
    for number in range(5):
        frame.iloc[4 * number : 4 * number + 4].to_parquet(tmp_path / f"part.{number}.parquet")
    stored = dd.read_parquet(tmp_path)
    assert stored["i"].optimize().npartitions < stored.npartitions
    for node in (adapt(stored, POLICY), adapt(stored[["i"]], POLICY)):
        assert read_all(child(node, "i")).tolist() == frame["i"].tolist()
        np.testing.assert_array_equal(read_all(child(node, "day")), frame.index)


def test_empty_partitions_and_filters():
    frame = dd.from_pandas(pd.DataFrame({"x": np.arange(10)}), npartitions=5)
    node = adapt(frame[(frame.x < 3) | (frame.x > 7)], Policy(target_bytes=16))
    assert read_all(child(node, "x")).tolist() == [0, 1, 2, 8, 9]
    assert read_all(child(node, "index")).tolist() == [0, 1, 2, 8, 9]
    assert child(adapt(frame[frame.x > 99], POLICY), "x").shape == (0,)


def test_series_and_index():
    series = dd.from_pandas(pd.Series([1.5, 2.5, 3.5], name="v", index=[5, 6, 7]), npartitions=2)
    node = adapt(series, POLICY)
    assert read_all(child(node, "v")).tolist() == [1.5, 2.5, 3.5]
    assert read_all(child(node, "index")).tolist() == [5, 6, 7]
    assert read_all(adapt(series.index, POLICY)).tolist() == [5, 6, 7]


def test_unknown_categories_are_refused_with_the_remedy():
    frame = dd.from_pandas(pd.DataFrame({"c": list("abca"), "x": 1}), npartitions=2)
    frame["c"] = frame["c"].astype("category")
    node = adapt(frame, POLICY)
    with pytest.raises(Unreadable, match="as_known"):
        child(node, "c")
    assert [name for name, _ in members(node)] == ["index", "x"]
    frame["c"] = frame["c"].cat.as_known()
    assert read_all(child(adapt(frame, POLICY), "c")).tolist() == list("abca")


def test_columns_of_equal_names():
    frame = pd.DataFrame([[1, 2.5], [3, 4.5]], columns=["a", "a"])
    node = adapt(dd.from_pandas(frame, npartitions=1), POLICY)
    assert read_all(child(node, "a")).tolist() == [1, 3]
    assert read_all(child(node, "a_1")).tolist() == [2.5, 4.5]


def test_objects():
    with dask.config.set({"dataframe.convert-string": False}):
        frame = pd.DataFrame({"s": ["a", None, "c"], "bad": [{}, [], 1]}, dtype=object)
        node = adapt(dd.from_pandas(frame, npartitions=2), POLICY)
        assert read_all(child(node, "s")).tolist() == ["a", "", "c"]
        with pytest.raises(Unreadable, match="bad"):
            child(node, "bad")


# --- blocks that are not what was announced ----------------------------------------------------


@pytest.mark.parametrize(
    ("change", "announced"),
    [
        (lambda b: b * 0.5, "i8"),
        (lambda b: b * 0.5 if b[0] else b, "i8"),
        (lambda b: b.astype("f4"), "f8"),
        (lambda b: b.astype("i4"), "i8"),
        (lambda b: b * 1j, "f8"),
        (lambda b: b > 1, "u1"),
        (lambda b: b.astype("M8[s]"), "M8[ns]"),
        (lambda b: np.array(["a", "bcd"]), "U1"),
        (lambda b: np.zeros(2, [("x", "f8")]), [("x", "f4")]),
        (lambda b: b, object),
    ],
)
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_blocks_of_another_dtype_than_announced_are_refused(change, announced, zarr_format):
    array = da.arange(4, chunks=2).map_blocks(change, dtype=announced)
    reader = open_node(adapt(array, POLICY), zarr_format)
    with pytest.raises(OSError, match=r"where dask announced|other objects than text"):
        reader[...]


def test_blocks_of_text_in_another_width_that_fits_are_served():
    array = da.arange(4, chunks=2).map_blocks(lambda b: np.array(["a", "b"], "U9"), dtype="U3")
    assert read_all(adapt(array, POLICY)).tolist() == ["a", "b", "a", "b"]


def test_blocks_of_text_of_several_widths_are_not_cut():
    def block(b):
        return np.array(["a", "b"], "U1") if b[0] == 0 else np.array(["abc", "def"])

    array = da.arange(4, chunks=2).map_blocks(block, dtype="U3")
    assert read_all(adapt(array, POLICY)).tolist() == ["a", "b", "abc", "def"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a", lambda p: p.assign(a=p.a * 0.5)),
        ("a", lambda p: p.assign(a=p.a * 0.5) if p.a.iloc[0] else p),
        ("a", lambda p: p.assign(a=p.a.astype("i4"))),
        ("a", lambda p: p.assign(a=p.a.astype("Int64"))),
        ("a", lambda p: p.assign(a=p.a.astype(str))),
        ("c", lambda p: p.assign(c=p.c.cat.add_categories(["new"]))),
        ("index", lambda p: p.set_index(p.a * 0.5)),
    ],
)
def test_partitions_of_another_dtype_than_announced_are_refused(name, change):
    frame = pd.DataFrame({"a": [0, 1, 2, 3], "c": pd.Categorical(["p", "q", "p", "q"])})
    source = dd.from_pandas(frame, npartitions=2)
    group = adapt(source.map_partitions(change, meta=source._meta), POLICY)
    with pytest.raises(Unreadable, match="where dask announced"):
        read_all(group.children[name])
    for other in {"index", "a", "c"} - {name}:
        assert read_all(group.children[other]).tolist() == list(frame.reset_index()[other])
