"""What the bands of a picture are, as the source says: colours, opacity or data of their own.

The attributes say so: ``channel_names`` (a last "A" is opacity), ``photometric`` and ``extra_samples``
(as TIFF has them), ``palette`` (the colours that the elements number), and ``bits_per_sample`` (where a
sample has fewer bits than its dtype). Where none does, a last axis
of three or four small integers is drawn as red, green and blue; that decides how it looks, and never
what is served. Inks, and numbers whose 0 is white, are served as they are, and drawn as they look.
"""

import numpy as np

from ..core.chunks import seen_through
from ..core.dtypes import Block
from ..core.grid import Region
from ..core.nodes import Array

RGB = ["R", "G", "B"]
INKS = ["C", "M", "Y", "K"]
ALPHA = "A"
MOST_COLOURS = 256  # of a palette that is an attribute

BAND_AXES = (
    "c", "channel", "channels", "ch", "band", "bands", "s", "sample", "samples", "rgb", "rgba",
)  # fmt: skip


def band_names(array: Array) -> list[str]:
    """What the source calls the bands; empty where it does not."""
    names = array.attributes.get("channel_names")
    return [str(name) for name in names] if isinstance(names, list | tuple) else []


def has_bands_last(array: Array) -> bool:
    """Whether the last axis of an array holds the bands of pixels."""
    if len(array.shape) < 3:
        return False
    name = array.dimension_names[-1] if array.dimension_names is not None else None
    if name is not None:
        return name.lower() in BAND_AXES
    return len(band_names(array)) == array.shape[-1] or _is_colour(array)


def is_colour(array: Array) -> bool:
    """Whether the last axis holds the colours of pixels, red, green and blue first."""
    return has_bands_last(array) and _is_colour(array)


def _is_colour(array: Array) -> bool:
    return array.dtype.str[1:] in ("u1", "u2") and are_colours(array, array.shape[-1])


def are_colours(array: Array, count: int) -> bool:
    """Whether an axis of `count` bands begins with red, green and blue."""
    names, photometric = band_names(array), array.attributes.get("photometric")
    if photometric == "rgb":
        return count >= len(RGB)
    if names:
        return len(names) == count and names[: len(RGB)] == RGB
    return count in (3, 4) and photometric is None


def has_alpha(array: Array) -> bool:
    """Whether the last of the bands, which vary fastest, is said to be opacity."""
    names, extra = band_names(array), array.attributes.get("extra_samples")
    if isinstance(extra, list) and extra:
        return str(extra[-1]).endswith("alpha")
    return len(names) == array.shape[-1] and names[-1] == ALPHA


def greatest(array: Array) -> int:
    """The greatest number that a sample can be, by the bits that the source tells of, or by its dtype."""
    bits, held = array.attributes.get("bits_per_sample"), 8 * array.dtype.itemsize
    if array.dtype.kind == "u" and isinstance(bits, int | np.integer) and not isinstance(bits, bool):
        held = min(held, int(bits)) if bits > 0 else held
        return (1 << held) - 1
    return int(np.iinfo(array.dtype).max)


def extras_of(array: Array) -> int:
    """How many of the last bands the source says to be no colour."""
    extra = array.attributes.get("extra_samples")
    return len(extra) if isinstance(extra, list | tuple) else 0


def is_inverted(array: Array) -> bool:
    """Whether 0 is white and the greatest number black, in all bands but the extra ones."""
    return array.attributes.get("photometric") == "miniswhite" and array.dtype.kind in "biuf"


def are_inks(array: Array, count: int) -> bool:
    """Whether an axis of `count` bands begins with cyan, magenta, yellow and black, as inks on paper."""
    names = band_names(array)
    is_whole = array.dtype.str[1:] in ("u1", "u2")  # of other numbers nobody says how much is all
    return is_whole and len(names) == count and names[: len(INKS)] == INKS


def in_colours(array: Array) -> Array:
    """The colours that an array's elements number, on a further axis; itself if it has no palette."""
    table = _palette(array)
    if table is None:
        return array
    count = table.shape[1]
    names = array.dimension_names or (None,) * len(array.shape)
    of_numbers = ("palette", "axes", "bits_per_sample")
    kept = {name: value for name, value in array.attributes.items() if name not in of_numbers}

    def colours(numbers: Block, region: Region) -> Block:
        found: Block = table[:, region[-1]][numbers.astype("u1", copy=False)]
        return found

    return seen_through(
        array, colours, lambda region: region[:-1],
        shape=(*array.shape, count),
        dtype=np.dtype("u1"),
        chunk_shape=(*array.chunk_shape, count),
        fill_value=None,
        dimension_names=(*names, "c"),
        attributes={**kept, "channel_names": [*RGB, ALPHA][:count]},
    )  # fmt: skip


def _palette(array: Array) -> Block | None:
    """The colours of an array that has a sound palette: a row of uint8 for each value of its dtype."""
    rows = array.attributes.get("palette")
    is_index = array.dtype.str[1:] in ("u1", "b1") and len(array.shape) >= 2
    if not is_index or not isinstance(rows, list | tuple) or not 0 < len(rows) <= MOST_COLOURS:
        return None
    widths = {len(row) if isinstance(row, list | tuple) else 0 for row in rows}
    numbers = [number for row in rows if isinstance(row, list | tuple) for number in row]
    is_sound = all(type(number) is int and 0 <= number <= 255 for number in numbers)
    if not (is_sound and len(widths) == 1 and widths <= {3, 4}):
        return None
    table = np.zeros((MOST_COLOURS, widths.pop()), "u1")
    table[: len(rows)] = rows
    return table
