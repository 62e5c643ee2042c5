"""Which axes of an array are rows, columns and channels; and projections of it."""

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.viewer.look import Browser, Sight
from tests.viewer.volumes import many, volume

pytestmark = needs_browser

GREY = {"zoom": 3, "c0": "0,255,grey,1,linear"}
MISSING = {(102, 102, 102), (140, 140, 140)}


def look(volumes: Browser, roles: str, shown: np.ndarray, path: str = "volume.npy", **how: object) -> Sight:
    """The page of a volume with roles for its axes; the middle of what is shown is in the middle."""
    high, wide = shown.shape
    return volumes.look(f"files/{path}", {**GREY, "centre": f"{wide / 2},{high / 2}", "axes": roles}, **how)


@pytest.mark.parametrize(
    ("roles", "shown"),
    [
        ("max,y,x", volume().max(0)),
        ("mean,x,y", volume().mean(0).T),
        ("y,mean,x", volume().mean(1)),
        ("3,y,x", volume()[3]),
        ("y,7,x", volume()[:, 7]),
        ("x,y,max", volume().max(2).T),
    ],
)
def test_pixels_are_those_of_the_axes_and_projections_in_the_address(
    volumes: Browser, roles: str, shown: np.ndarray
):
    sight = look(volumes, roles, shown)
    high, wide = shown.shape
    for y, x in [(0, 0), (high // 2, wide // 2), (high - 1, wide - 1), (3, wide - 1)]:
        assert sight.at(y, x)[0] == pytest.approx(shown[y, x], abs=1.5)
    assert f"axes={roles}" in sight.url


def test_a_projection_is_chosen_and_its_exact_value_told(volumes: Browser):
    steps = [["anew", "choose", "#role-0", "sum"]]
    first = volumes.look("files/volume.npy", steps=steps, read=["#dimensions label"])
    assert "axes=sum,y,x" in first.url
    assert [texts[0] for texts in first.read["#dimensions label"]] == ["5", "40", "60"]
    view = {**GREY, "centre": "30,20", "axes": "sum,y,x"}
    place = volumes.look("files/volume.npy", view).place(12, 33)
    sight = volumes.look("files/volume.npy", view, steps=[["move", *place]])
    assert f"= {volume()[:, 12, 33].sum(dtype=int)}" in sight.text


def test_axes_change_places(volumes: Browser):
    steps = [["anew", "choose", "#role-2", "slider"]]
    sight = volumes.look("files/volume.npy", {"at.z": 2, "zoom": 3, "centre": "9,9"}, steps=steps)
    assert "axes=x,y,z" in sight.url
    assert "at.z=2" not in sight.url
    sight = volumes.look("files/volume.npy", {"axes": "z,y,x"}, steps=[["anew", "choose", "#role-0", "x"]])
    assert "axes=x,y,z" in sight.url


def test_an_axis_is_one_of_channels(volumes: Browser):
    view = {"zoom": 3, "centre": "30,20", "axes": "c,y,x"}
    off = {f"c{i}": "off,0,255,ffffff,1,linear" for i in (0, 1, 2, 4)}
    sight = volumes.look("files/volume.npy", {**view, **off, "c3": "0,255,0000ff,1,linear"})
    assert sight.at(5, 5) == pytest.approx((0, 0, 250), abs=2)
    assert sight.at(20, 30) == pytest.approx((0, 0, int(volume()[3, 20, 30])), abs=2)
    assert "channel 4" in sight.panel


def test_eight_channels_are_added_each_in_its_colour(volumes: Browser):
    colours = ["ff0000", "00ff00", "0000ff", "ffff00", "00ffff", "ff00ff", "ffffff", "808080"]
    tones = {f"c{i}": f"0,250,{colour},1,linear" for i, colour in enumerate(colours)}
    view = {"zoom": 2, "centre": "45,10", "axes": "c,y,x"}
    sight = volumes.look("files/stripes.npy", {**view, **tones})
    for i, colour in enumerate(colours):
        assert sight.at(10, 10 * i + 5) == pytest.approx(tuple(bytes.fromhex(colour)), abs=2), i
    assert sight.at(10, 85) == (0, 0, 0)  # the ninth waits until another one is switched off


def test_what_is_missing_everywhere_is_missing_in_a_projection(volumes: Browser):
    shown = volume().max(0)
    sight = look(volumes, "max,y,x", shown, "holed.npy")
    assert sight.at(35, 50) in MISSING
    assert sight.at(5, 5) == pytest.approx((250,) * 3, abs=2)
    assert sight.at(25, 33)[0] == pytest.approx(volume()[4, 25, 33], abs=2)


def test_an_array_of_six_axes_is_an_image(volumes: Browser):
    view = {
        "zoom": 3,
        "centre": "20,15",
        "axes": "1,2,t,1,y,x",
        "at.t": 1,
        "c0": "25000,29000,grey,1,linear",
    }
    place = volumes.look("files/many.npy", view).place(7, 9)
    sight = volumes.look("files/many.npy", view, steps=[["move", *place]])
    assert f"= {many()[1, 2, 1, 1, 7, 9]}" in sight.text
    first = volumes.look(
        "files/many.npy", form="image", steps=[["anew", "fill", "[aria-label='Index along axis 1']", "2"]]
    )
    assert "axes=0,2,t,z,y,x" in first.url
    assert "2 × 2 × 30 × 40 uint32" in volumes.look("files/many.npy", form="image", words="#facts").texts


def test_roles_that_do_not_fit_say_so(volumes: Browser):
    sight = volumes.look("files/volume.npy", {"axes": "t,z,y,x"}, expect_errors=True)
    assert "4 roles for 3 axes" in sight.notices
