"""Kernels for tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publisher.client import Kernel, running_kernel

IMPORTS = "import numpy as np, jupyter_zarr_serve as jz"


@pytest.fixture(scope="module")
def shared_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("kernel")) as running:
        running.run(IMPORTS)
        yield running


@pytest.fixture
def kernel(shared_kernel: Kernel) -> Iterator[Kernel]:
    """A kernel in which nothing is published."""
    yield shared_kernel
    shared_kernel.run("from jupyter_zarr_serve.publisher import service; service.stop(); del service")


@pytest.fixture
def own_kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel that the test may break."""
    with running_kernel(tmp_path) as running:
        running.run(IMPORTS)
        yield running
