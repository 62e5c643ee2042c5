"""What is checked before tifffile sees a file: tifffile trusts counts that a file only claims.

It follows a list of pages that leads back to itself for ever, ends silently where a truncated file
does, allocates as many planes as OME-XML claims, and opens the files that OME-XML names.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

from ...core import limits
from ...core.errors import Unreadable
from ...core.strided import ReadAt
from ..files import open_binary

_MAX_PLANES = 1 << 20
_MAX_TAGS = 4096
_TABLE = 1 << 10  # bytes read at once; between the tables of tags lie the pixels, which nobody wants yet

_TYPE_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}

# version -> size of an offset, where the first one lies, format of the tag count, size of a tag
_CLASSIC, _BIG = (4, 4, "H", 12), (8, 8, "Q", 20)


class Stream(io.BufferedReader):
    """A file without a descriptor, so that tifffile has no folder to look for siblings in."""

    def fileno(self) -> NoReturn:
        """Refuse; see the class."""
        raise io.UnsupportedOperation("fileno")


def open_stream(path: Path) -> Stream:
    """Open a file for tifffile.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    return Stream(open_binary(path), _TABLE)


@contextmanager
def failures_in(path: Path) -> Iterator[None]:
    """Put a file's name before whatever is wrong with it.

    Raises
    ------
    Unreadable
        In place of another one.
    """
    try:
        yield
    except Unreadable as error:
        raise Unreadable(f"{path.name}: {error}") from error


def check_pages(read_at: ReadAt, size: int) -> None:
    """Walk the list of pages (IFDs) once.

    Raises
    ------
    Unreadable
        If it is no TIFF, or the list leaves the file, leads back to itself or is endless.

    References
    ----------
    TIFF 6.0, section 2; BigTIFF, https://www.awaresystems.be/imaging/tiff/bigtiff.html
    """
    if size < 16:
        raise Unreadable("it is too short for a TIFF; copy it again, completely")
    header = read_at(0, 16)
    order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if order is None:
        raise Unreadable(f"it is no TIFF: it begins with {header[:4]!r}")
    width, first, counter, tag = _BIG if struct.unpack_from(order + "H", header, 2)[0] == 43 else _CLASSIC
    pointer, count = struct.Struct(order + {4: "I", 8: "Q"}[width]), struct.Struct(order + counter)
    (offset,) = pointer.unpack_from(header, first)
    seen: set[int] = set()
    while offset:
        _check_page(offset, size, seen)
        (tags,) = count.unpack(read_at(offset, count.size))
        end = offset + count.size + tags * tag
        if tags > _MAX_TAGS or end + width > size:
            raise Unreadable(
                f"page {len(seen) - 1} is truncated or corrupt; copy the file again, completely"
            )
        _check_tags(read_at(offset + count.size, tags * tag), order, tag, size)
        (offset,) = pointer.unpack(read_at(end, width))


def _check_tags(data: bytes, order: str, tag: int, size: int) -> None:
    """Refuse tags whose values take more bytes than the file has: tifffile makes room for them first."""
    total = 0
    for at in range(0, len(data), tag):
        code, kind, count = struct.unpack_from(order + ("HHI" if tag == _CLASSIC[3] else "HHQ"), data, at)
        total += count * _TYPE_SIZES.get(kind, 1)
        if count * _TYPE_SIZES.get(kind, 1) > size:
            raise Unreadable(
                f"its tag {code} claims {count:,} values, which the file cannot hold; write it anew"
            )
    if total > max(limits.TAGS, size):
        raise Unreadable(f"the tags of a page claim {total:,} bytes; no more than {limits.TAGS:,} are read")


def _check_page(offset: int, size: int, seen: set[int]) -> None:
    if offset in seen:
        raise Unreadable(f"the list of pages leads back to itself at byte {offset:,}; write the file anew")
    if offset + 8 > size:
        raise Unreadable(
            f"page {len(seen)} should lie at byte {offset:,} but the file has {size:,}; "
            "it was truncated: copy it again, completely"
        )
    if len(seen) == limits.PAGES:
        raise Unreadable(f"it has more than {limits.PAGES:,} pages; split it or store it as Zarr")
    seen.add(offset)


def parse_ome(xml: str | None) -> ElementTree.Element | None:
    """The root of OME-XML; None where there is none or it is malformed (tifffile ignores it, too).

    Raises
    ------
    Unreadable
        If the XML is too large, defines entities, or claims absurdly many planes.
    """
    if xml is None:
        return None
    if len(xml) > limits.XML or "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        raise Unreadable(
            f"its OME-XML is longer than {limits.XML:,} characters or defines entities; shorten it"
        )
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314
    except ElementTree.ParseError:
        return None
    for pixels in elements(root, "Pixels"):
        _check_planes(pixels)
    return root


def elements(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """All elements of a local name, whatever the version of their namespace."""
    return [element for element in root.iter() if str(element.tag).rpartition("}")[2] == name]


def _check_planes(pixels: ElementTree.Element) -> None:
    planes = 1
    for axis in "ZCT":
        planes *= max(1, int(pixels.get(f"Size{axis}", 1)))
    claims = [planes]
    for data in elements(pixels, "TiffData"):
        claims += [int(value) for value in data.attrib.values()]
    if max(claims) > _MAX_PLANES or min(claims) < 0:
        raise Unreadable(
            f"its OME-XML claims {max(claims):,} planes; no more than {_MAX_PLANES:,} are read"
        )


def other_files(root: ElementTree.Element, name: str) -> list[str]:
    """The names of files, other than the one called `name`, in which OME-XML places planes."""
    own = root.get("UUID")
    foreign = [uuid for uuid in elements(root, "UUID") if uuid.text != own or own is None]
    return sorted({uuid.get("FileName", "") for uuid in foreign} - {name, ""})
