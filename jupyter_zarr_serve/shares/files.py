"""Private files that several servers of one user share: nobody else reads them, none is half written."""

import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core.errors import Unreadable

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_KEY_BYTES = 32
_OTHERS = 0o077

FileState = tuple[int, ...]


def file_state(file: Path) -> FileState | None:
    """The state of a file, which changes with the file or its permissions; None if there is no file.

    Raises
    ------
    Unreadable
        If the state cannot be read.
    """
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(
            f"{file}: cannot be looked at ({error}); mend the permissions of its folder"
        ) from error
    return status.st_mtime_ns, status.st_ino, status.st_size, status.st_mode, status.st_uid


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep all other processes out of a folder, which is made if it does not exist.

    Raises
    ------
    OSError
        If the folder cannot be made or locked.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            msvcrt.locking(file, msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def write(file: Path, content: bytes) -> None:
    """Replace a file at once, so that nobody reads half of it.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    new = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def read_json(file: Path) -> dict[str, Any]:
    """The JSON object in a file; an empty one if there is no file.

    Raises
    ------
    Unreadable
        If the file holds something else.
    """
    try:
        members = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Unreadable(f"{file}: cannot be read ({error}); remove it, and all its links end") from error
    if not isinstance(members, dict):
        raise Unreadable(f"{file}: holds no object of JSON; remove it, and all its links end")
    return members


def read_key(file: Path) -> bytes | None:
    """The key in a file; None if there is no file.

    Raises
    ------
    Unreadable
        If the file holds no key, or if other users may have read it.
    """
    try:
        with file.open() as opened:
            if os.name == "posix" and os.fstat(opened.fileno()).st_mode & _OTHERS:
                raise Unreadable(
                    f"{file}: others may read the key; if nobody did, run: chmod 600 '{file}'; "
                    "else replace it, which ends all links: jupyter zarr rotate"
                )
            key = bytes.fromhex(opened.read())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{file}: cannot be read ({error}); replace it: jupyter zarr rotate") from error
    if len(key) != _KEY_BYTES:
        raise Unreadable(f"{file}: holds no key; replace it: jupyter zarr rotate")
    return key


def write_key(file: Path) -> bytes:
    """Replace the key by a new one."""
    key = secrets.token_bytes(_KEY_BYTES)
    write(file, key.hex().encode())
    return key
