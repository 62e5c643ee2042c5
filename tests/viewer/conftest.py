"""One server under a base URL, one kernel and one browser for all tests of the viewer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import running_server
from tests.viewer.coordinates import write_places
from tests.viewer.explored import write_explored
from tests.viewer.images import write_images
from tests.viewer.look import Browser, browser_of
from tests.viewer.overlays import write_overlays
from tests.viewer.volumes import write_volumes

BASE = "--ServerApp.base_url=/user/ann/"  # like those of a hub


@contextmanager
def browsing(
    factory: pytest.TempPathFactory, write: Callable[[Path], object], *options: str
) -> Iterator[Browser]:
    """A browser for a server of what `write` puts into a folder."""
    folder = factory.mktemp("data")
    write(folder)
    with (
        running_server(folder, factory.mktemp("jupyter"), *options) as server,
        browser_of(server) as browser,
    ):
        yield browser


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for known images."""
    with browsing(tmp_path_factory, write_images, BASE) as browser:
        yield browser


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for data of many kinds."""
    with browsing(tmp_path_factory, write_explored, BASE) as browser:
        yield browser


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for images that lie somewhere."""
    with browsing(tmp_path_factory, write_places) as browser:
        yield browser


@pytest.fixture(scope="module")
def overlaid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for images and labels of them."""
    with browsing(tmp_path_factory, write_overlays) as browser:
        yield browser


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for volumes."""
    with browsing(tmp_path_factory, write_volumes) as browser:
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
