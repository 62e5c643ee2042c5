"""The browse pages follow what they show: members come and go, pictures change, what is gone says so."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.kernels.conftest import PUBLISH
from tests.kernels.jupyter import Kernel, running_kernel
from tests.lab.pressing import Page
from tests.lab.pressing import page as opened
from tests.server import Server
from tests.waiting import until

pytestmark = needs_browser

GONE = "#changed:has-text('not there any more')"


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Page]:
    """A page with the login."""
    with opened() as page:
        page("go", f"{server.url}zarr/?token={server.token}")
        yield page


@pytest.fixture(scope="module")
def kernel(server: Server) -> Iterator[Kernel]:
    with running_kernel(server) as kernel:
        yield kernel


@pytest.fixture
def folder(served_dir: Path) -> Iterator[Path]:
    place = served_dir / "followed"
    place.mkdir()
    np.save(place / "first.npy", np.zeros((20, 30)))
    yield place
    shutil.rmtree(place)


def go(page: Page, server: Server, path: str) -> None:
    """Load a page, and wait until it is told of changes."""
    page("errors")
    page("go", f"{server.url}{path}")
    page("see", "main[data-is-followed]")


def row(name: str) -> str:
    return f'.members tbody th a:text-is("{name}")'


def pixel(page: Page) -> list[int]:
    """The colour in the midst of the picture."""
    found: list[int] = page(
        "evaluate",
        """async () => {
  const image = document.querySelector("main img");
  await image.decode();
  const [canvas, at] = [document.createElement("canvas"), Math.floor(image.naturalWidth / 2)];
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  return [...drawing.getImageData(at, Math.floor(canvas.height / 2), 1, 1).data];
}""",
    )
    return found


def test_members_of_a_folder_come_and_go(server: Server, page: Page, folder: Path):
    go(page, server, "zarr/v3/files/followed/")
    page("evaluate", f"() => document.querySelector('{row('first.npy').split(':')[0]}').focus()")
    np.save(folder / "second.npy", np.zeros(5))
    page("see", row("second.npy"))
    page("until", "() => document.activeElement.textContent === 'first.npy'")
    page("until", "() => document.getElementById('said').textContent === '2 members'")
    (folder / "second.npy").unlink()
    page("missSoon", row("second.npy"))
    shutil.rmtree(folder)
    page("see", GONE)
    page("counts", row("first.npy"), 1)
    folder.mkdir()
    np.save(folder / "third.npy", np.zeros(5))
    page("see", row("third.npy"))
    page("missSoon", GONE)
    # While it is gone, the page may just ask for it, as its members went first.
    assert [one for one in page("errors") if "no member 'followed' in files" not in one] == []
    assert page("barriers", "main") == []


def test_what_was_not_there_is_shown_when_it_comes(server: Server, page: Page, folder: Path):
    go(page, server, "zarr/v3/files/followed/later.npy")
    page("see", "h1:text-is('Nothing is here')")
    np.save(folder / "later.npy", np.zeros(5))
    page("see", "h1:text-is('later.npy')")


def test_a_variable_that_changes_is_drawn_anew(server: Server, page: Page, kernel: Kernel):
    kernel.run(PUBLISH)
    kernel.run("picture = np.zeros((40, 60)); picture[:2] = 1; jz.publish(picture=picture)")
    go(page, server, f"zarr/v3/{kernel.path}/picture")
    before = pixel(page)
    kernel.run("picture[:] = 1; picture[:2] = 0")
    page("see", "main img[src^='blob:']")
    assert pixel(page) != before
    kernel.run("jz.publish(picture=np.zeros((7, 8, 9)))")
    page("see", ".facts td:has-text('7 × 8 × 9')")
    kernel.run("jz.unpublish('picture')")
    page("see", GONE)


def test_a_key_and_a_button_ask_for_the_page_anew(server: Server, page: Page, folder: Path):
    made = server.get("zarr/api/shares", "POST", json={"path": "files/followed/first.npy"}).json()
    count = "performance.getEntriesByType('resource').filter(({ name }) => name === location.href).length"

    def asked() -> int:
        return int(page("evaluate", f"() => {count}"))

    for path in ("zarr/v3/files/followed/", "zarr/v3/files/followed/first.npy", "zarr/shares"):
        go(page, server, path)
        for again in (("press", "r"), ("click", "#refresh")):
            before = asked()
            page(*again)
            until(lambda before=before: asked() > before)
        assert page("barriers", "main") == []
    server.get(f"zarr/api/shares/{made['id']}", "DELETE")


def test_the_names_of_a_kernel_and_kernels_come_and_go(server: Server, page: Page, kernel: Kernel):
    kernel.run(PUBLISH)
    go(page, server, f"zarr/v3/{kernel.path}/")
    kernel.run("jz.publish(new=np.zeros(3))")
    page("see", row("new"))
    kernel.run("jz.unpublish('new')")
    page("missSoon", row("new"))


def test_the_end_of_a_link_is_told(server: Server, page: Page, folder: Path):
    made = server.get("zarr/api/shares", "POST", json={"path": "files/followed"}).json()
    go(page, server, "zarr/shares")
    page("see", "td:text-is('live')")
    go(page, server, made["link"].removeprefix("/"))
    np.save(folder / "new.npy", np.zeros(3))
    page("see", row("new.npy"))
    server.get(f"zarr/api/shares/{made['id']}", "DELETE")
    page("see", "#changed:has-text('This link is not valid any more')")


def test_links_to_what_is_gone_say_so(server: Server, page: Page, folder: Path):
    made = server.get("zarr/api/shares", "POST", json={"path": "files/followed/first.npy"}).json()
    go(page, server, "zarr/shares")
    (folder / "first.npy").unlink()
    page("see", "td:has-text('live · not there now')")
    server.get(f"zarr/api/shares/{made['id']}", "DELETE")
