"""Pillow's images: what their modes are as arrays, and what they say of themselves."""

from collections.abc import Mapping
from typing import Any

from PIL.Image import Image

from ..core.errors import Unreadable

_LONGEST_TEXT = 4096  # characters
_ORIENTATION = 0x0112  # of the EXIF tags

# mode -> dtype, channels; modes that are missing are converted to one of these or refused
_MODES: dict[str, tuple[str, tuple[str, ...]]] = {
    "1": ("?", ()),
    "L": ("u1", ()),
    "P": ("u1", ()),
    "LA": ("u1", ("L", "A")),
    "RGB": ("u1", ("R", "G", "B")),
    "RGBA": ("u1", ("R", "G", "B", "A")),
    "CMYK": ("u1", ("C", "M", "Y", "K")),
    "I;16": ("u2", ()),
    "I;16B": ("u2", ()),
    "I": ("i4", ()),
    "F": ("f4", ()),
}


def served_mode(image: Image, name: str) -> str:
    """The mode an image is converted to.

    Raises
    ------
    Unreadable
        If the mode has no equivalent.
    """
    mode = {"YCbCr": "RGB", "PA": "RGBA"}.get(image.mode, image.mode)
    if mode not in _MODES:
        raise Unreadable(f"{name}: images of mode {image.mode} are not served; convert it to RGB")
    return mode


def layout_of(image: Image, mode: str) -> tuple[str, tuple[int, ...], dict[str, Any]]:
    """The dtype, the shape and the attributes of an image that is served in a mode."""
    dtype, channels = _MODES[mode]
    if not channels:
        return dtype, (image.height, image.width), _attributes(image)
    shape = (image.height, image.width, len(channels))
    return dtype, shape, {**_attributes(image), "channel_names": list(channels)}


def _attributes(image: Image) -> dict[str, Any]:
    """What an image says of itself: its format, mode, palette, orientation, texts."""
    found: dict[str, Any] = {"mode": image.mode}
    if image.format:  # that of the file it came from
        found = {"format": image.format, **found}
    if image.mode == "P":
        found |= {"photometric": "palette", "palette": _palette(image)}
    elif "transparency" in image.info:  # the one gray or colour that is not to be seen
        found["transparent"] = image.info["transparency"]
    if "dpi" in image.info:
        found["dpi"] = [float(number) for number in image.info["dpi"]]
    if "exif" in image.info and _ORIENTATION in (exif := image.getexif()):
        found["orientation"] = int(exif[_ORIENTATION])
    if getattr(image, "n_frames", 1) > 1:
        found["frames"] = int(getattr(image, "n_frames", 1))
        found["frame"] = 0
    texts = _texts(image.info)
    return found | ({"text": texts} if texts else {})


def _palette(image: Image) -> list[list[int]]:
    """The colours of a palette, with their opacity where the file says it (PNG specification, 11.3.1)."""
    data = bytes(image.palette.palette) if image.palette else b""
    colours = [list(data[at : at + 3]) for at in range(0, len(data) - 2, 3)]
    opacity = image.info.get("transparency")
    if opacity is None:
        return colours
    if isinstance(opacity, int):
        opacity = b"\xff" * opacity + b"\0"
    opacity = opacity[: len(colours)].ljust(len(colours), b"\xff")
    return [[*colour, alpha] for colour, alpha in zip(colours, opacity, strict=True)]


def _texts(info: Mapping[Any, Any]) -> dict[str, str]:
    """What is written in the image: PNG's text chunks, a JPEG's comment."""
    comment = info.get("comment")
    texts = {"comment": comment.decode("utf-8", "replace")} if isinstance(comment, bytes) else {}
    texts |= {str(name): str(value) for name, value in info.items() if isinstance(value, str)}
    texts = {name: text.strip("\0 ") for name, text in texts.items() if not name.startswith("XML:")}
    return {name: text for name, text in texts.items() if len(text) <= _LONGEST_TEXT}
