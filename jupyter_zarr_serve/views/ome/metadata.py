"""What OME-Zarr says of an image: its name, axes, sizes and places of the pixels, channels.

References
----------
https://ngff.openmicroscopy.org/0.4/#multiscale-md
https://ngff.openmicroscopy.org/0.5/#multiscale-md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...core.nodes import Array
from .axes import TYPES, axis_names_of
from .channels import Json, omero_of, tones_of
from .levels import Pyramid


@dataclass(frozen=True)
class Scale:
    """The distance of pixels along an axis, where the first one is, and in what unit.

    Attributes
    ----------
    coordinate
        The coordinate that says where they are: the name of its ``dimension``, ``units`` and ``calendar``
        as CF has them, and either ``start`` and ``step`` or all ``values``; None where there is none.
    """

    step: float = 1.0
    start: float = 0.0
    unit: str | None = None
    coordinate: Json | None = None


@dataclass(frozen=True)
class Told:
    """What is known of an image besides its elements.

    Attributes
    ----------
    scales
        By letter, of the axes of which it is known.
    channels
        What they are called.
    axes
        Of the source: for each its ``name``, its ``length`` and its ``role`` (see `roles`).
    """

    scales: Mapping[str, Scale]
    channels: list[str]
    axes: list[Json]


def source_axes(array: Array, words: Sequence[str]) -> list[Json]:
    """The axes of a source with the roles that they have in its image."""
    named = zip(axis_names_of(array), array.shape, words, strict=False)
    return [{"name": name, "length": length, "role": word} for name, length, word in named]


def attributes_of(pyramid: Pyramid, name: str, told: Told, zarr_format: int) -> Json:
    """The attributes of the group of an image's levels, as OME-Zarr 0.4 (v2) or 0.5 (v3) has them.

    Parameters
    ----------
    name
        What to call the image; empty where it has none.
    told
        What is known of its axes and channels.
    """
    scales = told.scales
    named = {"name": name} if name else {}
    metadata = {
        "dimension_names": [axis["name"] for axis in told.axes],
        "source_axes": told.axes,
        "channel_names": told.channels,
        "tones": tones_of(pyramid),
        "coordinates": {letter: scale.coordinate for letter, scale in scales.items() if scale.coordinate},
    }
    multiscale: Json = {
        **named,
        "axes": [_axis(letter, scales.get(letter)) for letter in pyramid.letters],
        "datasets": [_dataset(pyramid, scales, number) for number in range(len(pyramid.shapes))],
        "type": "nearest" if pyramid.is_labels else "mean",
        "metadata": {key: value for key, value in metadata.items() if value},
    }
    omero = omero_of(pyramid, told.channels)
    found = {"omero": {**named, **omero}} if omero else {}
    if zarr_format == 2:
        return {"multiscales": [{"version": "0.4", **multiscale}], **found}
    return {"ome": {"version": "0.5", "multiscales": [multiscale], **found}}


def _axis(letter: str, scale: Scale | None) -> Json:
    axis = {"name": letter, "type": TYPES[letter]}
    return axis if scale is None or scale.unit is None or letter == "c" else {**axis, "unit": scale.unit}


def _dataset(pyramid: Pyramid, scales: Mapping[str, Scale], number: int) -> Json:
    """A level and where its pixels are; the mean of pixels lies in their middle."""
    steps, starts = [], []
    made = max(0, number + 1 - len(pyramid.stored))
    stored = pyramid.shapes[min(number, len(pyramid.stored) - 1)]
    for letter, length, full in zip(pyramid.letters, stored, pyramid.shapes[0], strict=True):
        scale = scales.get(letter) or Scale()
        factor = full / length * ((1 << made) if letter in "yx" else 1)
        is_middle = not (pyramid.is_labels and number >= len(pyramid.stored))
        steps.append(scale.step * factor)
        starts.append(scale.start + ((factor - 1) / 2 * scale.step if is_middle else 0.0))
    transformations: list[Json] = [{"type": "scale", "scale": steps}]
    if any(starts):
        transformations.append({"type": "translation", "translation": starts})
    return {"path": str(number), "coordinateTransformations": transformations}
