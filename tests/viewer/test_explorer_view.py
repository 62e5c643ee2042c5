"""The address keeps how the explorer shows what it shows; its charts are saved with their axes."""

import base64
import io
import json
from typing import Any
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from tests.clients.browser import needs_browser
from tests.viewer.explored import LAT, LON
from tests.viewer.look import Browser

pytestmark = needs_browser

WIDE: dict[str, Any] = {"width": 1800, "height": 800}
TAB = "#explorer [role=tab][aria-selected=true]"
BOXES = "#explorer [role=combobox]"
PLACES = "#explorer .dimensions p"
NAMES = "#explorer .dimensions [role=radio], #explorer .dimensions [id^=h5w-slider]"
SVG = "{http://www.w3.org/2000/svg}"
CHOSEN = [
    ["click", "role=combobox[name='Viridis']"],
    ["click", "role=option[name='Plasma']"],
    ["click", "role=combobox[name='Linear']"],
    ["click", "role=option[name='SymLog']"],
    ["click", "#explorer [role=slider][aria-valuemax='2']"],
    ["press", "ArrowUp"],
]
FOLDED = """
window.folded = 0;
new MutationObserver(() => {
  if (document.querySelector("#explorer button[aria-label='More controls']")) window.folded += 1;
}).observe(document, { childList: true, subtree: true });
const { fetch } = window;  // the plane of the next time takes as long as h5web needs to measure itself
window.fetch = async (...asked) => {
  if (String(asked[0]).includes("region=1")) await new Promise((go) => setTimeout(go, 1000));
  return fetch(...asked);
};
"""


def test_what_is_drawn_first_is_asked_for_once(explored: Browser):
    """No group and no values are asked for twice, and the page's own code is in few files."""
    told = "performance.getEntriesByType('resource').map((it) => it.name)"
    sight = explored.look("files/scan.nxs", steps=[["run", told]], **WIDE)
    asked = [name for name in json.loads(sight.opened[0]) if "/api/" in name or "/static/" in name]
    assert len(asked) <= 20, asked
    assert len({name for name in asked if name.endswith("?limit=1000")}) == 3
    assert len([name for name in asked if name.endswith("?limit=1000")]) == 3
    assert len([name for name in asked if "api/export/" in name]) == 5
    told = "performance.getEntriesByType('resource').map((it) => [it.name, it.startTime, it.responseEnd])"
    sight = explored.look("files/ocean.nc", steps=[["run", told]], **WIDE)
    times = {name.partition("api/node/")[2]: when for name, *when in json.loads(sight.opened[0])}
    variable, file = times["files/ocean.nc/sst?limit=1000"], times["files/ocean.nc?limit=1000"]
    assert variable[0] < file[1]  # it is asked for before the file has said what is in it


def test_slice_scales_and_colours_are_in_the_address(explored: Browser):
    """What is drawn after choices is what the address draws, and no step of a slider folds the toolbar."""
    steps = [*CHOSEN, ["run", "window.folded"]]
    sight = explored.look(
        "files/ocean.nc",
        {"plot": "Heatmap"},
        steps=steps,
        before=FOLDED,
        words=f"{BOXES}, {PLACES}",
        **WIDE,
    )
    assert sight.opened == ["0"]
    parts = dict(part.split("=", 1) for part in sight.url.partition("#")[2].split("&"))
    assert parts["of"] == "3,90,90"
    assert parts["heatmap.colorMap"] == "Plasma"
    assert parts["heatmap.scaleType"] == "symlog"
    assert parts["slice"].endswith(",y,x")
    assert parts["slice"] != "0,y,x"
    again = explored.open(sight.url, words=f"{BOXES}, {PLACES}", **WIDE)
    assert again.texts == sight.texts
    others = np.abs(again.pixels.astype(int) - sight.pixels).max(-1) > 30
    assert others.mean() < 1e-3  # the mark of what has the focus


def test_roots_are_steepest_at_the_least_values(explored: Browser):
    """Viridis is brighter for greater values: by their roots, all between the ends are."""
    looks = [
        explored.look(
            "files/ocean.nc", {"plot": "Heatmap", "heatmap.scaleType": scale}, words=BOXES, **WIDE
        )
        for scale in ("linear", "sqrt")
    ]
    assert [sight.texts[1].strip() for sight in looks] == ["Linear", "Square root"]
    linear, roots = (sight.pixels[200:-150, 500:-300].astype(int).sum(-1) for sight in looks)
    assert (roots >= linear - 3).mean() > 0.95
    assert (roots > linear + 20).mean() > 0.5


def test_dimensions_have_their_names(explored: Browser):
    """Those of xarray, of NeXus, and none where there are none."""
    of_ocean = explored.look("files/ocean.nc", {"plot": "Heatmap"}, words=NAMES, **WIDE).texts
    assert of_ocean == ["time", "lat", "lon"] * 2 + ["time"]
    assert explored.look("files/map.nxs", {"plot": "Heatmap"}, words=NAMES, **WIDE).texts == [
        *("temperature", "D1", "q") * 2, "temperature",
    ]  # fmt: skip
    assert explored.look("files/scan.nxs", words=NAMES, **WIDE).texts == ["energy"]
    assert explored.look("files/wave.npy", words=NAMES, form="explore", **WIDE).texts == ["D0", "D1"] * 2


def test_the_kind_of_plot_is_in_the_address_and_goes_back(explored: Browser):
    line = [["click", "role=tab[name='Line']"]]
    sight = explored.look("files/ocean.nc", {"plot": "Heatmap"}, steps=line, words=TAB, **WIDE)
    assert sight.texts == ["Line"]
    assert "plot=Line" in sight.url
    assert explored.open(sight.url, words=TAB, **WIDE).texts == ["Line"]
    other = ["click", "#tree [role=treeitem]:has(span:text-is('series'))"]
    steps = [*line, other, ["back"]]
    back = explored.look("files/ocean.nc", {"plot": "Heatmap"}, steps=steps, words=TAB, **WIDE)
    assert back.url == sight.url
    assert back.texts == ["Line"]


def test_an_address_that_says_nonsense_shows_the_data(explored: Browser):
    view = {
        "plot": "Heatmap", "slice": "9,y,x", "of": "3,90,90", "heatmap.colorMap": "constructor",
        "heatmap.customDomain": "a,b", "heatmap.scaleType": "Viridis",
    }  # fmt: skip
    sight = explored.look("files/ocean.nc", view, words=BOXES, **WIDE)
    assert [text.strip() for text in sight.texts] == ["Viridis", "Linear"]


def saved(browser: Browser, path: str, kind: str) -> tuple[str, bytes]:
    """The name and the bytes of the file of a chart."""
    steps = [["saved", f"role=button[name='Save as {kind}']"]]
    over = "#explorer figure button[aria-label^='Save']"  # would hide a part of the picture
    sight = browser.look(path, {"plot": ""}, steps=steps, words=over, width=2400, height=800)
    assert sight.texts == []
    name, text = sight.opened
    return name, base64.b64decode(text)


def test_a_heat_map_is_saved_with_axes_and_colours(explored: Browser):
    name, text = saved(explored, "files/ocean.nc", "SVG")
    assert name.endswith(".svg")
    root = ElementTree.fromstring(text)
    words = {"".join(found.itertext()).strip() for found in root.iter(f"{SVG}text")}
    assert {"lat (degrees_north)", "lon (degrees_east)", "Sea surface temperature (degC)"} <= words
    assert {"0", "89.89"} <= words  # the ends of the colours
    assert not [word for word in words if "e+" in word]
    ticks = {float(word.replace("−", "-")) for word in words if word.lstrip("-−").isdigit()}
    assert any(LAT.min() <= tick < 0 for tick in ticks)
    assert any(90 < tick <= LON.max() for tick in ticks)
    stops = [stop.attrib["stop-color"] for stop in root.iter(f"{SVG}stop")]
    assert {"rgb(68, 1, 84)", "rgb(253, 231, 37)"} <= set(stops)  # the ends of Viridis
    pictures = [image.attrib["href"] for image in root.iter(f"{SVG}image")]
    pixels = np.array(Image.open(io.BytesIO(base64.b64decode(pictures[0].partition(",")[2]))))
    assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 100


def test_lines_are_saved_as_pixels_with_axes(explored: Browser):
    name, body = saved(explored, "files/scan.nxs", "PNG")
    assert name == "Iron K-alpha.png"
    picture = np.array(Image.open(io.BytesIO(body)).convert("RGB")).astype(int)
    paper = picture[2, 2]
    below = picture[-40:-5]  # the title of the axis of energies
    assert (np.abs(below - paper).sum(-1) > 200).sum() > 50
    red, _, blue = np.moveaxis(picture, -1, 0)
    assert (blue - red > 60).sum() > 200  # the line
