"""Following files and folders: by their status, and by their metadata once that is another one.

A status call costs microseconds and works on every file system, one behind a network included; so all that
is followed is looked at by one thread, a few times a second. Nothing else is looked at, and nothing of a
library of a format happens here: whoever reads the file tells its metadata.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from time import monotonic
from zlib import crc32

from ...core import limits
from ...core.errors import Unavailable
from ...core.known_names import DOCUMENT_KEYS, ZARR_JSON
from ...serve.representation import digest
from ...serve.request import Request
from .. import Source, response_of
from ..live.state import NOTHING, Path, State, Stop, Told

_LOOK_SECONDS = 0.2
_METADATA_SECONDS = 10.0  # after which metadata are asked for in any case
_SHARE = 20  # looks at one path take at most one part in so many of the time
_MOST_FILES = 5_000  # of a store, whose status is looked at
_FOLDER = "folder."  # begins the status of one that is no store
_GONE = {403, 404}


@dataclass(eq=False)
class _Followed:
    """A path, who follows it, and how it was found last."""

    path: Path
    within: int
    told: dict[object, Told] = field(default_factory=dict)
    state: State | None = None
    status: str | None = None
    due: float = 0.0  # when to look again
    asked: float = 0.0  # when the metadata were
    asking: "asyncio.Task[None] | None" = None


class FilesFollower:
    """Follows what is below the served folders and mounts; for one event loop.

    Parameters
    ----------
    source
        Answers requests for files.
    roots
        Folders and files of this machine, by the first name of a path.
    """

    def __init__(self, source: Source, roots: Mapping[str, FilePath]) -> None:
        self._source = source
        self._roots = roots
        self._followed: dict[tuple[Path, int], _Followed] = {}
        self._task: asyncio.Task[None] | None = None

    def follow(self, path: Path, within: int, told: Told) -> Stop:
        """See `Followable`."""
        key, token = (path, within), object()
        if key not in self._followed and len(self._followed) >= limits.FOLLOWED:
            raise Unavailable(f"more than {limits.FOLLOWED:,} paths of files cannot be followed")
        followed = self._followed.setdefault(key, _Followed(path, within))
        followed.told[token] = told
        if followed.state is not None:
            told.tell(followed.state)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

        def stop() -> None:
            followed.told.pop(token, None)
            if not followed.told and self._followed.get(key) is followed:
                del self._followed[key]
                if followed.asking is not None:
                    followed.asking.cancel()

        return stop

    def close(self) -> None:
        """End all."""
        for followed in self._followed.values():
            if followed.asking is not None:
                followed.asking.cancel()
        self._followed.clear()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._followed:
            now = monotonic()
            due = [one for one in self._followed.values() if one.due <= now]
            found = await asyncio.to_thread(self._statuses, [one.path for one in due])
            for one, (status, seconds) in zip(due, found, strict=True):
                one.due = monotonic() + max(_LOOK_SECONDS, seconds * _SHARE)
                is_other = status != one.status or monotonic() - one.asked > _METADATA_SECONDS
                if is_other and (one.asking is None or one.asking.done()):
                    one.asking = asyncio.create_task(self._ask(one, status))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _ask(self, one: _Followed, status: str) -> None:
        """Ask for the metadata of what has another status, and tell what is another then."""
        path = one.path if one.path and one.path[-1] not in DOCUMENT_KEYS else (*one.path, "")
        request = Request(3, (*path, ZARR_JSON), within=one.within)
        response = await response_of(self._source, request)
        if response.status in _GONE:
            state = NOTHING
        elif response.status == 200:
            layout = response.etag or digest(response.body)
            is_folder = status.startswith(_FOLDER)
            state = State(layout.strip('"'), status if is_folder else "", "" if is_folder else status)
        else:  # as of a file that is being written: it is asked for again
            one.asked = monotonic() - _METADATA_SECONDS + _LOOK_SECONDS
            return
        one.asked, one.status = monotonic(), status
        if one.state is None or one.state.marks != state.marks:
            one.state = state
            for each in list(one.told.values()):
                each.tell(state)

    def _statuses(self, paths: list[Path]) -> list[tuple[str, float]]:
        """A digest of the status of each path, "" where it has none; and the seconds that it took."""
        return [self._status(path) for path in paths]

    def _status(self, path: Path) -> tuple[str, float]:
        began = monotonic()
        file = self._roots.get(path[0]) if path else None
        found = ""
        with suppress(OSError, ValueError):
            if file is not None:
                found = _status_of(file, path[1:])
        return found, monotonic() - began


def _status_of(file: FilePath, names: Path) -> str:
    """A digest of the status of the file or folder to which names lead, some of them inside of a file."""
    for name in names:
        if not file.is_dir():
            break
        if name in {"", ".", ".."} or "/" in name:
            return ""
        file /= name
    status = file.stat()
    own = f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"
    if not file.is_dir():
        return digest(own.encode())
    if not any((file / key).exists() for key in DOCUMENT_KEYS):
        return _FOLDER + digest(own.encode())
    found = 0
    for entry, _ in zip(_entries(file), range(_MOST_FILES), strict=False):
        found = crc32(entry.encode("utf-8", "replace"), found)
    return digest(f"{own} {found}".encode())


def _entries(folder: FilePath) -> Iterator[str]:
    """The names and statuses of all files of a store; no link is followed."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            status = entry.stat(follow_symlinks=False)
            yield f"{entry.name} {status.st_mtime_ns} {status.st_size}"
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(FilePath(entry.path))
