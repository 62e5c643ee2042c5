"""What is remembered is answered as what is not, and what is remembered is bounded."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.core.memory import Memory
from jupyter_zarr_serve.files import remembered as module
from jupyter_zarr_serve.files.remembered import RepresentationCache
from jupyter_zarr_serve.files.tree import Settings, root_of
from jupyter_zarr_serve.files.validator import SameFile, same_file
from jupyter_zarr_serve.serve.representation import Representation, blob_of
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.files.in_threads import LocalSource
from jupyter_zarr_serve.sources.send_budget import SendBudget

PATHS = {
    2: ["a.npy/.zarray", "a.npy/.zattrs", "a.npy/0.0", "a.h5/.zmetadata", "a.h5/x/0"],
    3: [
        "a.npy/zarr.json",
        "a.npy/c/0/0",
        "a.npy/c/0/0/",
        "a.h5/zarr.json",
        "a.h5/x/zarr.json",
        "a.h5/x/c/0",
    ],
}
KINDS: list[dict[str, Any]] = [
    {},
    {"method": "HEAD"},
    *({"if_none_match": tag} for tag in ("ETAG", 'W/ETAG, "b"', '"b"', "*")),
    *({"if_none_match": tag, "method": "HEAD"} for tag in ("ETAG", '"b"', "*")),
    *(
        {"byte_range": f"bytes={part}"}
        for part in ("2-5", "-3", "7-", "0-", "99999999-", "-0", "5-2", "0-1,3-4")
    ),
    *({"byte_range": "bytes=2-5", "if_range": tag} for tag in ("ETAG", '"b"')),
    {"byte_range": "bytes=2-5", "if_none_match": "ETAG"},
    {"byte_range": "bytes=99999999-", "method": "HEAD"},
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    values = np.random.default_rng(0).random((16, 16))
    np.save(tmp_path / "a.npy", values)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=values.ravel(), chunks=(256,), compression="gzip")
        file.attrs["units"] = "m"
    return tmp_path


@pytest.fixture
def source(root: Path) -> Iterator[Callable[[], LocalSource]]:
    made: list[LocalSource] = []

    def source() -> LocalSource:
        tree = root_of(Settings(root))
        made.append(LocalSource(tree, workers=1, memory=Memory(1 << 20), budget=SendBudget()))
        return made[-1]

    yield source
    for one in made:
        one.close()


def known(response: Response) -> Response:
    """A response but for how long it took."""
    return replace(response, spent={}, body=bytes(response.body))


@pytest.mark.parametrize("view", ["", "portable"])
def test_what_is_remembered_is_answered_alike(source, zarr_format, view):
    async def act() -> None:
        warm = source()
        at_once = 0
        for path in PATHS[zarr_format]:
            request = Request(zarr_format, ("files", *path.split("/")), view=view)
            first = await response_of(source(), request)
            assert first.status == 200
            await response_of(warm, request)
            for kind in KINDS:
                asked = replace(
                    request, **{k: v.replace("ETAG", first.etag or "") for k, v in kind.items()}
                )
                cold, now = await response_of(source(), asked), warm.ask(asked)
                at_once += isinstance(now, Response)
                assert known(now if isinstance(now, Response) else await now) == known(cold)
        most = len(KINDS) * len(PATHS[zarr_format])
        assert at_once > most * 0.7 if sys.platform == "linux" else at_once == 0

    asyncio.run(act())


def content(validator: Any, size: int = 0) -> Representation:
    """A document of so many bytes, or a chunk."""
    media_type = "application/json" if size else "application/octet-stream"
    blob = blob_of(bytes(size))
    return Representation("x", media_type, lambda _: blob, '"e"', lambda: blob, validator)


class Validator:
    """Says what it is told to say."""

    is_near = True
    is_fresh = True

    def __call__(self) -> bool:
        return self.is_fresh


def request(*path: Any) -> Request:
    return Request(3, tuple(map(str, path)))


def test_the_least_recently_used_are_forgotten_first():
    contents, validator = RepresentationCache(Memory(100_000)), Validator()
    for n in range(9):
        contents.put(request(n), content(validator, 8_000))
    for n in range(0, 9, 2):
        assert contents.get(request(n)) is not None
    contents.put(request(9), content(validator, 8_000))
    contents.put(request(10), content(validator, 8_000))
    assert [n for n in range(11) if contents.get(request(n)) is None] == [1, 3]


def test_what_is_too_large_is_not_remembered():
    contents = RepresentationCache(Memory(100_000))
    contents.put(request(0), content(Validator(), 24_000))
    assert contents.get(request(0)) is None


def test_few_files_are_kept_open():
    contents = RepresentationCache(Memory(1 << 30))
    for n in range(module._FILES + 5):
        validator = Validator()
        for chunk in range(3):
            contents.put(request(n, chunk), content(validator))
    assert contents._open is not None
    assert len(contents._open.keys) == module._FILES
    assert contents.get(request(4, 0)) is None
    assert contents.get(request(5, 2)) is not None
    assert len(contents._known) == module._FILES * 3


def test_what_is_forgotten_counts_no_more():
    contents, validator = RepresentationCache(Memory(1 << 20)), Validator()
    for _ in range(3):
        for n in range(4):
            contents.put(request(n), content(validator, n * 100))
    validator.is_fresh = False
    assert all(contents.get(request(n)) is None for n in range(4))
    assert (contents._known.bytes, len(contents._known)) == (0, 0)


def test_what_is_noted_of_an_open_file_is_no_more_than_what_is_remembered_of_it():
    contents, validator = RepresentationCache(Memory(20_000)), Validator()
    for n in range(5000):
        contents.put(request(n), content(validator))
    assert contents._open is not None
    assert len(contents._open.keys[validator]) < 2 * module._FILES


def test_what_is_remembered_goes_with_who_remembers_it():
    memory = Memory(1 << 20)
    contents = RepresentationCache(memory)
    contents.put(request(0), content(Validator()))
    assert memory.bytes > 0
    del contents
    assert memory.bytes == 0


def test_what_is_far_is_not_asked_for_at_once():
    contents, validator = RepresentationCache(Memory(1 << 20)), Validator()
    validator.is_near = False
    contents.put(request(0), content(validator, 1))
    assert contents.get(request(0), near=True) is None
    assert contents.get(request(0)) is not None


def test_a_crawl_leaves_few_files_open(root, source):
    async def act() -> None:
        crawled = source()
        for n in range(module._FILES + 50):
            name = f"{n}.h5"
            os.link(root / "a.h5", root / name)
        for n in range(module._FILES + 50):
            response = await response_of(crawled, Request(3, ("files", f"{n}.h5", "x", "c", "0")))
            assert response.status == 200
        assert len(crawled._tree._contents._open.keys) <= module._FILES

    asyncio.run(act())


def test_what_fails_far_away_is_an_answer(tmp_path):
    class Far:
        name = "far"
        path = "far"

        class fs:  # noqa: N801
            @staticmethod
            def ukey(path: str) -> str:
                raise RuntimeError("no route")

    validator: Any = same_file(Far(), Far(), "stamp")  # type: ignore[arg-type]
    assert isinstance(validator, SameFile)
    source = LocalSource(SimpleNamespace(), workers=1, memory=Memory(1 << 20), budget=SendBudget())  # type: ignore[arg-type]
    source._tree._contents.put(request(0), content(validator, 1))
    answer = asyncio.run(response_of(source, request(0)))
    source.close()
    assert answer.status in {422, 503}
    assert b"far" in answer.body
