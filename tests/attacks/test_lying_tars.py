"""Tar files that are damaged, cut off or made to mislead are refused, whatever a header claims."""

import io
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zarr

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.errors import ServeError, Unreadable
from jupyter_zarr_serve.core.nodes import Array, Policy
from jupyter_zarr_serve.readers import open_file
from tests.nodes import read_all

BLOCK = 512
DATA = np.arange(3000, dtype="u1").reshape(30, 100)
END = b"\0" * (2 * BLOCK)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    zarr.create_array(tmp_path / "in", data=DATA, chunks=(10, 100), compressors=None, fill_value=7)
    with tarfile.open(tmp_path / "x.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(tmp_path / "in", ".")
    np.testing.assert_array_equal(read_all(opened(tmp_path / "x.tar")), DATA)
    return tmp_path / "x.tar"


def opened(path: Path) -> Array:
    node = open_file(path, Policy())
    assert isinstance(node, Array)
    return node


def header(name: str = "a", size: int = 0, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return bytearray(info.tobuf(tarfile.GNU_FORMAT))[:BLOCK]


def resized(block: bytes, field: bytes) -> bytes:
    """A header with other bytes for its size, and the checksum that fits them."""
    changed = bytearray(block)
    changed[124:136] = field.ljust(12, b"\0")
    changed[148:156] = b" " * 8
    changed[148:156] = b"%06o\0 " % sum(changed)
    return bytes(changed)


def padded(body: bytes) -> bytes:
    return body + b"\0" * (-len(body) % BLOCK)


def pax(*records: bytes) -> bytes:
    body = b"".join(records)
    return header("p", len(body), tarfile.XHDTYPE) + padded(body)


def refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "lie.tar"
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(Unreadable, match=reason):
        open_file(path, Policy())
    assert tracemalloc.get_traced_memory()[1] < 4_000_000 + 2 * min(len(content), 1 << 21)
    tracemalloc.stop()


def test_a_file_that_is_cut_off_anywhere_loses_no_chunk(sound: Path, tmp_path: Path):
    """An absent chunk would be taken for the fill value."""
    whole = sound.read_bytes()
    last = len(whole.rstrip(b"\0"))
    for length in [*range(0, last, 100), *range(0, last, BLOCK)]:
        (tmp_path / "cut.tar").write_bytes(whole[:length])
        with pytest.raises(Unreadable, match=r"cut.tar: (ends (before|within)|holds no)"):
            opened(tmp_path / "cut.tar")


def test_a_damaged_header_is_refused_wherever_it_is(sound: Path, tmp_path: Path):
    whole = sound.read_bytes()
    with tarfile.open(sound) as archive:
        places = [member.offset for member in archive]
    assert len(places) > 4
    for place in places:
        for at in (0, 124, 130, 150, 156, 300):
            damaged = bytearray(whole)
            damaged[place + at] ^= 0x11
            (tmp_path / "bad.tar").write_bytes(damaged)
            with pytest.raises(Unreadable, match=r"bad.tar: (no header|it is no tar file)"):
                opened(tmp_path / "bad.tar")


LIES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a member larger than the file": (lambda: header(size=1 << 40) + END, "ends within a member"),
    "a size below 0": (lambda: resized(header(), b"\xff" * 12) + END, "ends within a member"),
    "a size that leads back": (
        lambda: header("b") + resized(header(), (-1024 % 256**12).to_bytes(12, "big")) + END,
        "ends within a member",
    ),
    "a size of 88 bits": (lambda: resized(header(), b"\x80" + b"\xff" * 11) + END, "ends within a member"),
    "a name larger than the file": (
        lambda: header(size=1 << 34, kind=tarfile.GNUTYPE_LONGNAME) + END,
        "ends within a member",
    ),
    "a name of megabytes": (
        lambda: header(size=1 << 21, kind=tarfile.GNUTYPE_LONGNAME) + b"a" * (1 << 21) + header() + END,
        "the headers of its members take more",
    ),
    "a pax header of megabytes": (
        lambda: header(size=1 << 21, kind=tarfile.XHDTYPE) + b"\0" * (1 << 21) + header() + END,
        "the headers of its members take more",
    ),
    "a pax size that is none": (lambda: pax(b"11 size=-5\n") + header() + END, "a member of '-5' bytes"),
    "a pax size of many digits": (
        lambda: pax(b"5008 size=" + b"9" * 4997 + b"\n") + header() + END,
        "a member of '999",
    ),
    "a pax size beyond the end": (
        lambda: pax(b"16 size=9999999\n") + header() + END,
        "ends within a member",
    ),
    "a pax record longer than its header": (lambda: pax(b"99 path=a\n") + header() + END, "no sound form"),
    "a pax record of no length": (lambda: pax(b"0 path=a\n") + header() + END, "no sound form"),
    "a pax record of a huge length": (
        lambda: pax(b"9" * 19 + b" path=a\n") + header() + END,
        "no sound form",
    ),
    "only headers that tell of a next one": (
        lambda: header("p", 4, tarfile.GNUTYPE_LONGNAME) + padded(b"a\0"),
        "ends before the mark of its end",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_a_header_claims_is_checked(tmp_path: Path, lie: str):
    make, reason = LIES[lie]
    refused(tmp_path, make(), f"lie.tar: .*{reason}" if "sound" not in reason else reason)


def test_the_map_of_a_sparse_member_ends_with_the_file(tmp_path: Path):
    block = bytearray(header("s", 0, tarfile.GNUTYPE_SPARSE))
    block[482] = 1
    further = bytearray(BLOCK)
    further[504] = 1
    refused(tmp_path, resized(bytes(block), b"0" * 11) + bytes(further) * 50, "ends within a member")


def test_headers_are_counted(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(limits, "TAR_HEADERS", 100)
    long = header("p", 4, tarfile.GNUTYPE_LONGNAME) + padded(b"a\0")
    for content in (header() * 101, long * 51, pax(b"9 path=a\n") * 51):
        refused(tmp_path, content + END, "the headers of its members take more than the 100 blocks")


def test_names_are_bounded_together(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(limits, "DIRECTORY", 1 << 16)
    name = b"a/" * 15_000 + b"b"
    one = header("p", len(name), tarfile.GNUTYPE_LONGNAME) + padded(name) + header()
    refused(tmp_path, one * 3 + END, "its names take more")


def test_thousands_of_headers_before_one_member_are_no_recursion(tmp_path: Path):
    document = (b'{"zarr_format": 3, "node_type": "group"}',)
    long = header("p", 10, tarfile.GNUTYPE_LONGNAME) + padded(b"zarr.json\0")
    (tmp_path / "x.tar").write_bytes(
        long * 5000 + header("a", len(document[0])) + padded(document[0]) + END
    )
    assert dict(open_file(tmp_path / "x.tar", Policy()).children) == {}


def test_a_global_header_renames_nothing(tmp_path: Path, sound: Path):
    body = b"17 path=elsewhere\n"
    told = header("g", len(body), tarfile.XGLTYPE) + padded(b"18" + body[2:])
    (tmp_path / "x.tar").write_bytes(told + sound.read_bytes())
    np.testing.assert_array_equal(read_all(opened(tmp_path / "x.tar")), DATA)


def test_random_bytes_are_refused_or_read(tmp_path: Path, sound: Path):
    """Whatever is damaged, an answer is the data, or an honest failure; data have no checksum in a tar."""
    whole, chance = sound.read_bytes(), np.random.default_rng(5)
    with tarfile.open(sound) as archive:
        document = archive.getmember("./zarr.json")
    for _ in range(300):
        damaged = bytearray(whole)
        at = chance.integers(len(whole))
        if document.offset_data <= at < document.offset_data + document.size:
            continue
        damaged[at] ^= int(1 << chance.integers(8))
        (tmp_path / "bad.tar").write_bytes(damaged)
        try:
            found = read_all(opened(tmp_path / "bad.tar"))
        except ServeError:
            continue
        assert np.count_nonzero(found != DATA) <= 1


def test_a_member_that_vanishes_is_no_fill_value(sound: Path):
    node = opened(sound)
    sound.write_bytes(sound.read_bytes()[: 4 * BLOCK])
    with pytest.raises(ServeError, match="ends before"):
        read_all(node)


def test_archives_beside_each_other_are_no_place_to_leave(tmp_path: Path):
    """A link to a file of this machine is never followed."""
    secret = tmp_path / "secret"
    secret.write_text("token")
    zarr.create_array(tmp_path / "in", data=DATA, chunks=(30, 100), compressors=None)
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(tmp_path / "in/zarr.json", "zarr.json")
        for name, kind in (("c/0/0", tarfile.SYMTYPE), ("c/0/1", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(secret)
            archive.addfile(info, io.BytesIO())
    node = opened(tmp_path / "x.tar")
    with pytest.raises(Unreadable, match="c/0/0 is a link"):
        read_all(node)
