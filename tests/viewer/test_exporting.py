"""The menu of the page saves what is shown, all of it or what is seen, with the sizes that it tells."""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import h5py
import numpy as np
import pandas as pd
import pytest
import tifffile

from tests.clients.browser import needs_browser
from tests.viewer.conftest import BASE, browsing
from tests.viewer.look import Browser

pytestmark = needs_browser

CUBE = np.arange(4 * 5 * 6, dtype="f8").reshape(4, 5, 6)
LARGE = np.arange(200 * 300, dtype="u2").reshape(200, 300)
TABLE = pd.DataFrame({"x": [3, 1, 2], "t": ["a", None, "c"]})
ROW = "#export-menu tr"
READERS = {
    "NumPy (.npy)": np.load,
    "TIFF": tifffile.imread,
    "CSV": lambda file: np.loadtxt(file, delimiter=",", ndmin=2),
    "NetCDF": lambda file: max(h5py.File(file).values(), key=lambda part: part.ndim)[:],
}


def write_exported(folder: Path) -> None:
    """A cube with complex numbers, which only the explorer shows; a table."""
    np.save(folder / "cube.npy", CUBE + 1j * CUBE)
    np.save(folder / "real.npy", CUBE)
    np.save(folder / "large.npy", LARGE)
    TABLE.to_csv(folder / "table.csv", index=False)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory, write_exported, BASE) as browser:
        yield browser


def menu(browser: Browser, path: str, *steps: list[object], **how: object) -> dict[str, list[str]]:
    """The rows of the menu by the names of the forms."""
    sight = browser.look(path, steps=[*steps, ["click", "#export"]], read=[ROW], width=1000, **how)
    return {name: cells for name, *cells in sight.read[ROW]}


def saved(browser: Browser, path: str, what: str, *steps: list[object], **how: object) -> bytes:
    """What a link of the menu leads to."""
    link = f"#export-menu a[aria-label='Save {what}']"
    steps = (*steps, ["click", "#export"], ["address", link])
    return fetched(browser, browser.look(path, steps=[*steps], width=1000, **how).opened[0])


def fetched(browser: Browser, address: str) -> bytes:
    """The file at the address of a link."""
    url = urlsplit(address)
    base = urlsplit(browser.server.url).path
    answer = browser.server.get(f"{url.path.removeprefix(base)}?{url.query}")
    assert answer.status_code == 200, answer.content
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.content


def test_all_and_what_is_seen_can_be_saved(exported):
    rows = menu(exported, "files/real.npy", form="explore")
    assert rows[""] == ["All", "What is seen"]
    assert rows["NumPy (.npy)"] == ["Save 1.06 KiB", f"Save {CUBE[0].nbytes + 128} bytes"]
    whole = saved(exported, "files/real.npy", "all as NumPy (.npy)", form="explore")
    assert np.array_equal(np.load(io.BytesIO(whole)), CUBE)
    part = saved(exported, "files/real.npy", "what is seen as NumPy (.npy)", form="explore")
    assert np.array_equal(np.load(io.BytesIO(part)), CUBE[0])
    assert [cell.strip() for cell in rows["CSV"]] == ["–", "Save"]  # it holds planes
    plane = saved(exported, "files/real.npy", "what is seen as CSV", form="explore")
    assert np.array_equal(READERS["CSV"](io.BytesIO(plane)), CUBE[0])


def test_the_region_that_an_image_shows_can_be_saved(exported):
    """Of the plane of a slider; of a plane whose rows and columns are exchanged and mirrored."""
    view = {"axes": "z,y,x", "at.z": 2, "zoom": 5, "centre": "3,2.5"}
    part = saved(exported, "files/real.npy", "what is seen as NumPy (.npy)", view=view)
    assert np.array_equal(np.load(io.BytesIO(part)), CUBE[2])
    links = [["address", f"#export-menu a[aria-label='Save what is seen as {form}']"] for form in READERS]
    sight = exported.look(
        "files/large.npy",
        {"zoom": 4, "centre": "20,30", "turn": "ty"},
        steps=[["click", "#export"], *links],
        width=1000,
    )
    region = dict(parse_qsl(urlsplit(sight.opened[0]).query))["region"]
    (top, bottom), (left, right) = [map(int, part.split(":")) for part in region.split(",")]
    height, width = (side / 16 for side in sight.pixels.shape[:2])
    # What is shown is exchanged and then mirrored from top to bottom: rows of the array go across.
    assert (left + right) / 2 == pytest.approx(LARGE.shape[1] - 30, abs=1)
    assert (top, bottom) == (0, pytest.approx(20 + width / 2, abs=1))
    assert right - left == pytest.approx(height, abs=2)
    for address, (form, read) in zip(sight.opened, READERS.items(), strict=True):
        found = read(io.BytesIO(fetched(exported, address)))
        assert found.dtype == LARGE.dtype or form == "CSV", form
        np.testing.assert_array_equal(found, LARGE[top:bottom, left:right], err_msg=form)


def test_only_forms_that_suit_are_offered(exported):
    rows = menu(exported, "files/cube.npy")
    assert {"NumPy (.npy)", "TIFF", "JSON", "Zarr (.zarr.zip)"} <= rows.keys()
    assert not {"Parquet", "NetCDF", "OME-Zarr (.ozx)"} & rows.keys()
    assert rows["Zarr (.zarr.zip)"][-1] == "–"  # it has no parts


def test_the_rows_that_are_seen_can_be_saved(exported):
    rows = menu(exported, "files/table.csv")
    assert rows.keys() == {"CSV", "Parquet", "Zarr (.zarr.zip)", ""}
    assert rows[""] == ["All"]
    sorted_ = [["fill", "#table-find", "c"]]
    found = saved(exported, "files/table.csv", "what is seen as CSV", *sorted_)
    assert pd.read_csv(io.BytesIO(found)).to_dict("list") == {"x": [2], "t": ["c"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_from_the_menu(exported, scheme: str):
    steps = [["click", "#export"], ["axe"], ["press", "Escape"]]
    sight = exported.look("files/table.csv", steps=steps, scheme=scheme)
    assert sight.opened == []
