"""Other viewers get an address that opens the image and nothing else."""

import json
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import requests

from tests.clients.browser import needs_browser, page_server
from tests.pages.visits import visits
from tests.server import running_server
from tests.viewer.look import browser_of
from tests.viewer.test_pixels import NEAR

pytestmark = needs_browser


@pytest.fixture(scope="module")
def other():
    """The origin of another server's pages."""
    with page_server() as origin:
        yield origin


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, other):
    """A server whose vizarr is a folder, and whose neuroglancer is of another origin."""
    folder, build = tmp_path_factory.mktemp("images"), tmp_path_factory.mktemp("build")
    (build / "index.html").write_text("<title>vizarr</title>")
    (build.parent / "secret.txt").write_text("secret")
    (build / "out").symlink_to(build.parent)
    np.save(folder / "picture.npy", np.tile(np.arange(256, dtype="u2"), (256, 1)))
    options = [
        f"--ZarrServeApp.viewers=vizarr={build}",
        f"--ZarrServeApp.viewers=neuroglancer={other}/page.html",
    ]
    with running_server(folder, tmp_path_factory.mktemp("jupyter"), *options) as server:
        yield server


def test_a_folder_is_served_and_nothing_around_it(elsewhere):
    assert "vizarr" in elsewhere.get("zarr/vizarr/").text
    assert elsewhere.get("zarr/vizarr/").headers["Content-Type"].startswith("text/html")
    for path in ("../secret.txt", "%2e%2e/secret.txt", "out/secret.txt", "nothing"):
        assert elsewhere.get(f"zarr/vizarr/{path}").status_code == 404


def test_another_origin_gets_a_link_to_the_image_alone(elsewhere, other):
    with browser_of(elsewhere) as browser:
        steps = [["popup", "text=neuroglancer", "form button", other]]
        sight = browser.look("files/picture.npy", NEAR, steps=steps)
    (address,) = sight.opened
    assert address.startswith(f"{other}/page.html#!")
    (layer,) = json.loads(unquote(urlsplit(address).fragment[1:]))["layers"]
    source = layer["source"].removeprefix("zarr3://")
    told = requests.get(f"{source}/zarr.json", headers={"Origin": other}, timeout=60)
    assert told.json()["attributes"]["ome"]["multiscales"]
    assert told.headers["Access-Control-Allow-Origin"] == other
    assert elsewhere.token not in address
    assert requests.get(source.replace("/v3/drawn", "/v3/files"), timeout=60).status_code == 404


@pytest.mark.parametrize("path", ["zarr/view?path=files/picture.npy", "zarr/v3/files/picture.npy"])
def test_the_same_origin_needs_none(elsewhere, path):
    (told,) = visits(elsewhere, [{"path": path}])
    address = f"{elsewhere.url}zarr/vizarr/?source="
    (link,) = [url for url in told["links"] if url.startswith(address)]
    assert unquote(link.removeprefix(address)) == f"{elsewhere.url}zarr/v3/drawn/files/picture.npy"
