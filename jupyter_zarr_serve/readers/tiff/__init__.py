"""TIFF, BigTIFF, OME-TIFF, ImageJ hyperstacks and whatever else tifffile knows, by tifffile.

A file with one series of pages is an array, with several a group of them: "0", "1", ... A series with
more than one resolution is a group, too, "0" being the full one. Only the file itself is read: of
an OME-TIFF in several files, the planes in this one, its attributes naming the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import tifffile

from ...core.children import Children
from ...core.dtypes import Block
from ...core.errors import Unreadable, failures_named
from ...core.grid import Region, region_shape
from ...core.nodes import Array, Group, Node, Policy, make_array
from ...core.strided import read_strided
from ..files import open_at, size_of
from .gather import gather
from .guard import check_pages, failures_in, open_stream, other_files, parse_ome
from .metadata import (
    GDAL_NODATA,
    Attributes,
    axis_names,
    level_attributes,
    ome_images,
    series_attributes,
)  # fmt: skip
from .tiles import axes_of, chunk_shape_of, reader_of, squares, stored_run, stored_tiles

Made = Node | Unreadable
Description = tuple[ElementTree.Element | None, Mapping[str, Any] | None]  # by OME, by ImageJ


def read(path: Path, policy: Policy) -> Node:
    """The array or group of a TIFF file.

    Raises
    ------
    Unreadable
        If it is no TIFF, damaged, holds nothing that can be decoded, or claims what it does not hold.
    """
    with failures_in(path):
        made, attributes = _opened(path, policy)
    return _served(made[0]) if len(made) == 1 else _group(made, attributes)


def _opened(path: Path, policy: Policy) -> tuple[list[Made], Attributes]:
    """A node, or the reason why there is none, of each series; what holds for all of them."""
    with open_at(path) as read_at:
        check_pages(read_at, size_of(path))
    # _multifile and is_ndtiff: nothing but this file may be opened, whatever it names
    options: dict[str, Any] = {"name": path.name, "_multifile": False, "is_ndtiff": False}
    with open_stream(path) as stream, tifffile.TiffFile(stream, **options) as tif:
        ome = parse_ome(tif.ome_metadata) if tif.is_ome else None
        imagej = tif.imagej_metadata if tif.is_imagej else None
        series = list(tif.series)
        if not series:
            raise Unreadable("it holds no images; write it anew")
        others = other_files(ome, path.name) if ome is not None else []
        common = {"files_left_out": others} if others else {}
        images = ome_images(ome, [one.name for one in series])
        made = [
            _attempt(_series, one, common, (image, imagej), path=path, policy=policy)
            for one, image in zip(series, images, strict=True)
        ]
    return made, common


def _attempt(make: Callable[..., Node], *args: Any, path: Path, policy: Policy) -> Made:
    """What `make` makes, or why it cannot: one bad series or level leaves the others."""
    try:
        with failures_named(path.name), failures_in(path):
            return make(*args, path, policy)
    except Unreadable as error:
        return Unreadable(str(error))  # without the traceback, which would keep tifffile's file


def _group(made: Sequence[Made], attributes: Attributes, *, are_levels: bool = False) -> Group:
    """A group of numbered nodes; one that could not be made says why when it is asked for."""
    names = [str(number) for number in range(len(made))]
    levels = tuple(names) if are_levels else ()
    return Group(Children(names, lambda name: _served(made[int(name)])), attributes, levels=levels)


def _served(made: Made) -> Node:
    if isinstance(made, Unreadable):
        raise Unreadable(str(made))
    return made


def _series(
    series: tifffile.TiffPageSeries, common: Attributes, described: Description, path: Path, policy: Policy
) -> Node:
    attributes = common | series_attributes(series, *described)
    if len(series.levels) == 1:
        return _level(series, attributes, path, policy)
    levels = []
    for level in series.levels:
        scaled = level_attributes(attributes, _lengths(series), _lengths(level))
        levels.append(_attempt(_level, level, scaled, path=path, policy=policy))
    return _group(levels, attributes, are_levels=True)


def _lengths(series: tifffile.TiffPageSeries) -> Mapping[str, int]:
    return dict(zip(series.axes.lower(), series.shape, strict=True))


def _level(series: tifffile.TiffPageSeries, attributes: Attributes, path: Path, policy: Policy) -> Node:
    if 0 in series.shape:
        array = _empty(series, policy)
    elif series.dataoffset is not None and series.transform is None:
        array = _contiguous(series, path, policy)
    else:
        array = _paged(series, path, policy)
    fill = series.keyframe.nodata if GDAL_NODATA in series.keyframe.tags else None
    return replace(array, attributes=attributes, dimension_names=axis_names(series.axes), fill_value=fill)


def _empty(series: tifffile.TiffPageSeries, policy: Policy) -> Array:
    dtype = np.dtype(series.dtype)
    return make_array(series.shape, dtype, lambda region: np.empty(region_shape(region), dtype), policy)


def _contiguous(series: tifffile.TiffPageSeries, path: Path, policy: Policy) -> Array:
    """A series whose pixels lie one after another in the file."""
    offset, shape = int(series.dataoffset or 0), tuple(series.shape)
    dtype = np.dtype(series.dtype).newbyteorder(series.keyframe.parent.byteorder)
    end = offset + int(np.prod(shape, dtype=object)) * dtype.itemsize
    if end > size_of(path):
        raise Unreadable(
            f"its pixels should end at byte {end:,} but the file has {size_of(path):,}; "
            "it was truncated: copy it again, completely"
        )

    def read_region(region: Region) -> Block:
        with open_at(path) as read_at:
            return read_strided(read_at, offset, shape, dtype, region)

    chunks = squares(shape, series.axes, dtype.itemsize, policy)
    stored = stored_run(path, offset, shape, dtype, chunks)
    return make_array(shape, dtype, read_region, policy, chunk_shape=chunks, stored=stored)


def _paged(series: tifffile.TiffPageSeries, path: Path, policy: Policy) -> Array:
    """A series whose pages, tiles or strips are looked up and decoded one by one."""
    pages = gather(series, path, size_of(path), policy.limit_bytes)
    axes = axes_of(series.shape, len(pages.pages), pages.shape)
    chunks = chunk_shape_of(pages, axes, series.axes, policy)
    dtype, transform = np.dtype(series.dtype), series.transform
    region_of_pages = reader_of(pages, axes, chunks, transform)
    stored = {} if transform else stored_tiles(pages, axes, chunks)
    return make_array(series.shape, dtype, region_of_pages, policy, chunk_shape=chunks, stored=stored)
