"""Whether a file may be changing under its reader: what its times prove, and who has it open.

Two writes within one tick of the clock of a file system leave the same time. So the stamp of a file proves
that nothing was written since a look at it only if it was older than a tick then.

References
----------
https://www.kernel.org/doc/html/latest/filesystems/multigrain-ts.html
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import Unavailable
from ..core.memory import MEMORY, Share
from ..readers.files import is_local, stamp_of, stamp_of_status

BEING_WRITTEN = "is being written; ask again when that is done"
_TICK = 0.02  # seconds; Linux keeps the times of files by ticks of 1 to 10 ms
_COARSE = 2.0  # seconds, of file systems that keep whole ones
_TRIES = 3
_RECENT = 3600.0  # seconds; what was not written for longer is not being written
_NS = 1_000_000_000
_ACCESS_MODES = 3  # the bits of a descriptor's flags that say how it was opened; 0 is for reading alone
_PROCESSES = Path("/proc")
_elsewhere: list[Callable[[Path], bool]] = []
# When files changed last that nobody has written since, by their paths.
_left_alone: Share[int] = Share(MEMORY, "left alone", lambda _: 0)


def settled_stamp(path: Path) -> tuple[str, bool]:
    """The stamp of a file, and whether it proves anything; may wait for up to 60 ms until it does.

    Raises
    ------
    OSError
        If there is no such file, or it may not be looked at.
    """
    if not is_local(path):
        return stamp_of(path), True
    for tried in range(_TRIES + 1):
        status = path.stat()
        age, tick = _age(status), _tick(status)
        if not 0 <= age < tick:  # one of another clock proves as much as it ever will
            return stamp_of_status(status), True
        if tried < _TRIES:
            time.sleep(min(tick - age, _TICK) + 0.001)
    return stamp_of_status(status), False


@contextmanager
def unless_written(paths: Iterable[Path]) -> Iterator[None]:
    """Take a failure to read files for their being half-written, where somebody has one open for that.

    Raises
    ------
    Unavailable
        In place of whatever is raised inside.
    """
    is_read = False
    try:
        yield
        is_read = True
    finally:
        half = None if is_read else next(filter(is_being_written, paths), None)
        if half is not None:
            raise Unavailable(f"{half.name}: {BEING_WRITTEN}")


def ask_elsewhere(is_written: Callable[[Path], bool]) -> None:
    """In a process that may not look at others: have somebody else tell who writes."""
    _elsewhere[:] = [is_written]


def is_being_written(path: Path) -> bool:
    """Whether a process of this user has a local file open for writing, as far as the system tells.

    What nobody had open once it had settled, and did not change since, is not half-written: a look at all
    processes takes long, and a damaged file may be asked for a thousand chunks.
    """
    if _elsewhere:
        return _elsewhere[0](path)
    if not is_local(path) or not sys.platform.startswith("linux"):
        return False
    try:
        status = path.stat()
    except OSError:
        return False
    if _age(status) > _RECENT or _left_alone.get(path) == _changed(status):
        return False
    has_settled = _age(status) >= _tick(status)
    is_written = any(
        _writes(process, str(path)) for process in _PROCESSES.iterdir() if process.name.isdecimal()
    )
    if has_settled and not is_written:
        _left_alone.put(path, _changed(status))
    return is_written


def _writes(process: Path, path: str) -> bool:
    try:
        descriptors = os.listdir(process / "fd")  # noqa: PTH208 (a thousand paths would take long to make)
    except OSError:  # of another user, or it has ended
        return False
    return any(_is_open_for_writing(process, descriptor, path) for descriptor in descriptors)


def _is_open_for_writing(process: Path, descriptor: str, path: str) -> bool:
    try:
        if os.readlink(f"{process}/fd/{descriptor}") != path:  # noqa: PTH115 (as above)
            return False
        lines = (process / "fdinfo" / descriptor).read_text().splitlines()
    except OSError:
        return False
    flags = next((line.split()[1] for line in lines if line.startswith("flags:")), "0")
    return int(flags, 8) & _ACCESS_MODES != 0


def _changed(status: os.stat_result) -> int:
    """When a file changed last, in nanoseconds; the time of the inode cannot be set by anybody."""
    return status.st_mtime_ns if sys.platform == "win32" else status.st_ctime_ns


def _age(status: os.stat_result) -> float:
    return (time.time_ns() - _changed(status)) / _NS


def _tick(status: os.stat_result) -> float:
    return _COARSE if _changed(status) % _NS == 0 else _TICK
