"""What a TIFF says about its pixels: names of axes, physical sizes, channels, descriptions.

The sources, in this order: OME-XML, ImageJ's description, the resolution tags.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import tifffile

from .bands import band_attributes
from .guard import elements

Attributes = dict[str, Any]

GDAL_NODATA = 42113
_LONGEST_DESCRIPTION = 4096  # characters
_NAMELESS = "QI"  # tifffile's codes for axes of unknown meaning
_RESOLUTION_UNITS = {2: "inch", 3: "centimeter"}
_OME_SIZES = {
    "x": ("PhysicalSizeX", "PhysicalSizeXUnit", "µm"),
    "y": ("PhysicalSizeY", "PhysicalSizeYUnit", "µm"),
    "z": ("PhysicalSizeZ", "PhysicalSizeZUnit", "µm"),
    "t": ("TimeIncrement", "TimeIncrementUnit", "s"),
}


def axis_names(axes: str) -> tuple[str | None, ...]:
    """Dimension names of tifffile's axes codes; None where the meaning is unknown.

    Examples
    --------
    >>> axis_names("QCYX")
    (None, 'c', 'y', 'x')
    """
    return tuple(None if code in _NAMELESS else code.lower() for code in axes)


def series_attributes(
    series: tifffile.TiffPageSeries, ome: ElementTree.Element | None, imagej: Mapping[str, Any] | None
) -> Attributes:
    """The attributes of a series' array, read while the file is open."""
    key = series.keyframe
    found: Attributes = {"axes": series.axes.lower(), "name": series.name or None}
    photometric = getattr(key.photometric, "name", None)
    found["photometric"] = photometric.lower() if photometric else None
    found["description"] = _description(key)
    found |= band_attributes(key, series.axes)
    if ome is not None:
        found |= _with_bands(_ome(ome), found)
    elif imagej:
        found |= _imagej(imagej, key)
    else:
        found |= _sizes(_resolution(key), _RESOLUTION_UNITS.get(int(key.resolutionunit)))
    found["bits_per_sample"] = _bits(key, ome)
    found = {name: value for name, value in found.items() if value}
    return found | ({"nodata": key.nodata} if GDAL_NODATA in key.tags else {})


def _bits(key: tifffile.TiffPage, ome: ElementTree.Element | None) -> int | None:
    """How many bits a sample has, as the tag or OME-XML says; None where these are all of its dtype."""
    pixels = None if ome is None else next(iter(elements(ome, "Pixels")), None)
    told = "" if pixels is None else pixels.get("SignificantBits", "")
    number = int(told) if told.isdecimal() and len(told) < 4 else key.bitspersample
    held = 8 * key.dtype.itemsize if key.dtype is not None and key.dtype.kind == "u" else 0
    return number if isinstance(number, int) and 0 < number < held else None


def level_attributes(base: Attributes, shape: Mapping[str, int], level: Mapping[str, int]) -> Attributes:
    """The attributes of a lower resolution, whose pixels are larger; shapes by axis name."""
    sizes = base.get("physical_size")
    if not sizes:
        return base
    scaled = {
        axis: size * shape[axis] / level[axis] if axis in shape and level.get(axis) else size
        for axis, size in sizes.items()
    }
    return {**base, "physical_size": scaled}


def ome_images(root: ElementTree.Element | None, names: Sequence[str]) -> list[ElementTree.Element | None]:
    """The OME image of each series: by position if there are equally many, else by its name."""
    images = elements(root, "Image") if root is not None else []
    if len(images) == len(names):
        return list(images)
    by_name = {image.get("Name"): image for image in images}
    known = by_name if len(by_name) == len(images) else {}
    return [known.get(name) for name in names]


def _description(key: tifffile.TiffPage) -> str | None:
    text = str(key.description or "").strip()
    structured = text.startswith(("<", "{", "ImageJ="))
    return None if structured or len(text) > _LONGEST_DESCRIPTION else text


def _ome(image: ElementTree.Element) -> Attributes:
    pixels = next(iter(elements(image, "Pixels")), None)
    if pixels is None:
        return {}
    sizes: dict[str, Any] = {}
    units: dict[str, str] = {}
    for axis, (size, unit, default) in _OME_SIZES.items():
        number = _number(pixels.get(size))
        if number:
            sizes[axis] = number
            units[axis] = pixels.get(unit, default)
    channels = [channel.get("Name") for channel in elements(pixels, "Channel")]
    return {
        "name": image.get("Name"),
        "physical_size": sizes,
        "physical_size_unit": units,
        "channel_names": channels if any(channels) else None,
    }


def _with_bands(ome: Attributes, bands: Attributes) -> Attributes:
    """OME's attributes; a channel of several samples, such as colours, gets their names."""
    names, samples = ome.get("channel_names"), bands.get("channel_names")
    if not samples or (names and len(names) >= len(samples)):
        return ome if names else {**ome, "channel_names": samples}
    return {**ome, "channel_names": samples} | ({"channels": names} if names else {})


def _imagej(imagej: Mapping[str, Any], key: tifffile.TiffPage) -> Attributes:
    unit = str(imagej.get("unit") or "pixel").replace("\\u00B5", "µ")
    sizes = _resolution(key) if unit != "pixel" or int(key.resolutionunit) > 1 else {}
    spacing, interval = _number(imagej.get("spacing")), _number(imagej.get("finterval"))
    found = _sizes(sizes | ({"z": spacing} if spacing else {}), unit)
    if interval:
        found.setdefault("physical_size", {})["t"] = interval
        found.setdefault("physical_size_unit", {})["t"] = str(imagej.get("tunit", "s"))
    return found


def _sizes(sizes: dict[str, float], unit: str | None) -> Attributes:
    if not sizes or unit is None:
        return {}
    return {"physical_size": sizes, "physical_size_unit": dict.fromkeys(sizes, unit)}


def _resolution(key: tifffile.TiffPage) -> dict[str, float]:
    """The size of a pixel in the unit of the resolution tags, which count pixels per unit."""
    sizes = {}
    for axis, code in (("x", 282), ("y", 283)):
        count, per = key.tags.valueof(code, default=(0, 0))
        if count and per:
            sizes[axis] = per / count
    return sizes


def _number(value: Any) -> float | None:
    """A positive number, from text or number; None for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 < number < float("inf") else None
