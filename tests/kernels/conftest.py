"""A server of its own for the tests that start and end kernels."""

from collections.abc import Iterator

import pytest

from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import Server, running_server

PRELUDE = "import os, signal, sys, time\nimport numpy as np\nimport jupyter_zarr_serve as jz\n"
PUBLISH = PRELUDE + "t = np.arange(12.0).reshape(3, 4)\njz.publish(t=t, big=np.arange(500_000))"


@pytest.fixture(scope="package")
def busy_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose requests to kernels end after 2 s."""
    folder = tmp_path_factory.mktemp("kernels")
    private = tmp_path_factory.mktemp("jupyter")
    with running_server(folder, private, "--ZarrServeApp.limits=kernel_timeout=2") as running:
        yield running


@pytest.fixture(scope="package")
def shared_kernel(busy_server: Server) -> Iterator[Kernel]:
    """A kernel that publishes `t` and `big`, for tests that leave it as it is."""
    with running_kernel(busy_server) as kernel:
        kernel.run(PUBLISH)
        yield kernel


@pytest.fixture
def kernel(busy_server: Server) -> Iterator[Kernel]:
    """A kernel that publishes nothing yet."""
    with running_kernel(busy_server) as kernel:
        yield kernel
