"""The browse pages in Chromium: nothing fails or leaves the origin, the keyboard reaches everything."""

from urllib.parse import quote

import h5py
import numpy as np
import pandas as pd
import pytest

from tests.clients.browser import needs_browser
from tests.pages.visits import visits
from tests.server import Server

pytestmark = needs_browser

HOSTILE = "<img src=x onerror=alert(1)>.npy"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(33, 33, 33)"
PAGES = {
    "root": "zarr/",
    "folder": "zarr/v3/files/browsed/",
    "array": "zarr/v2/files/browsed/run.h5/t/?stats=1",
    "line": f"zarr/v3/files/browsed/{quote(HOSTILE)}",
}
MORE = [
    "zarr/v3/files/browsed/table.parquet",
    "zarr/v3/files/browsed/?search=h",
    "zarr/v3/files/browsed/nothing",
    "zarr/v3/files/browsed/broken.npy",
    "zarr/shares/open/vizarr?path=files/browsed/run.h5/t",
    "zarr/shares",
]
LINKS = {"zarr", "browsed", "v2", "v3", "Copy URL", HOSTILE, "run.h5", "zarr-python", "zarrita"}


@pytest.fixture(scope="module")
def folder(served_dir):
    root = served_dir / "browsed"
    root.mkdir()
    np.save(root / HOSTILE, np.arange(100.0))
    with h5py.File(root / "run.h5", "w") as file:
        file["t"] = np.arange(12.0).reshape(3, 4)
        file["t"].attrs["note"] = "<script>alert(1)</script>"
    pd.DataFrame({"n": [1.5, 2], "t": ["a", None]}).to_parquet(root / "table.parquet")
    (root / "broken.npy").write_bytes(b"\x93NUMPY")


@pytest.fixture(scope="module")
def seen(server: Server, folder):
    """The visits to each page: light and wide, dark and narrow."""
    asked = [
        {"path": path, "width": width, "scheme": scheme, "tabs": 40, "axe": True}
        for path in PAGES.values()
        for width, scheme in ((1280, "light"), (400, "dark"))
    ]
    return dict(zip([(page["path"], page["scheme"]) for page in asked], visits(server, asked), strict=True))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_visit(server: Server, seen, page, scheme):
    told = seen[PAGES[page], scheme]
    assert told["status"] == 200
    assert told["errors"] == []
    assert told["barriers"] == []
    assert all(url.startswith((server.url, "data:")) for url in told["requests"])
    assert told["back"] == {"light": LIGHT, "dark": DARK}[scheme]
    scrolled, shown = told["size"]
    assert scrolled <= shown, "the page is wider than the window"
    assert all(told["pictures"])


def test_nothing_bars_anybody_from_other_pages(server: Server, folder):
    told = server.get("zarr/api/shares", "POST", json={"path": "files/browsed"}).json()
    asked = [
        {"path": path, "width": width, "scheme": scheme, "axe": True}
        for path in MORE
        for width, scheme in ((1280, "dark"), (400, "light"))
    ]
    found = visits(server, asked)
    server.get(f"zarr/api/shares/{told['id']}", "DELETE")
    assert [visit["barriers"] for visit in found] == [[]] * len(asked)
    for page, visit in zip(asked, found, strict=True):
        scrolled, shown = visit["size"]
        assert scrolled <= shown, page


def test_the_keyboard_reaches_everything(seen):
    reached = seen[PAGES["folder"], "light"]["focused"]
    texts = [element["text"] for element in reached]
    assert texts[0] == "Skip to content"
    assert set(texts) >= LINKS
    assert all(element["outline"] != "none" for element in reached[:10])


def test_copying_and_turning_to_dark(server: Server, folder):
    (told,) = visits(server, [{"path": PAGES["array"], "copy": "[data-copy=url]", "turn": True}])
    assert told["copied"] == f"{server.url}zarr/v2/files/browsed/run.h5/t"
    assert (told["back"], told["turned"], told["kept"]) == (LIGHT, DARK, DARK)
    assert told["errors"] == []


def test_without_javascript(server: Server, folder):
    (told,) = visits(server, [{"path": PAGES["folder"], "script": False}])
    assert (told["status"], told["errors"]) == (200, [])
