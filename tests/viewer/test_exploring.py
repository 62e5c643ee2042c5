"""The page of the explorer: its tree, its address, its links, and what stands in nobody's way."""

from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import running_kernel
from tests.viewer.explored import HOSTILE
from tests.viewer.look import Browser

pytestmark = needs_browser

WIDE: dict[str, Any] = {"width": 1400, "height": 800}
CELLS = "[role=gridcell]"
ROWS = "#tree [role=treeitem] span"


def row(name: str) -> str:
    """The row of a member in the tree."""
    return f"#tree [role=treeitem]:has(span:text-is({name!r}))"


def test_what_is_chosen_is_in_the_address_and_restored(explored: Browser):
    steps = [["click", row("series")]]
    sight = explored.look("files/ocean.nc", steps=steps, words="#bar li, #explorer figure", **WIDE)
    assert sight.url == f"{explored.server.url}zarr/view?path=files%2Focean.nc%2Fseries"
    assert sight.title == "series"
    assert [text.strip() for text in sight.texts[:-1]] == ["zarr", "files", "ocean.nc", "series"]
    again = explored.open(sight.url, words="#explorer figure", **WIDE)
    assert again.texts == sight.texts[-1:]
    back = explored.look("files/ocean.nc", steps=[*steps, ["back"]], words="#explorer", **WIDE)
    assert "Sea surface temperature" in back.texts[0]
    assert back.title == "ocean.nc"


def test_a_plane_is_chosen_among_lines_and_stays_so(explored: Browser):
    steps = [["click", row("sst")]]
    sight = explored.look("files/ocean.nc/series", steps=steps, words="#explorer", **WIDE)
    assert sight.url.endswith("view?path=files%2Focean.nc%2Fsst&form=explore")
    assert "lat (degrees_north)" in sight.texts[0]
    assert "lat (degrees_north)" in explored.open(sight.url, words="#explorer", **WIDE).texts[0]
    image = explored.open(sight.url, steps=[["click", "#forms >> text=Image"]], **WIDE)
    assert image.camera is not None


def test_the_tree_goes_by_keys(explored: Browser):
    keys = ["ArrowDown", "ArrowRight", "ArrowDown", "ArrowDown", " "]
    steps = [["click", row("scan.nxs")], *(["press", key] for key in keys)]
    sight = explored.look("files/scan.nxs", steps=steps, words="#tree [aria-selected=true]", **WIDE)
    assert sight.url.endswith("path=files%2Fscan.nxs%2Fentry%2Flarge")
    assert [text.strip() for text in sight.texts] == ["large"]


def test_large_groups_are_listed_in_parts_and_searched(explored: Browser):
    path = "files/hostile.h5/many"
    some = explored.look(path, steps=[["move", 5, 5]], words=ROWS, **WIDE).texts
    assert "member-099" in some
    assert "member-100" not in some
    more = explored.look(path, steps=[["click", "#tree .rest a"]], words=ROWS, **WIDE).texts
    assert "member-100" in more
    last = explored.look(f"{path}/member-249", words="#tree [aria-selected=true] span", **WIDE)
    assert last.texts == ["member-249"]
    found = explored.look(
        path, steps=[["fill", "#tree input", "BER-24"], ["move", 5, 5]],
        until=row("member-000"), words="#tree [aria-label=Found] span", **WIDE,
    )  # fmt: skip
    assert found.texts == [f"many/member-{number}" for number in range(240, 250)]


@pytest.mark.parametrize("name", HOSTILE.values())
def test_names_are_only_names(explored: Browser, name: str):
    path = f"files/hostile.h5/{name}"
    number = [*HOSTILE.values()].index(name)
    matrix = ["click", "role=tab[name='Matrix']"]
    for sight in (
        explored.look(path, steps=[matrix], words=CELLS, **WIDE),
        explored.look(
            "files/hostile.h5/many", words=CELLS, **WIDE,
            steps=[["click", row(name)], matrix],
        ),
    ):  # fmt: skip
        assert sight.texts == [str(number)] * 3
        assert sight.title == name
    assert unquote(urlsplit(sight.url).query) == f"path={path}"


def test_a_share_link_shows_the_same_and_nothing_around_it(explored: Browser):
    server = explored.server
    told = server.get("zarr/api/shares", "POST", json={"path": "files/ocean.nc"}).json()
    below = urljoin(urljoin(server.url, told["link"]), "view?path=")
    sight = explored.open(below, words="#explorer", **WIDE)
    assert "Sea surface temperature (degC)" in sight.texts[0]
    chosen = explored.open(below, steps=[["click", row("series")]], words=ROWS, **WIDE)
    assert chosen.url.endswith("view?path=series")
    assert chosen.texts[1:] == ["sst", "series", "profile", "time", "day", "lat", "lon", "depth"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "form", "width"),
    [
        ("files/scan.nxs", "", 1400), ("files/ocean.nc", "", 1400), ("files/ocean.nc", "", 390),
        ("files/ocean.nc/sst", "values", 1400), ("files/records.npy", "explore", 1400),
        ("files/scan.nxs/entry/name", "", 390), ("files", "", 1400), ("files/ocean.nc/sst", "", 1400),
        ("files/wave.npy", "explore", 390),
    ],
)  # fmt: skip
def test_there_is_no_barrier(explored: Browser, path: str, form: str, width: int, scheme: str):
    steps = [["click", "#contents"]] if width == 390 else []
    sight = explored.look(path, form=form, width=width, height=800, scheme=scheme, steps=steps, axe=True)
    assert sight.barriers == []
    assert sight.pixels.shape[1] <= width
    assert (int(sight.pixels[2, 2].max()) < 128) == (scheme == "dark")


def test_what_is_slow_is_said_at_once(explored: Browser):
    """Within a third of a second; then it is drawn."""
    slow = (
        "import time, numpy as np, jupyter_zarr_serve as jz\n"
        "class Slow:\n"
        "    shape, dtype, chunks = (5,), np.dtype('f8'), (5,)\n"
        "    def __array__(self, dtype=None, copy=None): return self[:]\n"
        "    def __getitem__(self, region):\n"
        "        time.sleep(3)\n"
        "        return np.arange(5.)[region]\n"
        "jz.publish(slow=Slow())"
    )
    seen: list[str] = []
    with running_kernel(explored.server) as kernel:
        kernel.run(slow)
        sight = explored.look(
            f"{kernel.path}/slow", until=".notice.waiting", meanwhile=seen.append,
            steps=[["click", "role=tab[name='Matrix']"]], words=CELLS, expect_errors=True,
        )  # fmt: skip
    assert "waiting for 1 s" in seen[0]
    assert sight.texts == ["0", "1", "2", "3", "4"]
    assert sight.notices == ""


def test_what_fails_says_why_and_can_be_tried_again(explored: Browser):
    steps = [["click", "text=Try again"]]
    sight = explored.look("files/ocean.nc/nothing", form="explore", steps=steps, expect_errors=True)
    assert "no member 'nothing'" in sight.notices or "nothing at files/ocean.nc/nothing" in sight.notices
    assert "Try again" in sight.notices
