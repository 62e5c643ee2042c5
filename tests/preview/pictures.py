"""Pixels of a PNG file, by Pillow."""

import io
from typing import Any

import numpy as np
from PIL import Image


def pixels_of(data: bytes) -> np.ndarray[Any, Any]:
    """The pixels as (y, x, channel)."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        pixels = np.asarray(image)
    return pixels if pixels.ndim == 3 else pixels[..., None]
