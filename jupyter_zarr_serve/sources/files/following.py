"""Following files and folders: by their status, and by their metadata once that is another one.

A status call costs microseconds and works on every file system, one behind a network included; so all that
is followed is looked at by one thread, a few times a second. Nothing else is looked at, and nothing of a
library of a format happens here: whoever reads the file tells its metadata.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path as FilePath
from stat import S_ISDIR
from time import monotonic, thread_time
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
_MOST_ASKED = 5  # of local files, after one look, whose status is as it was
_SHARE = 20  # looks at one path take at most one part in so many of the time
_SHARE_OF_ALL = 125  # and those at all paths, of a processor's
_LONGEST_SECONDS = 2.0  # from one look to the next, however much is followed
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
    place: FilePath | None = None  # the file or folder that has it, once that is known
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
            found, spent = await asyncio.to_thread(self._statuses, due)
            left = _MOST_ASKED
            for one, (status, seconds) in zip(due, found, strict=True):
                one.due = monotonic() + max(_LOOK_SECONDS, seconds * _SHARE)
                is_local = bool(one.path) and one.path[0] in self._roots
                is_old = monotonic() - one.asked > _METADATA_SECONDS and (left > 0 or not is_local)
                if (status != one.status or is_old) and (one.asking is None or one.asking.done()):
                    left -= is_local and status == one.status
                    one.asking = asyncio.create_task(self._ask(one, status))
            await asyncio.sleep(min(max(_LOOK_SECONDS, spent * _SHARE_OF_ALL), _LONGEST_SECONDS))

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

    def _statuses(self, looked: list[_Followed]) -> tuple[list[tuple[str, float]], float]:
        """For each a digest of its status, "" for none, and seconds; and those of a processor in all."""
        began = thread_time()
        return [self._status(one) for one in looked], thread_time() - began

    def _status(self, one: _Followed) -> tuple[str, float]:
        began, found = monotonic(), ""
        root = self._roots.get(one.path[0]) if one.path else None
        try:
            if one.place is not None:
                found = _status_of(one.place)
            if root is not None and (one.place is None or found != one.status):
                one.place = _place(root, one.path[1:])
                found = _status_of(one.place)
        except (OSError, ValueError):
            one.place, found = None, ""
        return found, monotonic() - began


def _place(root: FilePath, names: Path) -> FilePath:
    """The file or folder to which names lead, some of them perhaps inside of a file.

    Raises
    ------
    OSError, ValueError
        If there is none.
    """
    place = root
    for name in names:
        if not place.is_dir():
            break
        if name in {"", ".", ".."} or os.sep in name:
            raise ValueError(f"{name!r} is no name in a folder")
        place /= name
    return place


def _status_of(place: FilePath) -> str:
    """A digest of the status of a file, a folder or all files of a store.

    Raises
    ------
    OSError, ValueError
        If there is nothing.
    """
    status = place.stat()
    own = f"{status.st_mtime_ns}.{status.st_size}.{status.st_ino}"
    if not S_ISDIR(status.st_mode):
        return own
    if not any((place / key).exists() for key in DOCUMENT_KEYS):
        return _FOLDER + own
    found = 0
    for entry in islice(_entries(place), _MOST_FILES):
        found = crc32(entry.encode("utf-8", "replace"), found)
    return f"{own}.{found}"


def _entries(folder: str | FilePath) -> Iterator[str]:
    """The names and statuses of all files of a store; no link is followed."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            status = entry.stat(follow_symlinks=False)
            yield f"{entry.name} {status.st_mtime_ns} {status.st_size}"
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(entry.path)
