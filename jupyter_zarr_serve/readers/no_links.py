"""Files and folders of this machine, opened by a resolved path: no link on the way is followed.

A path is resolved, and checked to lie below a root. Whoever may write there can put a link in the place
of any part of it a moment later. So Linux is asked where that lies which was found, and opens just that;
elsewhere each part is opened below the one before, and as no link. What is no regular file is not opened at
all: a pipe would hold its reader for ever.

References
----------
https://man7.org/linux/man-pages/man2/open.2.html (``O_NOFOLLOW``, ``O_PATH``)
https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
https://cwe.mitre.org/data/definitions/367.html
"""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from ..core.errors import Unavailable, Unreadable
from .shortage import give_up, is_shortage

_DESCRIPTORS = "/proc/self/fd"  # on Linux
_IS_WINDOWS = sys.platform == "win32"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_ANYWHERE = getattr(os, "O_NOFOLLOW_ANY", 0)  # macOS refuses links in all parts of a path
_LOOK = getattr(os, "O_PATH", getattr(os, "O_EVTONLY", os.O_RDONLY))
_FOLDER = getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)

if sys.platform == "win32":
    import ctypes
    import msvcrt

    def _where(descriptor: int) -> str:
        """The path of what a descriptor has opened."""
        text = ctypes.create_unicode_buffer(1 << 15)
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(descriptor))
        ctypes.windll.kernel32.GetFinalPathNameByHandleW(handle, text, len(text), 0)
        path = text.value.removeprefix("\\\\?\\")
        return f"\\\\{path[4:]}" if path.startswith("UNC\\") else path
else:

    def _where(descriptor: int) -> str:
        """The path of what a descriptor has opened, on Linux."""
        return os.readlink(f"{_DESCRIPTORS}/{descriptor}")  # noqa: PTH115 (a text)


def resolved(path: Path) -> Path:
    """Where the links of a path lead to; a part that does not exist leads to itself.

    Raises
    ------
    Unreadable
        If they lead nowhere but back to themselves.
    """
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno != errno.ELOOP:
            return path.resolve()
    loop = f"{path.name}: a link on the way to it leads back to itself; remove that link"
    raise Unreadable(loop) from None


def open_regular(path: Path) -> FileIO:
    """A regular file, opened for reading without a buffer.

    Parameters
    ----------
    path
        Absolute and resolved.

    Raises
    ------
    Unavailable
        If a part of the path has become a link.
    Unreadable
        If a device, a socket or a pipe is there.
    OSError
        If the file cannot be opened.
    """
    try:
        return FileIO(str(path), "rb", opener=lambda _, __: _regular(path))
    except OSError as error:
        if not is_shortage(error):
            raise
    give_up()
    return FileIO(str(path), "rb", opener=lambda _, __: _regular(path))


@contextmanager
def open_folder(path: Path) -> Iterator[int | Path]:
    """A folder, as `os.scandir` takes it; see `open_regular`."""
    if _IS_WINDOWS:
        yield path
        return
    descriptor = _opened(path, os.O_RDONLY | _FOLDER)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def status_of(path: Path) -> os.stat_result:
    """The status of a file or folder; see `open_regular`."""
    if _IS_WINDOWS:
        return _no_link(path, os.lstat(path))
    descriptor = _looked_up(path)
    try:
        return _no_link(path, os.fstat(descriptor))
    finally:
        os.close(descriptor)


def _regular(path: Path) -> int:
    if _IS_WINDOWS:
        _check_is_regular(path, status_of(path))
        descriptor = _opened(path, _READ)
    else:
        seen = _looked_up(path)
        try:
            _check_is_regular(path, _no_link(path, os.fstat(seen)))
            descriptor = _opened_again(seen, path)
        finally:
            os.close(seen)
    try:
        _check_is_regular(path, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _opened_again(seen: int, path: Path) -> int:
    """What was looked at, opened for reading; Linux opens the very same, whatever is at its path by now.

    Elsewhere something else may be there by now, which is opened without waiting.
    """
    if sys.platform == "linux":
        with suppress(FileNotFoundError):  # this process has no /proc
            return os.open(f"{_DESCRIPTORS}/{seen}", _READ)
    return _opened(path, _READ)


def _check_is_regular(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(f"{path.name}: is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(f"{path.name}: is a device, a socket or a pipe; replace it by a regular file")


def _looked_up(path: Path) -> int:
    """What is at a path, not opened for reading; on Linux one look tells whether links led there."""
    if sys.platform == "linux":
        descriptor = os.open(path, _LOOK | _NO_LINK)
        try:
            if _where(descriptor) == str(path):
                return descriptor
        except OSError:  # this process has no /proc
            pass
        os.close(descriptor)
    return _opened(path, _LOOK)


def _opened(path: Path, flags: int) -> int:
    """A path opened, each part of it below the one before."""
    if _IS_WINDOWS:
        return _opened_where_told(path, flags)
    try:
        return os.open(path, flags | _ANYWHERE) if _ANYWHERE else _walked(path, flags | _NO_LINK)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise _replaced(path) from None


def _walked(path: Path, flags: int) -> int:
    *folders, last = path.parts
    folder = None
    try:
        for name in folders:
            below = _below(folder, name, _LOOK | _FOLDER)
            if folder is not None:
                os.close(folder)
            folder = below
        return _below(folder, last, flags)
    finally:
        if folder is not None:
            os.close(folder)


def _below(folder: int | None, name: str, flags: int) -> int:
    """A name in a folder, opened; that a file is in a folder's place says that nothing is below it."""
    try:
        return os.open(name, flags, dir_fd=folder)
    except NotADirectoryError:
        if stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None


def _opened_where_told(path: Path, flags: int) -> int:
    descriptor = os.open(path, flags)
    if os.path.normcase(_where(descriptor)) != os.path.normcase(path):
        os.close(descriptor)
        raise _replaced(path)
    return descriptor


def _no_link(path: Path, status: os.stat_result) -> os.stat_result:
    if stat.S_ISLNK(status.st_mode):
        raise _replaced(path)
    return status


def _replaced(path: Path) -> Unavailable:
    return Unavailable(f"{path.name}: was replaced by a link while it was read; ask again")
