"""Listings are sorted by links, also without a script, and show small pictures of what is seen of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import running_kernel
from tests.lab.pressing import Page
from tests.lab.pressing import page as opened
from tests.pages.visits import visits
from tests.server import Server
from tests.waiting import until

pytestmark = needs_browser

COUNT = 80
NAMES = ".members tbody th a"
PICTURE = '[data-icon$="/{}?form=icon"] img'


@pytest.fixture(scope="module")
def folder(served_dir: Path) -> Path:
    root = served_dir / "listed"
    root.mkdir()
    for number in range(COUNT):
        np.save(root / f"p{number}.npy", np.tile(np.arange(number + 2, dtype="u1"), (number + 1, 1)))
    return root


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Page]:
    """A page with the login."""
    with opened() as page:
        page("go", f"{server.url}zarr/?token={server.token}")
        yield page


SOON = "new Promise((resolve) => setTimeout(resolve, 20))"
IDLE = f"async () => {{ while (asked.size || wanted.size) await {SOON}; }}"


def icons_asked(page: Page) -> list[str]:
    return [told.split("?")[0] for told in page("requests") if "form=icon" in told]


def test_columns_are_sorted_by_their_heads(server: Server, page: Page, folder: Path):
    page("go", f"{server.url}zarr/v3/files/listed/?search=p1")
    page("click", "text=Size")
    page("see", 'th[aria-sort="descending"]:has-text("Size")')
    assert page("textsNow", NAMES) == [*(f"p{number}.npy" for number in range(19, 9, -1)), "p1.npy"]
    page("click", "text=Size")
    page("see", 'th[aria-sort="ascending"]:has-text("Size")')
    assert page("textsNow", NAMES)[:2] == ["p1.npy", "p10.npy"]
    assert page("evaluate", "() => document.getElementById('search').value") == "p1"
    assert page("barriers", "main") == []


def test_listings_are_sorted_without_a_script(server: Server, folder: Path):
    (told,) = visits(server, [{"path": "zarr/v3/files/listed/?sort=-name", "script": False}])
    assert told["status"] == 200
    text = server.get("zarr/v3/files/listed/?sort=-name", headers={"Accept": "text/html"}).text
    assert text.index(">p79.npy<") < text.index(">p9.npy<") < text.index(">p0.npy<")
    assert 'href="?sort=name#members"' in text
    assert not [url for url in told["requests"] if "form=icon" in url]


def test_small_pictures_are_asked_for_when_they_are_seen(server: Server, page: Page, folder: Path):
    page("go", "about:blank")
    page("requests")
    page("go", f"{server.url}zarr/v3/files/listed/?sort=name")
    page("see", PICTURE.format("p0.npy"))
    page("evaluate", IDLE)
    first = icons_asked(page)
    assert any(told.endswith("/p0.npy") for told in first)
    assert not any(told.endswith("/p79.npy") for told in first)
    size = page("evaluate", f"() => document.querySelector('{PICTURE.format('p5.npy')}').naturalWidth")
    assert size == 7
    page("evaluate", f"() => document.querySelectorAll('{NAMES}')[{COUNT - 1}].scrollIntoView()")
    page("see", PICTURE.format("p79.npy"))
    page("evaluate", IDLE)
    assert not {*first} & {*icons_asked(page)}


def test_pictures_that_are_not_seen_any_more_are_not_waited_for(server: Server, page: Page, folder: Path):
    page("go", f"{server.url}zarr/v3/files/listed/?sort=name")
    page("see", PICTURE.format("p0.npy"))
    page("evaluate", IDLE)
    aborted = f"""async () => {{
  const ended = [];
  window.fetch = (url, {{ signal }}) => new Promise((_, fail) => {{
    signal.addEventListener("abort", () => (ended.push(url), fail(signal.reason)));
  }});
  scrollTo(0, 1200);
  while (!asked.size) await {SOON};
  const count = asked.size;
  scrollTo(0, 0);
  while (ended.length < count) await {SOON};
  return count;
}}"""
    assert page("evaluate", aborted) == 3


def test_a_link_shows_pictures_by_the_same_right(server: Server, page: Page, folder: Path):
    share = server.get("zarr/api/shares", "POST", json={"path": "files/listed"}).json()
    link = f"{server.url}{share['link'].removeprefix('/')}"
    assert (
        requests.get(f"{link}api/preview/p3.npy?form=icon", timeout=30).headers["Content-Type"]
        == "image/png"
    )
    page("go", link)
    page("see", PICTURE.format("p0.npy"))
    server.get(f"zarr/api/shares/{share['id']}", "DELETE")
    assert requests.get(f"{link}api/preview/p3.npy?form=icon", timeout=30).status_code == 403


def test_a_kernel_that_computes_makes_no_small_pictures(server: Server, page: Page):
    with running_kernel(server) as kernel:
        kernel.run("import numpy as np, jupyter_zarr_serve as jz\njz.publish(a=np.eye(50))")
        url = f"zarr/api/preview/{kernel.path}/a?form=icon"
        assert server.get(url).headers["Content-Type"] == "image/png"
        kernel.begin("while True: pass")
        until(lambda: server.get(url).status_code == 503)
        assert "while the kernel computes" in server.get(url).json()["message"]
