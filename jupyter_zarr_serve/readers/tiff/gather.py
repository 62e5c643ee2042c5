"""Everything needed to read the pages of a TIFF series later, gathered while tifffile has the file open."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from ...core.dtypes import DType
from ...core.errors import Unreadable
from .codecs import check_codec
from .pages import Pages, Segments

_JPEGS = {6, 7, 34892, 33007}


def gather(series: tifffile.TiffPageSeries, path: Path, size: int, limit: int) -> Pages:
    """The pages of a series, to be read when tifffile's file is closed.

    Raises
    ------
    Unreadable
        If the pixels cannot be decoded, or one segment alone would exceed `limit` bytes.
    """
    key = series.keyframe
    if key.dtype is None:
        raise Unreadable(
            f"{key.bitspersample} bits of sample format {int(key.sampleformat)} are no known type of number"
        )
    check_codec(key)
    plain = bool(key.is_final) and not key.is_tiled
    segment = _segment_shape(key)
    raw = math.prod(segment) * key.dtype.itemsize
    if raw > limit and not plain:
        raise Unreadable(
            f"one of its tiles or strips takes {raw:,} bytes decoded, more than the {limit:,} allowed; "
            "store it in smaller tiles or raise c.ZarrServeApp.chunk_limit_bytes"
        )
    pages = Pages(
        path, size, limit, _pages(series), tuple(key.shaped), segment,
        dtype=key.dtype, stored=_stored_dtype(key), plain=plain, tiled=bool(key.is_tiled),
        compression=int(key.compression), nodata=key.nodata, decode=key.decode,
    )  # fmt: skip
    pages.check_first()
    return pages


def _segment_shape(key: tifffile.TiffPage) -> tuple[int, ...]:
    samples = key.shaped[4]
    if key.is_tiled:
        return (1, max(1, key.tiledepth), max(1, key.tilelength), max(1, key.tilewidth), samples)
    return (1, 1, max(1, key.rowsperstrip), max(1, key.imagewidth), samples)


def _stored_dtype(key: tifffile.TiffPage) -> DType | None:
    dtype: DType = np.dtype(key.dtype)
    packed = key.sampleformat == 5 or key.bitspersample != 8 * dtype.itemsize
    as_it_is = not packed and key.fillorder == 1 and key.predictor == 1
    return dtype.newbyteorder(key.parent.byteorder) if as_it_is else None


def _pages(series: tifffile.TiffPageSeries) -> list[Segments | None]:
    header = series.keyframe.jpegheader if series.keyframe.compression in _JPEGS else None
    jpeg = series.keyframe.compression in _JPEGS
    try:
        return [_page(page, jpeg, header) for page in series]
    except IndexError as error:
        raise Unreadable("it has fewer pages than its description claims; write it anew") from error


def _page(page: Any, jpeg: bool, header: bytes | None) -> Segments | None:
    if page is None or not len(page.dataoffsets):
        return None
    options = {"jpegtables": page.jpegtables, "jpegheader": header} if jpeg else {}
    return Segments(page.dataoffsets, page.databytecounts, options)
