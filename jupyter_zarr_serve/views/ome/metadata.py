"""What OME-Zarr says of an image: axes, sizes and places of the pixels, channels.

References
----------
https://ngff.openmicroscopy.org/0.4/#multiscale-md
https://ngff.openmicroscopy.org/0.5/#multiscale-md
https://ngff.openmicroscopy.org/0.4/#omero-md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .axes import TYPES, names_of
from .image import is_coloured
from .levels import Pyramid
from .windows import Window, windows_of

Json = dict[str, Any]

_MOST_CHANNELS = 32
_ACTIVE = 4  # channels that a viewer shows at first
_COLOURS = ("FF0000", "00FF00", "0000FF")  # of colour images
_PALETTE = ("00FF00", "FF00FF", "00FFFF", "FFFF00", "FF0000", "0000FF", "FF8000", "FFFFFF")


@dataclass(frozen=True)
class Scale:
    """The distance of pixels along an axis, where the first one is, and in what unit."""

    step: float = 1.0
    start: float = 0.0
    unit: str | None = None


def attributes_of(pyramid: Pyramid, scales: Mapping[str, Scale], zarr_format: int) -> Json:
    """The attributes of the group of an image's levels, as OME-Zarr 0.4 (v2) or 0.5 (v3) has them.

    Parameters
    ----------
    scales
        By letter of the axes; those that are missing are not known.
    """
    source = pyramid.stored[0].source
    name = source.attributes.get("name")
    multiscale: Json = {"name": name} if isinstance(name, str) else {}
    multiscale |= {
        "axes": [_axis(letter, scales.get(letter)) for letter in _letters(pyramid)],
        "datasets": [_dataset(pyramid, scales, number) for number in range(len(pyramid.shapes))],
        "type": "nearest" if pyramid.is_labels else "mean",
        "metadata": {"dimension_names": list(names_of(source))},
    }
    omero = _omero(pyramid)
    found = {"omero": omero} if omero else {}
    if zarr_format == 2:
        return {"multiscales": [{"version": "0.4", **multiscale}], **found}
    return {"ome": {"version": "0.5", "multiscales": [multiscale], **found}}


def _letters(pyramid: Pyramid) -> str:
    return "".join(map(str, pyramid.stored[0].array.dimension_names or ()))


def _axis(letter: str, scale: Scale | None) -> Json:
    axis = {"name": letter, "type": TYPES[letter]}
    return axis if scale is None or scale.unit is None or letter == "c" else {**axis, "unit": scale.unit}


def _dataset(pyramid: Pyramid, scales: Mapping[str, Scale], number: int) -> Json:
    """A level and where its pixels are; the mean of pixels lies in their middle."""
    steps, starts = [], []
    made = max(0, number + 1 - len(pyramid.stored))
    stored = pyramid.shapes[min(number, len(pyramid.stored) - 1)]
    for letter, length, full in zip(_letters(pyramid), stored, pyramid.shapes[0], strict=True):
        scale = scales.get(letter) or Scale()
        factor = full / length * ((1 << made) if letter in "yx" else 1)
        is_middle = not (pyramid.is_labels and number >= len(pyramid.stored))
        steps.append(scale.step * factor)
        starts.append(scale.start + ((factor - 1) / 2 * scale.step if is_middle else 0.0))
    transformations: list[Json] = [{"type": "scale", "scale": steps}]
    if any(starts):
        transformations.append({"type": "translation", "translation": starts})
    return {"path": str(number), "coordinateTransformations": transformations}


def _omero(pyramid: Pyramid) -> Json | None:
    """The channels; None where it is not known how bright they are, so that viewers look for themselves."""
    letters = _letters(pyramid)
    lengths = dict(zip(letters, pyramid.shapes[0], strict=True))
    count = lengths.get("c", 1)
    windows = windows_of(pyramid) if count <= _MOST_CHANNELS else None
    if windows is None:
        return None
    names = pyramid.stored[0].source.attributes.get("channel_names")
    labels = [str(name) for name in names][:count] if isinstance(names, list | tuple) else []
    colours = _COLOURS if is_coloured(pyramid.stored[0]) else _PALETTE if count > 1 else ("FFFFFF",)
    channels = [
        {
            "label": labels[number] if number < len(labels) else str(number),
            "color": colours[number % len(colours)],
            "active": number < _ACTIVE,
            "window": _window(window),
        }
        for number, window in enumerate(windows)
    ]
    model = "color" if count > 1 else "greyscale"
    middle = lengths.get("z", 1) // 2
    return {"channels": channels, "rdefs": {"model": model, "defaultT": 0, "defaultZ": middle}}


def _window(window: Window) -> Json:
    return {"min": window.least, "max": window.most, "start": window.start, "end": window.end}
