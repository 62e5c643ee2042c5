"""Shared fixtures: real Jupyter servers, and how Hypothesis behaves here."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.server import Server

# The same examples every time in CI: a new one that fails is for people to find, at their desks.
# Nothing is explained: for that, Hypothesis traces each line, which takes most of the time on Python 3.11.
hypothesis.settings.register_profile(
    "project",
    deadline=None,
    print_blob=True,
    derandomize="CI" in os.environ,
    database=None,
    phases=set(hypothesis.Phase) - {hypothesis.Phase.explain},
)
hypothesis.settings.load_profile("project")

# Whatever starts a Jupyter server, here or in another process, does so without this library; see there.
WITHOUT = Path(__file__).parent / "without"
sys.path.insert(0, str(WITHOUT))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(WITHOUT), os.environ.get("PYTHONPATH")]))

# Nothing that runs here reads what a home folder or an earlier run left, nor leaves anything there.
HOME = tempfile.TemporaryDirectory(prefix="zarr-home-", ignore_cleanup_errors=True)
for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
    os.environ[name] = str(Path(HOME.name, name.lower()))

pytest_plugins = ["pytest_jupyter.jupyter_server"]

# What starts browsers, JupyterLab, hubs or kernels takes longest.
SLOWEST = ("lab", "viewer", "hub", "clients", "kernels", "pages", "shares")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: at the end, processes have little to wait for each other."""
    places = {f"tests/{name}": number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: places.get("/".join(item.nodeid.split("/")[:2]), len(places)))


@pytest.fixture(scope="session")
def served_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the server of `server` serves as ``files``; tests add their own folders."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def server(served_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Server]":
    """A real Jupyter server, started by ``jupyter zarr --demo`` in a process of its own."""
    from tests.server import running_server  # which brings clients that most tests do without

    with running_server(served_dir, tmp_path_factory.mktemp("jupyter"), "--demo") as running:
        yield running


@pytest.fixture(params=[2, 3], ids=["v2", "v3"])
def zarr_format(request: pytest.FixtureRequest) -> int:
    """Each format of Zarr."""
    version: int = request.param
    return version


@pytest.fixture
def nobody_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look at all processes after each of many failures to read."""
    monkeypatch.setattr("jupyter_zarr_serve.files.writing.is_being_written", lambda path: False)
