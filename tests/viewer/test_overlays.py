"""Labels over an image: their colours, how opaque they are, and the number under the pointer."""

import pytest

from tests.clients.browser import needs_browser
from tests.viewer.look import Browser
from tests.viewer.overlays import TOLD, label_colour, labels, stack, stacked_labels

pytestmark = needs_browser

NEAR = {"zoom": 1, "centre": "128,128"}
NUCLEI = "files/cells.zarr/labels/nuclei"
ABOVE = {**NEAR, "labels": NUCLEI, "opacity": 1, "c0": "0,255,grey,1,linear"}
PLACES = [(20, 20), (20, 90), (100, 200), (200, 40)]
FIELD = "#labels input[type=text]"


def blended(y: int, x: int, opacity: float, plane: int = 0) -> list[float]:
    """The colour of a pixel of the stack with its labels over it."""
    grey, label = int(stack()[plane, y, x]), int(stacked_labels()[plane, y, x])
    share = opacity if label else 0.0
    return [share * part + (1 - share) * grey for part in label_colour(label)]


def test_the_labels_of_an_image_are_listed_and_drawn(overlaid: Browser):
    steps = [["choose", "[aria-label=Labels]", NUCLEI]]
    sight = overlaid.look("files/cells.zarr", {**NEAR, "c0": "0,255,grey,1,linear"}, steps=steps)
    assert f"labels={NUCLEI.replace('/', '%2F')}" in sight.url
    for y, x in PLACES:
        assert sight.at(y, x) == pytest.approx(blended(y, x, 0.5), abs=2)


@pytest.mark.parametrize("opacity", [0.25, 1])
def test_labels_are_as_opaque_as_the_address_says(overlaid: Browser, opacity: float):
    sight = overlaid.look("files/cells.zarr", {**ABOVE, "opacity": opacity})
    for y, x in PLACES:
        assert sight.at(y, x) == pytest.approx(blended(y, x, opacity), abs=2)


def test_labels_are_of_the_plane_that_is_shown(overlaid: Browser):
    for plane in (1, 2):
        sight = overlaid.look("files/cells.zarr", {**ABOVE, "at.z": plane})
        assert sight.at(20, 90) == pytest.approx(blended(20, 90, 1, plane), abs=2)


def test_labels_can_be_switched_off_and_stay_in_the_address(overlaid: Browser):
    sight = overlaid.look("files/cells.zarr", ABOVE, steps=[["click", "#labels-shown"]])
    assert sight.at(20, 90) == pytest.approx((90, 90, 90), abs=2)
    assert "labelled=0" in sight.url
    assert overlaid.look("files/cells.zarr", {**ABOVE, "labelled": 0}).at(20, 90)[0] == pytest.approx(
        90, abs=2
    )


def test_the_label_under_the_pointer_is_told(overlaid: Browser):
    first = overlaid.look("files/cells.zarr", ABOVE)
    for (y, x), said in (((20, 90), "nuclei 1001"), ((200, 40), "nuclei 12012"), ((20, 20), "nuclei none")):
        sight = overlaid.look("files/cells.zarr", ABOVE, steps=[["move", *first.place(y, x)]])
        assert f"= {x}" in sight.text
        assert sight.text.endswith(said)


def test_labels_of_half_the_size_lie_over_what_they_are_of(overlaid: Browser):
    view = {**ABOVE, "labels": "files/cells.zarr/labels/halves"}
    first = overlaid.look("files/cells.zarr", view)
    for y, x in [(63, 60), (65, 62), (63, 65), (190, 193)]:
        assert (
            first.at(y, x) == pytest.approx(label_colour(int(labels()[y, x])), abs=2) or not labels()[y, x]
        )
    sight = overlaid.look("files/cells.zarr", view, steps=[["move", *first.place(190, 193)]])
    assert sight.text.endswith(f"halves {labels()[190, 193]}")


@pytest.mark.parametrize("turn", ["t", "x", "ty"])
def test_labels_are_turned_with_the_image(overlaid: Browser, turn: str):
    shown = labels().T if "t" in turn else labels()
    shown = shown[::-1] if "y" in turn else shown
    shown = shown[:, ::-1] if "x" in turn else shown
    sight = overlaid.look("files/cells.zarr", {**ABOVE, "turn": turn})
    for y, x in [(20, 90), (100, 20)]:
        assert sight.at(y, x) == pytest.approx(label_colour(int(shown[y, x])), abs=2)


def test_another_array_is_laid_over_an_image(overlaid: Browser):
    steps = [["click", FIELD], ["fill", FIELD, "files/regions.npy"], ["move", 400, 300]]
    sight = overlaid.look("files/ramp.npy", NEAR, steps=steps, read=["#label-paths option"])
    wanted = [(part + 90) / 2 for part in label_colour(1001)]
    assert sight.at(20, 90) == pytest.approx(wanted, abs=3)
    assert "labels=files%2Fregions.npy" in sight.url


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("files/other.npy", "200 × 256 pixels"),
        ("files/real.npy", "labels are whole numbers"),
        ("files/none.npy", "none.npy"),
    ],
)
def test_what_cannot_lie_over_an_image_says_why(overlaid: Browser, path: str, said: str):
    sight = overlaid.look("files/ramp.npy", NEAR, steps=[["fill", FIELD, path]], expect_errors=True)
    assert said in sight.notices
    assert "labels=" not in sight.url


def test_labels_have_the_colours_that_their_image_tells(overlaid: Browser):
    """As an overlay and by themselves; the others have those of their numbers."""
    path = "files/cells.zarr/labels/coloured"
    above = overlaid.look("files/cells.zarr", {**ABOVE, "labels": path})
    alone = overlaid.look(path, NEAR)
    for y, x in ((20, 90), (200, 40), (140, 20), (100, 200)):
        label = int(labels()[y, x])
        red, green, blue, alpha = TOLD.get(label, [*label_colour(label), 255])
        assert alone.at(y, x) == pytest.approx((red, green, blue), abs=2), label
        share = alpha / 255
        wanted = [share * part + (1 - share) * x for part in (red, green, blue)]
        assert above.at(y, x) == pytest.approx(wanted, abs=2), label
