"""One server under a base URL, one kernel and one browser for all tests of the viewer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import running_server
from tests.viewer.images import write_images
from tests.viewer.look import Browser, browser_of


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for a server of known images, whose base URL is like those of a hub."""
    folder = tmp_path_factory.mktemp("images")
    write_images(folder)
    private = tmp_path_factory.mktemp("jupyter")
    with (
        running_server(folder, private, "--ServerApp.base_url=/user/ann/") as server,
        browser_of(server) as browser,
    ):
        yield browser


@pytest.fixture(scope="package")
def kernel(browser: Browser) -> Iterator[Kernel]:
    """A kernel of the same server, which publishes nothing yet."""
    with running_kernel(browser.server) as kernel:
        yield kernel


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """The page is there."""
    assert Path("jupyter_zarr_serve/viewer/dist/manifest.json").exists(), "pip install -e . builds the page"
