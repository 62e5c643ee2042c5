"""Addresses in pages: none holds a token; each works below a link and behind a proxy with a prefix."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from PIL import Image

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import running_kernel
from tests.pages.proxy import Proxied, behind_prefix
from tests.pages.visits import visits
from tests.server import Server, running_server

pytestmark = needs_browser

PUBLISH = """
import numpy as np, jupyter_zarr_serve as jz
jz.publish(image=np.arange(12.0).reshape(3, 4))
"""
SHARED = (
    "files/line.npy", "files/rings.npy", "files/rgb.png", "files/text.npy", "files/record.npy",
    "files/table.parquet", "files/run.nc", "files/run.nc/speed", "files/folder",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("served")
    np.save(folder / "line.npy", np.arange(50.0))
    np.save(folder / "rings.npy", np.arange(600.0).reshape(20, 30))
    np.save(folder / "text.npy", np.array(["a", "bc"]))
    np.save(folder / "record.npy", np.array([(1, 2.5)], [("a", "i4"), ("b", "f8")]))
    # Not zeros: a chunk of the fill value is left out, and a browser logs its 404 as an error.
    Image.fromarray(np.full((20, 30, 3), 7, "u1")).save(folder / "rgb.png")
    pd.DataFrame({"n": [1, 2, 3]}).to_parquet(folder / "table.parquet")
    speeds = xr.Dataset({"speed": (("y", "x"), np.ones((4, 5)))}, coords={"x": np.arange(5.0)})
    speeds.to_netcdf(folder / "run.nc", engine="h5netcdf")
    (folder / "folder").mkdir()
    np.save(folder / "folder" / "x.npy", np.arange(4.0))
    with running_server(folder, tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def proxied(server: Server) -> Iterator[Proxied]:
    with behind_prefix(server) as proxied:
        yield proxied


def share(server: Server, path: str) -> str:
    """The path of a link to a part of the tree."""
    made = server.get("zarr/api/shares", "POST", json={"path": path})
    assert made.status_code == 201, made.text
    return str(made.json()["link"]).removeprefix("/")


def views(told: dict[str, Any]) -> list[str]:
    return [link for link in told["links"] if "/view?" in link]


SLOW = """
import time, numpy as np, jupyter_zarr_serve as jz
class Slow:
    shape, dtype, ndim = (4,), np.dtype("f8"), 1
    def __array__(self, dtype=None, copy=None): return np.arange(4.0)
    def __getitem__(self, key): time.sleep(3); return np.arange(4.0)[key]
jz.publish(slow=Slow())
"""


def test_no_page_holds_the_token(proxied: Proxied):
    server, token = proxied.server, f"token={proxied.server.token}"
    asked = [
        {"path": f"zarr/view?path=files/line.npy&{token}", "copy": "#actions button"},
        {"path": f"zarr/v3/files/line.npy?{token}", "copy": "[data-copy=url]"},
        {"path": f"zarr/shares?path=files/line.npy&{token}"},
        {"path": f"zarr/?{token}"},
    ]
    for page, visit in zip(
        asked, visits(server, [{**page, "login": False} for page in asked]), strict=True
    ):
        assert (visit["status"], visit["errors"], visit["notices"]) == (200, [], ""), page
        first, *others = visit["requests"]
        assert first.endswith(token)
        assert visit["address"].startswith(server.url)
        told = [visit["address"], visit.get("copied", ""), *others, *visit["links"]]
        assert [address for address in told if server.token in address] == [], page
    assert proxied.strays == []


def test_all_that_a_link_leads_to_works_behind_a_prefix(server: Server, proxied: Proxied):
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        shared = (*SHARED, f"{kernel.path}/image")
        links = {path: share(server, path) for path in shared}
        pages = [f"{link}v{2 + number % 2}/" for number, link in enumerate(links.values())]
        seen = visits(proxied.server, [{"path": page, "login": False} for page in pages])
        for path, visit in zip(shared, seen, strict=True):
            assert (visit["status"], visit["errors"]) == (200, []), path
            assert all(visit["pictures"]), path
            assert views(visit), path
        below = [link.removeprefix(proxied.server.url) for visit in seen for link in views(visit)]
        drawn = visits(proxied.server, [{"path": path, "login": False} for path in below])
        for path, visit in zip(below, drawn, strict=True):
            assert (visit["status"], visit["errors"]) == (200, []), path
            assert visit["notices"].partition("Members")[0] == "", "a folder offers what is in it"
            mine = (proxied.server.url, quote(proxied.server.url, safe=""))  # others are told our address
            assert all(mine[0] in link or mine[1] in link for link in visit["links"]), path
    assert proxied.strays == []


def test_a_picture_that_takes_time_is_told_and_then_shown(proxied: Proxied):
    proxied.late.extend(["form=image"] * 2)
    until = "img[src^='blob:']:not([hidden])"
    (told,) = visits(proxied.server, [{"path": "zarr/v3/files/rings.npy", "until": until}])
    assert "Computing…" in told["meanwhile"]
    assert all(told["pictures"])
    assert proxied.late == []


def test_a_plot_that_takes_time_holds_no_page_and_comes_in_the_end(server: Server):
    with running_kernel(server) as kernel:
        kernel.run(SLOW)
        (told,) = visits(server, [{"path": f"zarr/v3/{kernel.path}/slow", "until": "#line svg"}])
    assert "Computing…" in told["meanwhile"]
    assert told["errors"] == []


def test_a_picture_that_takes_time_says_so_without_javascript(server: Server):
    text = server.get("zarr/v3/files/rings.npy", headers={"Accept": "text/html"}).text
    assert 'alt="Thumbnail of rings.npy: not there. It may still be computed; load the page again' in text


def test_a_link_is_made_behind_a_prefix(proxied: Proxied):
    filled = {"#path": "files/rings.npy"}
    (told,) = visits(proxied.server, [{"path": "zarr/shares", "fill": filled, "press": "form button"}])
    assert told["pressed"]["status"] == 200, told
    assert told["errors"] == []
    assert proxied.server.url + "zarr/s/" in told["pressed"]["text"], (
        "the address is the one of the browser"
    )
    assert proxied.strays == []
