"""`watch`: what is served, seen changing."""

import asyncio
import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Condition, Thread
from types import TracebackType

from ..sources.live.state import Notice
from .address import Address, parsed
from .live_connection import LiveConnection
from .login import Login
from .looking import found, own_place


@dataclass(frozen=True)
class Change:
    """That something changed; a kind holds those before it in this list, but for "gone".

    Attributes
    ----------
    kind
        "data": values. "members": the names in a group. "layout": metadata, such as the shape. "back": it
        is there again, or may have changed unseen. "gone": nothing is there.
    region
        The part of an array in which values changed, to index it by; None for all of it.
    generation
        Grows with each change, also with those that were joined into one.
    """

    kind: str
    region: tuple[slice, ...] | None
    generation: int


class Watch:
    """What `watch` returns: an asynchronous iterator of changes, until `close`.

    What changes while nobody takes the next change is joined into one.
    """

    def __init__(self, connection: LiveConnection, mailbox: "_Mailbox") -> None:
        self._mailbox = mailbox
        self._end = weakref.finalize(self, connection.close)

    def __aiter__(self) -> "Watch":
        return self

    async def __anext__(self) -> Change:
        while True:
            arrival: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            change = self._mailbox.taken(partial(_resolve, arrival))
            if change is not None:
                return change
            if self._mailbox.is_closed:
                raise StopAsyncIteration
            await arrival

    def close(self) -> None:
        """Watch no more; whoever waits for the next change gets none."""
        self._end()

    def __enter__(self) -> "Watch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def watch(
    what: str | os.PathLike[str],
    callback: Callable[[Change], object] | None = None,
    token: str | None = None,
    *,
    server: str | None = None,
    timeout: float = 60.0,
) -> Watch:
    """Watch what a Jupyter server or a kernel serves.

    Parameters
    ----------
    what
        As for `open`: a name in this kernel, ``"analysis.ipynb/temperature"``, ``"run42.h5"``, an address
        or a share link.
    callback
        Called with each `Change`, in a thread of its own, one after the other. One that raises ends it.
    token, server
        As for `open`.
    timeout
        Seconds that the first connection may take. Later ones are tried again as long as it takes; what was
        missed in between is told then.

    Returns
    -------
    Watch
        Gives each `Change` by ``async for``. It watches until it is closed or, where there is no callback,
        nothing refers to it any more.

    Raises
    ------
    KeyError, LookupError, PermissionError, ConnectionError, TimeoutError, ValueError
        As `open` does.

    Examples
    --------
    >>> async for change in jz.watch("analysis.ipynb/temperature"):  # doctest: +SKIP
    ...     print(change.kind, change.region)
    >>> watch = jz.watch("run42.h5", lambda change: print(change.kind))  # doctest: +SKIP
    >>> watch.close()  # doctest: +SKIP
    """
    login, path = _login_and_path(what, token, server, timeout)
    mailbox = _Mailbox()
    watching = Watch(LiveConnection(login, path, mailbox.put, mailbox.close, timeout), mailbox)
    if callback is not None:
        Thread(
            target=_call_back, args=(mailbox, callback, watching), name="zarr-watch", daemon=True
        ).start()
    return watching


def _login_and_path(
    what: str | os.PathLike[str], token: str | None, server: str | None, seconds: float
) -> tuple[Login, tuple[str, ...]]:
    """The login to the server that has what is to be watched, and its path there."""
    address: Address = parsed(what)
    own = None if address.base or server else own_place(address.path)
    asked = what if own is None else f"zarr/v3/{'/'.join(own)}"
    reader, _ = found(asked, token, server, seconds=seconds)
    return reader.way.login, reader.path  # type: ignore[attr-defined]  # a server's, or one past it


def _call_back(mailbox: "_Mailbox", callback: Callable[[Change], object], watching: Watch) -> None:
    """Call a function with each change, until it raises or no more will come."""
    try:
        while (change := mailbox.next()) is not None:
            callback(change)
    finally:
        watching.close()


def _resolve(future: "asyncio.Future[None]") -> None:
    """Give a future its result, from any thread."""

    def resolve() -> None:
        if not future.done():
            future.set_result(None)

    with suppress(RuntimeError):  # its event loop has ended
        future.get_loop().call_soon_threadsafe(resolve)


class _Mailbox:
    """The change that nobody has taken yet."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._notice: Notice | None = None
        self._error: Exception | None = None
        self._wake: Callable[[], object] | None = None
        self.is_closed = False

    @property
    def generation(self) -> int | None:
        """That of the change, which may stand for several; None where there is none."""
        with self._condition:
            return None if self._notice is None else self._notice.generation

    def put(self, notice: Notice) -> None:
        """Leave a notice, joined with one that is there."""
        with self._condition:
            self._notice = notice if self._notice is None else notice.after(self._notice)
            self._notify()

    def close(self, error: Exception | None) -> None:
        """Leave nothing more; the error, if there is one, is raised for who takes the next."""
        with self._condition:
            self.is_closed, self._error = True, error
            self._notify()

    def taken(self, wake: Callable[[], object]) -> Change | None:
        """The change; None if there is none, and then `wake` is called when there is one."""
        with self._condition:
            self._wake = wake
            return self._take()

    def next(self) -> Change | None:
        """The change, waited for; None when no more will come."""
        with self._condition:
            self._condition.wait_for(lambda: self._notice is not None or self.is_closed)
            return self._take()

    def _take(self) -> Change | None:
        notice, self._notice = self._notice, None
        if notice is None:
            if self._error is not None:
                raise self._error
            return None
        region = None if notice.part is None else tuple(slice(*bounds) for bounds in notice.part)
        return Change(notice.kind, region, notice.generation)

    def _notify(self) -> None:
        self._condition.notify_all()
        if self._wake is not None:
            self._wake()
            self._wake = None
