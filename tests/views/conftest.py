"""A kernel that publishes what a module of tests wants to see in a view."""

from collections.abc import Iterator

import pytest

from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import Server


@pytest.fixture(scope="module")
def kernel(request: pytest.FixtureRequest, server: Server) -> Iterator[Kernel]:
    """A kernel that ran the module's `PUBLISH`."""
    with running_kernel(server) as kernel:
        kernel.run(request.module.PUBLISH)
        yield kernel
