"""Arrays that a dask cluster computes while they are read: larger than any memory, block by block."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import Server, running_server

LENGTH, BLOCK = 360_000, 1_000
PUBLISH = f"""
import dask.array as da, numpy as np
from dask.distributed import Client, LocalCluster
import jupyter_zarr_serve as jz

cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
client = Client(cluster)

def block(block_info=None):
    (y, _), (x, _) = block_info[None]["array-location"]
    with open({{log!r}}, "a") as log:
        log.write(f"{{{{y // {BLOCK}}}}} {{{{x // {BLOCK}}}}}\\n")
    rows, columns = np.arange(y, y + {BLOCK}), np.arange(x, x + {BLOCK})
    return rows[:, None] * {LENGTH}.0 + columns

lengths = ({BLOCK},) * {LENGTH // BLOCK}
t = da.map_blocks(block, chunks=(lengths, lengths), dtype="f8", meta=np.empty((0, 0)))
jz.publish(t=t)
jz.publish("cut", t, chunks=(250, 500))
print(t.nbytes)
"""
CORNERS = list(itertools.product((0, LENGTH // 2, LENGTH - 10), repeat=2))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits for the first of 129 600 blocks, however busy the machine is."""
    folder, private = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("jupyter")
    with running_server(folder, private, "--ZarrServeApp.limits=kernel_timeout=60") as running:
        yield running


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line for each block that a worker computed: its coordinates."""
    return tmp_path_factory.mktemp("cluster") / "computed"


@pytest.fixture(scope="module")
def cluster(server: Server, log: Path) -> Iterator[Kernel]:
    """A kernel with a cluster of two processes."""
    with running_kernel(server) as kernel:
        assert int(kernel.run(PUBLISH.format(log=str(log)))) > 1e12
        yield kernel
        kernel.run("client.close(); cluster.close()")


def test_a_terabyte_is_read_at_its_corners(server, cluster, zarr_format):
    array = server.open(zarr_format, f"{cluster.path}/t")
    assert array.shape == (LENGTH, LENGTH)
    for y, x in CORNERS:
        rows, columns = np.arange(y, y + 10), np.arange(x, x + 10)
        expected = rows[:, None] * float(LENGTH) + columns
        np.testing.assert_array_equal(array[y : y + 10, x : x + 10], expected)


def test_a_block_is_computed_once_for_all_chunks_in_it(server, cluster, log):
    before = log.read_text().splitlines() if log.exists() else []
    keys = [f"c/{7 * 4 + i}/{5 * 2 + j}" for i in range(4) for j in range(2)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda key: server.get(f"zarr/v3/{cluster.path}/cut/{key}"), keys))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == len(keys)
    assert log.read_text().splitlines()[len(before) :] == ["7 5"]
    assert server.open(2, f"{cluster.path}/cut")[7_999, 5_999] == 7_999 * float(LENGTH) + 5_999
    assert log.read_text().splitlines()[len(before) :] == ["7 5"], "the other format shares the block"


def test_blocks_are_computed_while_a_cell_runs(server, cluster):
    cluster.run("while True: pass", wait=False)
    try:
        assert server.open(3, f"{cluster.path}/t")[200_000, 100_000] == 200_000 * float(LENGTH) + 100_000
    finally:
        cluster.api("POST", "/interrupt")
