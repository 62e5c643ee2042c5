"""Stored chunks are at hand as long as their files stay the same, and no longer."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from jupyter_zarr_serve.core.memory import Memory
from jupyter_zarr_serve.files import remembered, resident
from jupyter_zarr_serve.files.remembered import RepresentationCache
from jupyter_zarr_serve.files.validator import SameFile, same_file
from jupyter_zarr_serve.readers.files import stamp_of
from jupyter_zarr_serve.readers.zarr_store.places import LocalFiles
from jupyter_zarr_serve.serve.representation import Representation, answer, answer_at_hand
from jupyter_zarr_serve.serve.request import BINARY, Request, Response

Ask = Callable[..., Response | None]
LARGE = bytes(range(256)) * 400  # what is not remembered itself
in_memory = pytest.mark.skipif(not resident.CAN_TELL, reason="only Linux tells what is in memory")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "document").touch()
    file = tmp_path / "chunk"
    file.write_bytes(b"first")
    return file


@pytest.fixture
def ask(file: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setattr(remembered, "_SETTLED", -1.0)
    return asking(file, Memory(1 << 20))


def asking(file: Path, memory: Memory) -> Ask:
    """Asks for the file as for a chunk of a store; `at_hand`: only what needs no waiting."""
    document = file.with_name("document")
    validator = same_file(document, document, stamp_of(document))
    assert validator is not None
    if not validator.is_near:
        pytest.skip("the temporary folder is on no near file system")

    def make(spent: dict[str, float]):
        blob = LocalFiles(file.parent).blob(file.name)
        assert blob is not None
        return blob

    cache, asked = RepresentationCache(memory), Request(3, ())
    content = cache.put(asked, Representation("chunk", BINARY, make, validator=validator), 0)

    def ask(*, at_hand: bool = False, **kwargs: str) -> Response | None:
        request, known = Request(3, (), **kwargs), cache.get(asked) or content
        return answer_at_hand(known, request) if at_hand else answer(known, request)

    return ask


def test_what_was_read_is_at_hand(ask: Ask):
    assert ask(at_hand=True) is None
    first = ask()
    known = ask(at_hand=True)
    assert first is not None
    assert known is not None
    assert known.body == first.body == b"first"
    assert known.etag == first.etag
    part = ask(at_hand=True, byte_range="bytes=1-2")
    assert part is not None
    assert part.body == b"ir"


@in_memory
def test_a_large_chunk_is_read_at_once(ask: Ask, file: Path, monkeypatch: pytest.MonkeyPatch):
    file.write_bytes(LARGE)
    assert ask(at_hand=True) is None
    part = ask(byte_range="bytes=0-9")
    known = ask(at_hand=True)
    assert part is not None
    assert known is not None
    assert bytes(known.body) == LARGE
    assert known.etag == part.etag
    last = ask(at_hand=True, byte_range="bytes=-7")
    assert last is not None
    assert bytes(last.body) == LARGE[-7:]
    monkeypatch.setattr(remembered, "_AT_ONCE", len(LARGE) - 1)
    assert ask(at_hand=True) is None
    assert ask(at_hand=True, byte_range="bytes=5-") is not None


@in_memory
@pytest.mark.parametrize("preadv", [
    lambda *_: 0,
    lambda _, buffers, *__: len(buffers[0]) - 1,
    mock.Mock(side_effect=BlockingIOError),
    mock.Mock(side_effect=OSError(errno.EOPNOTSUPP, "not on this file system")),
], ids=["none of it", "not all of it", "it would wait", "it cannot tell"])  # fmt: skip
def test_what_is_only_on_a_disk_is_not_at_hand(ask: Ask, file: Path, preadv, monkeypatch):
    file.write_bytes(LARGE)
    first = ask()
    assert first is not None
    monkeypatch.setattr(os, "preadv", preadv)
    assert ask(at_hand=True) is None
    unchanged = ask(at_hand=True, if_none_match=first.etag)
    assert unchanged is not None
    assert unchanged.status == 304
    again = ask()
    assert again is not None
    assert again.body == LARGE


@in_memory
def test_a_file_that_changes_while_it_is_looked_at_is_not(ask: Ask, file: Path, monkeypatch):
    file.write_bytes(LARGE)
    ask()
    monkeypatch.setattr(SameFile, "__call__", lambda _: True)
    time.sleep(0.02)
    file.write_bytes(LARGE[::-1])
    assert ask(at_hand=True) is None
    file.unlink()
    assert ask(at_hand=True) is None


@pytest.mark.parametrize(
    "content", [b"first", pytest.param(LARGE, marks=in_memory)], ids=["small", "large"]
)
@pytest.mark.parametrize("change", ["in place", "replaced", "removed", "a link elsewhere"])
def test_what_has_changed_is_not(ask: Ask, file: Path, content: bytes, change: str):
    file.write_bytes(content)
    ask()
    assert ask(at_hand=True) is not None
    time.sleep(0.02)  # longer than a tick of the file system's clock
    other = file.with_name("other")
    other.write_bytes(b"other")
    if change == "in place":
        file.write_bytes(b"other")
    elif change == "replaced":
        other.replace(file)
    else:
        file.unlink()
        if change == "a link elsewhere":
            file.symlink_to(other)
    assert ask(at_hand=True) is None
    if change != "removed":
        again = ask()
        assert again is not None
        assert again.body == b"other"


def test_what_was_written_a_moment_ago_is_not(file: Path):
    ask = asking(file, Memory(1 << 20))
    ask()
    assert ask(at_hand=True) is None


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_what_was_not_read_whole_is_not(ask: Ask, method: str):
    ask(method=method, byte_range="bytes=0-1")
    assert ask(at_hand=True) is None


@pytest.mark.parametrize("limit", [0, 1024])
def test_memory_is_bounded(file: Path, limit: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remembered, "_SETTLED", -1.0)
    ask = asking(file, Memory(limit))
    ask()
    assert ask(at_hand=True) is None
