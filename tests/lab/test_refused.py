"""A server without the extension, and one whose authorizer says no: the panel tells it, all else works."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.browser import needs_browser
from tests.lab.conftest import Lab, opened_lab
from tests.lab.test_files import item
from tests.lab.test_panel import row

pytestmark = needs_browser

WITHOUT = "--ServerApp.jpserver_extensions={'jupyter_zarr_serve': False}"
REFUSES = """
from jupyter_server.auth import Authorizer
class Refuses(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "zarr"
c.ServerApp.authorizer_class = Refuses
"""


def opened(factory: pytest.TempPathFactory, *options: str) -> Iterator[Lab]:
    with opened_lab(factory.mktemp("data"), factory.mktemp("jupyter"), *options) as lab:
        lab.start()
        lab.do("jupyter-zarr-serve:panel")
        lab.page("click", row("Files"))
        yield lab


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from opened(tmp_path_factory, WITHOUT)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    config = Path(tmp_path_factory.mktemp("config"), "jupyter_server_config.py")
    config.write_text(REFUSES)
    yield from opened(tmp_path_factory, f"--config={config}")


def test_a_server_without_the_extension_says_what_to_install(without: Lab):
    without.page("says", ".jp-ZarrServe-rows", "This server has no jupyter_zarr_serve")
    without.page("says", ".jp-ZarrServe-rows", "pip install jupyter-zarr-serve")
    without.do("filebrowser:activate")
    without.page("doubleClick", item("few.csv"))
    without.page("see", ".jp-CSVViewer")


def test_a_user_whom_the_authorizer_refuses_is_told_so(refused: Lab):
    refused.page("says", ".jp-ZarrServe-rows", "You may not see this")
    refused.page("click", row("Share Links"))
    refused.page("says", ".jp-ZarrServe-rows", "Share Links You may not see this")
    refused.do("filebrowser:activate")
    refused.page("doubleClick", item("few.csv"))
    refused.page("see", ".jp-CSVViewer")
