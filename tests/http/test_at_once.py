"""Nothing stale is served, however often it was read before: whatever happens to a file or a folder."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import requests

from tests.server import Server

OFTEN = 4
FIRST, SECOND = np.arange(64.0).reshape(8, 8), np.arange(64.0).reshape(8, 8) + 100
KEYS = {2: (".zarray", "0.0"), 3: ("zarr.json", "c/0/0")}


@dataclass(frozen=True)
class Place:
    """A folder ``above/folder`` below the served one, with arrays in it; and one outside."""

    above: Path
    outside: Path

    @property
    def folder(self) -> Path:
        return self.above / "folder"

    @property
    def file(self) -> Path:
        return self.folder / "a.npy"


@pytest.fixture
def place(served_dir: Path, tmp_path: Path) -> Place:
    place = Place(served_dir / tmp_path.name, tmp_path / "outside")
    for folder, values in (
        (place.folder, FIRST),
        (place.above / "elsewhere", SECOND),
        (place.outside, SECOND),
    ):
        folder.mkdir(parents=True)
        np.save(folder / "a.npy", values)
    np.save(place.folder / "other.npy", SECOND)
    return place


class Asked:
    """One array, asked for by every kind of request."""

    def __init__(self, server: Server, zarr_format: int, path: str) -> None:
        self.server, self.zarr_format, self.path = server, zarr_format, path
        self.document, self.chunk = (f"zarr/v{zarr_format}/files/{path}/{key}" for key in KEYS[zarr_format])
        self.etags = {url: server.get(url).headers["ETag"] for url in (self.document, self.chunk)}
        for _ in range(OFTEN):
            for url in self.etags:
                assert self.codes(url) == [200, 200, 304, 304, 206, 206, 206, 416]

    def answers(self, url: str) -> list[requests.Response]:
        etag = self.etags[url]
        kinds = [
            ("GET", {}),
            ("HEAD", {}),
            ("GET", {"If-None-Match": etag}),
            ("HEAD", {"If-None-Match": etag}),
            ("GET", {"Range": "bytes=2-9"}),
            ("GET", {"Range": "bytes=-4"}),
            ("GET", {"Range": "bytes=2-9", "If-Range": etag}),
            ("GET", {"Range": "bytes=99999999-"}),
        ]
        return [self.server.get(url, method, headers=headers) for method, headers in kinds]

    def codes(self, url: str) -> list[int]:
        return [answer.status_code for answer in self.answers(url)]

    def refused(self) -> set[int]:
        """The statuses of all answers."""
        return {code for url in self.etags for code in self.codes(url)}

    def values(self) -> list[list[float]]:
        values: list[list[float]] = self.server.open(self.zarr_format, f"files/{self.path}")[:].tolist()
        return values


@pytest.fixture
def asked(server: Server, place: Place, zarr_format: int) -> Asked:
    return Asked(server, zarr_format, f"{place.above.name}/folder/a.npy")


def rewritten(place: Place) -> None:
    """As large as before, at the same time as before by all that a program can set."""
    before = place.file.stat()
    deadline = time.monotonic() + 10
    while place.file.stat().st_ctime_ns == before.st_ctime_ns:  # coarse on some systems
        assert time.monotonic() < deadline
        with place.file.open("r+b") as file:
            file.seek(-SECOND.nbytes, os.SEEK_END)
            file.write(SECOND.tobytes())
        os.utime(place.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = place.file.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def replaced(place: Place) -> None:
    before = place.file.stat()
    os.utime(place.folder / "other.npy", ns=(before.st_atime_ns, before.st_mtime_ns))
    (place.folder / "other.npy").replace(place.file)


def linked_to_another(place: Place) -> None:
    place.file.unlink()
    place.file.symlink_to(place.folder / "other.npy")


def folder_linked_to_another(place: Place) -> None:
    place.folder.rename(place.above / "before")
    place.folder.symlink_to(place.above / "elsewhere")


def folder_exchanged(place: Place) -> None:
    place.folder.rename(place.above / "before")
    (place.above / "elsewhere").rename(place.folder)


CHANGES = [rewritten, replaced, linked_to_another, folder_linked_to_another, folder_exchanged]


@pytest.mark.parametrize("change", CHANGES)
def test_other_values_are_seen_at_once(place: Place, asked: Asked, change: Callable[[Place], None]):
    assert asked.values() == FIRST.tolist()
    old = asked.server.get(asked.chunk)
    change(place)
    assert asked.codes(asked.chunk) == [200, 200, 200, 200, 206, 206, 200, 416]
    new = asked.server.get(asked.chunk)
    assert new.content != old.content
    assert new.headers["ETag"] != old.headers["ETag"]
    assert asked.values() == SECOND.tolist()


def test_another_shape_is_seen_at_once(place: Place, asked: Asked):
    np.save(place.folder / "other.npy", SECOND[:3])
    replaced(place)
    assert asked.codes(asked.document) == [200, 200, 200, 200, 206, 206, 200, 416]
    assert asked.server.get(asked.document).json()["shape"] == [3, 8]
    assert asked.values() == SECOND[:3].tolist()


def linked_outside(place: Place) -> None:
    place.file.unlink()
    place.file.symlink_to(place.outside / "a.npy")


def moved_outside(place: Place) -> None:
    place.file.rename(place.outside / "a.npy")
    place.file.symlink_to(place.outside / "a.npy")


def folder_moved_outside(place: Place) -> None:
    place.folder.rename(place.outside / "folder")
    place.folder.symlink_to(place.outside / "folder")


def folder_above_moved_outside(place: Place) -> None:
    place.above.rename(place.outside / "above")
    place.above.symlink_to(place.outside / "above")


LEADING_OUTSIDE = [linked_outside, moved_outside, folder_moved_outside, folder_above_moved_outside]


@pytest.mark.parametrize("change", LEADING_OUTSIDE)
def test_what_leads_outside_now_is_refused_at_once(
    place: Place, asked: Asked, change: Callable[[Place], None]
):
    change(place)
    assert asked.refused() == {403}


def deleted(place: Place) -> None:
    place.file.unlink()


def hidden(place: Place) -> None:
    place.file.rename(place.folder / ".a.npy")
    place.file.symlink_to(place.folder / ".a.npy")


def folder_hidden(place: Place) -> None:
    place.folder.rename(place.above / ".folder")
    place.folder.symlink_to(place.above / ".folder")


def folder_renamed(place: Place) -> None:
    place.folder.rename(place.above / "renamed")


def made_a_pipe(place: Place) -> None:
    place.file.unlink()
    os.mkfifo(place.file)


@pytest.mark.parametrize("change", [deleted, hidden, folder_hidden, folder_renamed, made_a_pipe])
def test_what_is_gone_or_hidden_does_not_exist_at_once(
    place: Place, asked: Asked, change: Callable[[Place], None]
):
    change(place)
    assert asked.refused() == {404, 409}
    assert set(asked.codes(asked.chunk)) == {409}, "it would be read as the fill value"


def truncated(place: Place) -> None:
    os.truncate(place.file, 60)


def emptied(place: Place) -> None:
    os.truncate(place.file, 0)


def overwritten_by_nonsense(place: Place) -> None:
    place.file.write_bytes(b"x" * place.file.stat().st_size)


@pytest.mark.parametrize("change", [truncated, emptied, overwritten_by_nonsense])
def test_what_cannot_be_read_any_more_is_an_error_at_once(
    place: Place, asked: Asked, change: Callable[[Place], None]
):
    change(place)
    assert asked.refused() == {422}


def test_a_link_that_is_changed_is_followed_at_once(server: Server, place: Place, zarr_format: int):
    latest = place.above / "latest"
    latest.symlink_to(place.folder)
    asked = Asked(server, zarr_format, f"{place.above.name}/latest/a.npy")
    assert asked.values() == FIRST.tolist()
    latest.unlink()
    latest.symlink_to(place.above / "elsewhere")
    assert asked.codes(asked.chunk) == [200, 200, 200, 200, 206, 206, 200, 416]
    assert asked.values() == SECOND.tolist()
    latest.unlink()
    latest.symlink_to(place.outside)
    assert asked.refused() == {403}


def test_a_file_that_comes_back_is_served_again(place: Place, asked: Asked):
    place.file.rename(place.above / "aside.npy")
    assert asked.refused() == {404, 409}
    assert set(asked.codes(asked.chunk)) == {409}, "it would be read as the fill value"
    (place.above / "aside.npy").rename(place.file)
    assert asked.values() == FIRST.tolist()


def test_a_view_is_never_taken_for_the_data_themselves(server: Server, place: Place, zarr_format: int):
    np.save(place.folder / "times.npy", np.arange(8).astype("M8[s]"))
    plain, portable = (
        f"zarr/v{zarr_format}/{view}files/{place.above.name}/folder/times.npy/"
        for view in ("", "portable/")
    )
    for key in (KEYS[zarr_format][0], {2: "0", 3: "c/0"}[zarr_format]):
        cold = [server.get(f"{base}{key}") for base in (plain, portable)]
        for _ in range(OFTEN):
            warm = [server.get(f"{base}{key}") for base in (plain, portable)]
            assert [a.content for a in warm] == [a.content for a in cold]
            assert [a.headers["ETag"] for a in warm] == [a.headers["ETag"] for a in cold]
        assert cold[0].headers["ETag"] != cold[1].headers["ETag"]
