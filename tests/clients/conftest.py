"""One server and one kernel for all clients; both serve the torture tree."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import torture
from tests.clients.browser import page_server
from tests.clients.jury import dump
from tests.clients.verdicts import REPOSITORY, Question
from tests.kernels.jupyter import running_kernel
from tests.server import Server, running_server

PUBLISH = f"""
import sys, warnings
sys.path.insert(0, {str(REPOSITORY)!r})
import jupyter_zarr_serve as jz
from tests.torture import tree
jz.publish(torture=tree())
"""
_PATIENT = (
    "--ZarrServeApp.limits=kernel_timeout=60"  # several clients ask for a group of 10 000 arrays at once
)


@dataclass(frozen=True)
class Jury:
    """The torture tree as it is served: its root below ``/zarr/v2`` and ``/zarr/v3``, by side.

    `origin` is the one other origin whose pages may read it.
    """

    server: Server
    roots: dict[str, str]
    origin: str = ""

    def path(self, side: str, path: str = "") -> str:
        """A node's path below ``/zarr/v2`` and ``/zarr/v3``."""
        return f"{self.roots[side]}/{path}".rstrip("/")

    def url(self, side: str, zarr_format: int, path: str = "") -> str:
        """The percent-encoded URL of a node."""
        return self.server.store_url(zarr_format, self.path(side, path))

    def open(self, side: str, zarr_format: int, path: str = "") -> Any:
        """The node as zarr-python reads it."""
        return self.server.open(zarr_format, self.path(side, path))

    def question(self, side: str, zarr_format: int) -> Question:
        """Every array there is."""
        return Question(
            self.url(side, zarr_format), zarr_format, list(torture.leaves(side)), self.server.headers
        )


@pytest.fixture(scope="package")
def jury_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jury]:
    """A server of the tree as files, and of a kernel that publishes it.

    At the end the verdicts are written to the file that the environment variable JURY_TABLE names.
    """
    folder = tmp_path_factory.mktemp("jury")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zarr-python's, of what version 3 does not specify
        torture.write(folder / "torture")
    private = tmp_path_factory.mktemp("jupyter")
    with (
        page_server() as origin,
        running_server(folder, private, f"--ServerApp.allow_origin={origin}", _PATIENT) as server,
        running_kernel(server) as kernel,
    ):
        kernel.run(PUBLISH)
        yield Jury(server, {"disk": "files/torture", "kernel": f"{kernel.path}/torture"}, origin)
    if "JURY_TABLE" in os.environ:
        dump(Path(os.environ["JURY_TABLE"]))


@pytest.fixture(params=["disk", "kernel"])
def side(request: pytest.FixtureRequest) -> str:
    """Where the tree is."""
    where: str = request.param
    return where
