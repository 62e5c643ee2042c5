"""Tables, lines, heat maps, cells, folders and the tree follow what changes."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import running_server
from tests.shares.conftest import below, share
from tests.viewer.film import LIVE
from tests.viewer.look import Browser, Sight, browser_of

pytestmark = needs_browser

PRELUDE = "import numpy as np, pandas as pd, jupyter_zarr_serve as jz\n"
CELLS = "[...document.querySelectorAll('.table-mirror [role=gridcell]')].map((cell) => cell.textContent)"
ROWS = "document.querySelector('.table-grid [role=grid]').getAttribute('aria-rowcount')"
EXPLORED = "document.querySelector('#explorer').innerText"
FACTS = "document.querySelector('#facts').textContent"
TREE = "document.querySelector('#tree').innerText"
NOTICES = "document.querySelector('#notices').innerText"
STILL = ["press", "Shift"]  # a step that waits until nothing is on its way


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Browser]:
    np.save(folder / "file.npy", np.zeros((200, 300), "u1"))
    with (
        running_server(folder, tmp_path_factory.mktemp("jupyter")) as server,
        browser_of(server) as browser,
    ):
        yield browser


@pytest.fixture(scope="module")
def kernel(following: Browser) -> Iterator[Kernel]:
    with running_kernel(following.server) as kernel:
        kernel.run(PRELUDE)
        yield kernel


def watched(browser: Browser, kernel: Kernel, name: str, *steps: object, **how: object) -> Sight:
    """What a page shows after steps; those of `tell` are code for the kernel."""
    path = f"{kernel.path}/{name}".rstrip("/")
    given: dict[str, object] = {"meanwhile": kernel.run, "expect_errors": True, **how}
    return browser.look(path, steps=[["until", LIVE], STILL, *steps], **given)  # type: ignore[arg-type]


def told(sight: Sight, index: int = -1) -> object:
    """What a step has told of."""
    return json.loads(sight.opened[index])


def test_cells_change(following: Browser, kernel: Kernel):
    kernel.run("cells = np.arange(6.0); handle = jz.publish(cells=cells)")
    change = ["tell", "cells[:] = np.arange(6) + 100; handle.touch()"]
    seen = ["until", f"{EXPLORED}.includes('105')"]
    sight = watched(following, kernel, "cells", change, seen, ["run", EXPLORED], form="values")
    assert "100\n101\n102\n103\n104\n105" in str(told(sight))


def test_a_line_grows(following: Browser, kernel: Kernel):
    kernel.run("line = np.arange(50.0); handle = jz.publish(line=line)")
    grow = ["tell", "line = np.arange(200.0) * 10; handle = jz.publish(line=line)"]
    sight = watched(
        following, kernel, "line", ["run", EXPLORED], grow, ["until", f"{EXPLORED}.includes('1500')"]
    )
    assert "1500" not in str(told(sight))
    assert sight.notices == ""


def test_a_long_line_grows_at_its_end(following: Browser, kernel: Kernel):
    kernel.run("line = np.zeros(1_200_000); handle = jz.publish(line=line)")
    grow = ["tell", "line = np.ones(1_500_000); handle = jz.publish(line=line)"]
    grown = ["until", f"{FACTS}.includes('1500000')"]
    sight = watched(following, kernel, "line", grow, grown, STILL)
    assert "start=0&stop=1500000" in sight.url


def test_a_heat_map_changes(following: Browser, kernel: Kernel):
    kernel.run("heat = np.zeros((20, 30)); heat[0] = 1; handle = jz.publish(heat=heat)")
    change = ["tell", "heat[:] = np.arange(30) * 100; handle.touch()"]
    seen = ["until", f"{EXPLORED}.includes('2900')"]  # beside the bar of colours
    sight = watched(following, kernel, "heat", ["run", EXPLORED], change, seen, form="explore")
    assert "2900" not in str(told(sight))


def test_a_table_grows_where_it_is(following: Browser, kernel: Kernel):
    made = "table = pd.DataFrame({{'a': np.arange({0}) + {1}}}); handle = jz.publish(table=table)"
    kernel.run(made.format(300, 0))
    sight = watched(
        following, kernel, "table",
        ["click", ".table-grid"], *[["press", "PageDown"]] * 3, ["run", CELLS],
        ["tell", made.format(400, 1000)], ["until", f"{ROWS} === '401'"], STILL, ["run", CELLS],
        read=[".table-place"],
    )  # fmt: skip
    before, after = (told(sight, index) for index in (-2, -1))
    assert isinstance(before, list)
    assert isinstance(after, list)
    assert int(before[0]) > 5
    assert after[::2] == before[::2]  # the index
    assert [int(value) for value in after[1::2]] == [int(value) + 1000 for value in before[1::2]]
    assert "400 rows" in sight.read[".table-place"][0][0]


def test_statistics_of_a_column_follow(following: Browser, kernel: Kernel):
    kernel.run("table = pd.DataFrame({'a': np.arange(300)}); handle = jz.publish(table=table)")
    statistics = ["click", "text=Statistics"]
    change = ["tell", "table = pd.DataFrame({'a': np.arange(300) * 7}); handle = jz.publish(table=table)"]
    menu = [
        ["click", ".table-grid"],
        ["press", "Control+Home"],
        ["press", "ArrowRight"],
        ["press", "Alt+ArrowDown"],
    ]
    seen = ["until", f"{CELLS}.includes('14')"]
    sight = watched(
        following,
        kernel,
        "table",
        statistics,
        change,
        seen,
        STILL,
        *menu,
        read=[".table-menu"],
    )
    assert "2093" in str(sight.read)


def test_members_come_and_go_in_the_tree(following: Browser, kernel: Kernel):
    kernel.run("jz.publish(first=np.ones(3), second=np.ones(4))")
    change = ["tell", "jz.publish(added=np.ones(3)); jz.unpublish('second')"]
    seen = ["until", f"{TREE}.includes('added')"]
    sight = watched(following, kernel, "first", change, seen, ["run", TREE])
    assert "second" not in str(told(sight))
    assert "first" in str(told(sight))


def test_each_form_is_read_again_at_will_while_it_is_paused(following: Browser, kernel: Kernel):
    kernel.run(
        "values, heat = np.arange(6), np.outer(np.ones(20), np.arange(30.0))\n"
        "table, many = pd.DataFrame({'a': np.arange(30)}), np.arange(1_200_000.0)\n"
        "jz.publish(values=values, heat=heat, table=table, many=many)"
    )
    parts = "performance.getEntriesByType('resource').filter(({name}) => name.includes('/many/')).length"
    for name, form, change, seen in (
        ("values", "values", "values[:] = np.arange(6) + TURN00", f"{EXPLORED}.includes('TURN05')"),
        ("heat", "explore", "heat *= 10 * TURN", f"{EXPLORED}.includes(['290', '5800'][TURN - 1])"),
        ("table", "", "table['a'] += 1000; jz.publish(table=table)", f"{CELLS}.includes('TURN002')"),
        ("many", "", "many[:] = TURN", f"{parts} > window.before"),
    ):
        for turn, again in enumerate((["press", "r"], ["click", "#refresh"]), 1):
            steps = [["click", "#live"], ["run", f"window.before = {parts}"], ["tell", change], again]
            steps = [[first, rest.replace("TURN", f"{turn}")] for first, rest in [*steps, ["until", seen]]]
            assert watched(following, kernel, name, *steps, form=form).notices == ""


def test_files_come_into_a_folder_and_are_rewritten(following: Browser, folder: Path):
    def write(name: str) -> None:
        np.save(folder / f"{name}.npy", np.full((200, 300), 77, "u1"))

    look = {"meanwhile": write, "expect_errors": True}
    seen = ["until", f"{NOTICES}.includes('other')"]
    following.look("files", steps=[["until", LIVE], STILL, ["tell", "other"], seen], **look)  # type: ignore[arg-type]
    view = {"c0": "0,255,grey,1,linear", "zoom": 0, "centre": "150,100"}
    frames = "document.documentElement.dataset.frames"
    steps = [["until", LIVE], STILL, ["run", f"window.was = {frames}"], ["tell", "file"]]
    changed = ["until", f"{frames} !== window.was"]
    sight = following.look("files/file.npy", view, steps=[*steps, changed, STILL], **look)  # type: ignore[arg-type]
    assert sight.at(100, 150) == (77, 77, 77)


def test_a_share_link_follows_until_it_is_revoked(following: Browser, folder: Path):
    np.save(folder / "shared.npy", np.full((200, 300), 10, "u1"))
    link = share(following.server, "files/shared.npy")
    ended = "document.querySelector('#live[data-state=lost]')?.textContent === 'Ended'"
    frames = "document.documentElement.dataset.frames"

    def meanwhile(word: str) -> None:
        if word == "write":
            np.save(folder / "shared.npy", np.full((200, 300), 88, "u1"))
        else:
            following.server.get(f"zarr/api/shares/{link['id']}", "DELETE")

    sight = following.open(
        below(link, "view#c0=0,255,grey,1,linear&zoom=0&centre=150,100&marks=0"),
        steps=[
            ["until", LIVE], STILL, ["run", f"window.was = {frames}"], ["tell", "write"],
            ["until", f"{frames} !== window.was"], STILL, ["run", "sockets.map(({url}) => url)"],
            ["tell", "revoke"], ["until", ended],
        ],
        expect_errors=True, meanwhile=meanwhile,
    )  # fmt: skip
    assert sight.at(100, 150) == (88, 88, 88)
    (address,) = told(sight)  # type: ignore[misc]
    assert address == f"ws{following.server.url[4:]}{below(link)}api/live"
