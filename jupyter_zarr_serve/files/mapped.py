"""Whether a process writes a file through mapped memory, of which the file's times tell too little.

A page of mapped memory sets the times of its file when it is first written, and not again before the
system has written it to disk. So the stamp of such a file proves nothing about its data.

A file that nobody had mapped when all processes were looked at, and that was as old as it is then, needs no
second look: whoever maps it later changes its times.

References
----------
https://man7.org/linux/man-pages/man2/mmap.2.html (Timestamps changes for file-backed mappings)
https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html
"""

import sys
import time
from pathlib import Path
from threading import Lock

_PROCESSES = Path("/proc")
_TICK = 20_000_000  # nanoseconds by which the clock of files may be late
_FRESH = 250_000_000  # nanoseconds for which a look at all processes tells who still maps a file
_lock = Lock()
_looked: list[int] = [0]  # when, in nanoseconds
_found: set[str] = set()


def is_known_unmapped(path: Path) -> bool:
    """Whether nobody writes a file through mapped memory, if that is known without a look at processes."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        changed = path.stat().st_ctime_ns
    except OSError:
        return True
    return changed + _TICK < _looked[0] and str(path) not in _found


def is_mapped(path: Path) -> bool:
    """Whether a process of this user writes a file through mapped memory; may look at all processes."""
    with _lock:
        if is_known_unmapped(path):
            return False
        now = time.time_ns()
        if str(path) not in _found or now - _looked[0] > _FRESH:
            _found.clear()
            _found.update(*map(_mapped_by, filter(_is_process, _PROCESSES.iterdir())))
            _looked[0] = now
        return str(path) in _found


def _is_process(path: Path) -> bool:
    return path.name.isdecimal()


def _mapped_by(process: Path) -> set[str]:
    """The files that a process maps to write them, so that others see it."""
    try:
        lines = (process / "maps").read_text(errors="surrogateescape").splitlines()
    except OSError:  # of another user, or it has ended
        return set()
    fields = [line.split(maxsplit=5) for line in lines if " rw-s " in line]
    return {each[5] for each in fields if len(each) > 5}
