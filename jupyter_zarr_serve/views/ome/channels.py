"""The channels of an image: what each is called, in what colour it is drawn, and how bright.

Names are the attribute ``channel_names``, or the elements of a coordinate along the axis of channels.

References
----------
https://ngff.openmicroscopy.org/0.4/#omero-md
"""

from collections.abc import Mapping
from typing import Any

from ...core.nodes import Array, Node
from ...preview.colours import ALPHA, INKS, extras_of, is_inverted
from .axes import axis_names_of
from .contrast import Window, windows_of
from .coordinates import NO_UNITS, coordinate
from .image import has_inks, is_coloured
from .levels import Pyramid

Json = dict[str, Any]

_MOST_CHANNELS = 32
_ACTIVE = 4  # channels that a viewer shows at first
_COLOURS = ("FF0000", "00FF00", "0000FF")  # of colour images; their other bands are not shown at first
_NAMES = ("R", "G", "B")
_INKS = ("00FFFF", "FF00FF", "FFFF00", "000000")
_LIGHT, _INVERTED, _INK = "light", "inverted", "ink"
_GREY, _WHITE = "L", "FFFFFF"
_PALETTE = ("00FF00", "FF00FF", "00FFFF", "FFFF00", "FF0000", "0000FF", "FF8000", "FFFFFF")


def channel_names(array: Array, letters: str, beside: Mapping[str, Node]) -> list[str]:
    """What the source calls its channels; empty where it does not.

    Parameters
    ----------
    letters
        Those of the axes of the array.
    beside
        The members of the group that the array is in, coordinates of its dimensions among them.
    """
    told = array.attributes.get("channel_names")
    if isinstance(told, list | tuple):
        return [str(name) for name in told]
    name = axis_names_of(array)[letters.index("c")] if "c" in letters else None
    if not name:
        return []
    return _texts(beside, name, array.shape[letters.index("c")])


def _texts(beside: Mapping[str, Node], name: str, length: int) -> list[str]:
    """The elements of a coordinate of texts or numbers, with their unit; empty where there is none."""
    found = coordinate(beside, name, length, "OTUiuf") if length <= _MOST_CHANNELS else None
    if found is None:
        return []
    _, array, values = found
    unit = array.attributes.get("units")
    after = (
        f" {unit}" if values.dtype.kind in "iuf" and isinstance(unit, str) and unit not in NO_UNITS else ""
    )
    return [f"{value}{after}" for value in values]


def omero_of(pyramid: Pyramid, names: list[str]) -> Json | None:
    """The channels; None where it is not known how bright they are, so that viewers look for themselves."""
    lengths = dict(zip(pyramid.letters, pyramid.shapes[0], strict=True))
    count = lengths.get("c", 1)
    windows = windows_of(pyramid) if count <= _MOST_CHANNELS else None
    if windows is None:
        return None
    has_colours = is_coloured(pyramid.stored[0])
    is_grey = count == 1 or names == [_GREY, ALPHA]
    tones = tones_of(pyramid)
    colours = _colours(pyramid, is_grey=is_grey)
    active = len(_COLOURS) if has_colours else 1 if is_grey else _ACTIVE
    usual = [f"channel {number}" for number in range(count)]
    if has_colours:
        usual[: len(_NAMES)] = _NAMES
    channels = [
        {
            "label": names[number] if number < len(names) else usual[number],
            "color": colours[min(number, 3) if has_colours else number % len(colours)],
            "active": number < active,
            "window": _window(window),
            **({"inverted": True} if tones[number : number + 1] == [_INVERTED] else {}),
        }
        for number, window in enumerate(windows)
    ]
    model = "greyscale" if is_grey else "color"
    middle = lengths.get("z", 1) // 2
    return {"channels": channels, "rdefs": {"model": model, "defaultT": 0, "defaultZ": middle}}


def _colours(pyramid: Pyramid, *, is_grey: bool) -> tuple[str, ...]:
    if is_coloured(pyramid.stored[0]):
        return (*_COLOURS, _WHITE)
    if has_inks(pyramid.stored[0]):
        return (*_INKS, _WHITE)
    return (_WHITE,) if is_grey else _PALETTE


def tones_of(pyramid: Pyramid) -> list[str]:
    """What each channel is: "light", "inverted" (0 is white), or an "ink"; empty where all are light."""
    image = pyramid.stored[0]
    count = dict(zip(pyramid.letters, pyramid.shapes[0], strict=True)).get("c", 1)
    if has_inks(image):
        return [_INK] * len(INKS) + [_LIGHT] * (count - len(INKS))
    if not is_inverted(image.source):
        return []
    extras = extras_of(image.source) if "c" in pyramid.letters else 0
    return [_INVERTED] * (count - extras) + [_LIGHT] * extras


def _window(window: Window) -> Json:
    return {"min": window.least, "max": window.most, "start": window.start, "end": window.end}
