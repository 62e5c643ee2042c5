"""What can fail, and which HTTP status it deserves.

Zarr clients take 404 for "this chunk holds only the fill value", so 404 is a claim about data and
nothing but true absence may use it. Clients retry 503 and give up at once on 422.

::

    ServeError
    ├── BadRequest           400  the question has no meaning for what it is about
    ├── NotFound             404  the name, key or chunk does not exist
    ├── Forbidden            403  it exists, but leads outside what is served
    ├── Replaced             409  the client asks by metadata that are no longer true
    ├── RangeNotSatisfiable  416  the byte range lies outside the body
    ├── Unreadable           422  permanent: corrupt, unsupported, no permission, too big
    │   └── MissingLibrary   422  an optional library is not installed
    └── Unavailable          503  transient: changed while read, busy; retry after a while

Every message names the thing and the remedy.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ClassVar

from .public_text import without_folders

_is_live = ContextVar("is_live", default=False)  # whether objects are read, not files
memory_bound = ContextVar("memory_bound", default=0)  # bytes; 0 is none
_LONGEST = 300  # characters of what a library says
_TELLING = 3  # characters; shorter names, such as the keys of chunks, occur by chance
_TRANSIENT = {
    errno.EAGAIN,
    errno.EBUSY,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOENT,
    errno.ENOMEM,
    errno.ESTALE,
    errno.ETIMEDOUT,
}


class ServeError(Exception):
    """A failure with a message for people and an HTTP status for clients."""

    status: ClassVar[int] = 500
    retry_after: ClassVar[int | None] = None  # seconds

    def name(self, path: str) -> None:
        """Put the path of what failed before a message that does not name it yet."""
        message, last = str(self), path.rpartition("/")[2]
        if path and (len(last) < _TELLING or last not in message):
            self.args = (f"{path}: {message}",)


class BadRequest(ServeError):
    """The question has no meaning for what it is about, such as a region that lies outside an array."""

    status = 400


class NotFound(ServeError):
    """What was asked for does not exist; Zarr clients read it as the fill value.

    Attributes
    ----------
    layout
        Of the array that has no such chunk; see `layout`.
    is_outside
        Whether the chunk would lie outside the array's grid, so that its metadata name no such chunk.
    """

    status = 404

    def __init__(self, message: str, layout: str | None = None, *, is_outside: bool = False) -> None:
        super().__init__(message)
        self.layout = layout
        self.is_outside = is_outside


class Forbidden(ServeError):
    """What was asked for leads outside what is served."""

    status = 403


class Replaced(ServeError):
    """The data were replaced or withdrawn since their metadata were read; read those again."""

    status = 409


class Absent(KeyError):
    """What a user asked for is not there; unlike that of a `KeyError`, its message is shown as it is."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class RangeNotSatisfiable(ServeError):
    """The byte range lies outside the body; `size` is the body's length in bytes."""

    status = 416

    def __init__(self, size: int) -> None:
        super().__init__(f"the requested range lies outside the {size} bytes of this resource")
        self.size = size


class Unreadable(ServeError):
    """The data exist but can never be served as they are; retrying does not help."""

    status = 422


class MissingLibrary(Unreadable):
    """Reading this needs an optional library that is not installed."""

    def __init__(self, name: str, extra: str) -> None:
        super().__init__(
            f"{name}: reading it needs a library that is not installed; "
            f"run: pip install 'jupyter-zarr-serve[{extra}]'"
        )


class Unavailable(ServeError):
    """The data cannot be had just now; the same request may succeed later."""

    status = 503
    retry_after = 1


def failure_of(name: str, error: Exception) -> ServeError:
    """The `ServeError` that tells what `error` means for the file or object `name`.

    Examples
    --------
    >>> failure_of("run.h5", OSError(errno.EACCES, "Permission denied")).status
    422
    """
    if isinstance(error, MemoryError) and memory_bound.get():
        return Unreadable(
            f"{name}: reading it takes more than the {memory_bound.get():,} bytes of memory that a "
            "worker may take; ask for smaller chunks, or raise worker_bytes in c.ZarrServeApp.limits"
        )
    if isinstance(error, MemoryError):
        return Unavailable(
            f"{name}: there was not enough memory to make it; retry, or ask for smaller chunks"
        )
    if isinstance(error, ImportError):
        return Unreadable(
            f"{name}: needs a library that is not installed ({library_message(error)}); install it with pip"
        )
    if _is_live.get():
        return _failure_of_object(name, error)
    if isinstance(error, PermissionError):
        return Unreadable(
            f"{name}: permission denied; give the user that runs the Jupyter server read access"
        )
    if isinstance(error, FileNotFoundError):
        return Unavailable(f"{name}: vanished while it was read; list its folder again")
    if isinstance(error, OSError) and error.errno in _TRANSIENT:
        return Unavailable(f"{name}: {error.strerror}; retry in a moment")
    return Unreadable(
        f"{name}: could not be read ({_named(error)}); "
        "the file may be damaged, truncated or of an unsupported kind"
    )


def _failure_of_object(name: str, error: Exception) -> ServeError:
    """What the error means for an object in a kernel, of whose files nobody here knows."""
    if isinstance(error, OSError) and error.errno in _TRANSIENT - {errno.ENOENT}:
        return Unavailable(f"{name}: {error.strerror}; retry in a moment")
    return Unreadable(
        f"{name}: the object could not be read ({_named(error)}); "
        "read it in the notebook, mend what fails there, and publish it again"
    )


def library_message(error: Exception) -> str:
    """What an exception of a library says: one line, without the folders of this machine."""
    return without_folders(" ".join(str(error).split()))[:_LONGEST]


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {library_message(error) or 'no reason given'}"


@contextmanager
def of_objects() -> Iterator[None]:
    """Name objects, not files, in the messages of what fails inside."""
    token = _is_live.set(True)
    try:
        yield
    finally:
        _is_live.reset(token)


class failures_named:  # noqa: N801 (a context manager, as a class: each answer passes one)
    """Turns what a library of a format or a user's object raises into a `ServeError` that names `name`.

    This and `respond` are the only two places that catch everything.

    Raises
    ------
    ServeError
        In place of whatever was raised inside.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Name what failed."""
        if isinstance(error, ServeError):
            error.name(self._name)
        elif isinstance(error, Exception):
            raise failure_of(self._name, error) from error
