"""What the samples of a pixel are, by the tags of a TIFF: colours, opacity, or data such as near infrared.

References
----------
TIFF 6.0, sections 5 (palettes), 16 (CMYK, InkNames), 18 (ExtraSamples), 21 (YCbCr)
https://gdal.org/en/stable/drivers/raster/gtiff.html#metadata (names of bands)
"""

from typing import Any
from xml.etree import ElementTree

import numpy as np
import tifffile

from ...preview.colours import ALPHA, MOST_COLOURS, RGB

Attributes = dict[str, Any]

_EXTRA = {0: "unspecified", 1: "associated alpha", 2: "unassociated alpha"}
_COLOURS = {
    "minisblack": ["L"],
    "miniswhite": ["L"],
    "palette": ["index"],
    "rgb": RGB,
    "separated": ["C", "M", "Y", "K"],
    "ycbcr": ["Y", "Cb", "Cr"],
    "cielab": ["L", "a", "b"],
}
_JPEG = {6, 7}  # compressions whose decoder turns YCbCr into RGB
_CMYK = 1  # the tag InkSet
_INK_SET, _INK_NAMES, _GDAL_METADATA = 332, 333, 42112
_LONGEST_XML = 1 << 20  # characters


def band_attributes(key: tifffile.TiffPage, axes: str) -> Attributes:
    """The attributes ``channel_names``, ``extra_samples`` and ``palette``, as far as the tags say them."""
    samples = int(key.samplesperpixel)
    photometric = str(getattr(key.photometric, "name", "")).lower()
    if samples == 1 or not {"S", "C"} & set(axes):
        return _palette(key) if photometric == "palette" and samples == 1 else {}
    colours = _colours(key, photometric, samples)
    told = [int(extra) for extra in key.extrasamples][: samples - len(colours)]
    extras = [*told, *[0] * (samples - len(colours) - len(told))]
    names = _gdal_names(key, samples) or _names(colours, extras)
    found: Attributes = {"extra_samples": [_EXTRA.get(extra, "unspecified") for extra in extras]}
    return {"channel_names": names} | (found if extras else {})


def _colours(key: tifffile.TiffPage, photometric: str, samples: int) -> list[str]:
    """The names of the samples that are no extra ones."""
    colours = _COLOURS.get(photometric, [])
    if photometric == "ycbcr" and int(key.compression) in _JPEG:
        colours = RGB
    if photometric == "separated" and int(key.tags.valueof(_INK_SET, default=_CMYK)) != _CMYK:
        colours = _ink_names(key, samples - len(key.extrasamples))
    return colours if len(colours) <= samples else []


def _ink_names(key: tifffile.TiffPage, count: int) -> list[str]:
    """What other inks than those of CMYK are called, by the tag or their place."""
    text = key.tags.valueof(_INK_NAMES, default="")
    names = [name for name in str(text).split("\0") if name]
    return names if len(names) == count else [f"ink {number + 1}" for number in range(count)]


def _names(colours: list[str], extras: list[int]) -> list[str] | None:
    """A name for each sample; None where the tags say nothing about any."""
    if len(colours) < 2 and not any(extras):
        return None
    unknown = extras.count(0)
    names, number = list(colours), 0
    for extra in extras:
        number += extra == 0
        names.append(ALPHA if extra else "extra" if unknown == 1 else f"extra {number}")
    return names


def _gdal_names(key: tifffile.TiffPage, samples: int) -> list[str] | None:
    """What GDAL calls the bands; None where it does not name all of them."""
    text = key.tags.valueof(_GDAL_METADATA, default="")
    if not isinstance(text, str) or len(text) > _LONGEST_XML or "<!" in text:
        return None
    try:
        items = ElementTree.fromstring(text.strip("\0 ")).iter("Item")  # noqa: S314
    except ElementTree.ParseError:
        return None
    named = {item.get("sample"): item.text for item in items if item.get("role") == "description"}
    names = [named.get(str(number)) for number in range(samples)]
    return [str(name) for name in names] if all(names) else None


def _palette(key: tifffile.TiffPage) -> Attributes:
    """The colours that pixels number, of 8 bits; those of more than 256 are left out."""
    colours = key.colormap
    if colours is None or colours.ndim != 2 or len(colours) != 3 or colours.shape[1] > MOST_COLOURS:
        return {}
    # the tag's numbers have 16 bits; some writers fill in those of 8, as libtiff knows, too
    narrow = colours >> 8 if np.any(colours > 255) else colours
    return {"palette": narrow.T.astype("u1").tolist()}
