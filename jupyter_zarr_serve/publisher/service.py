"""The service that runs in a kernel with published objects: registry, responder and endpoint file."""

import atexit
import os
from pathlib import Path
from threading import Lock

from ..core.errors import Unavailable
from ..serve.request import FOLLOWED, ICON, TOGETHER, Request, Response, refusal
from .announce import announce, connection_file, key_of, withdraw
from .cells import at_end_of_cells
from .control import hook
from .courtesy import main_thread_computes
from .flights import Flights, IsThere
from .following import answer_to_follower
from .registry import Registry
from .responder import Responder
from .together import Together

_NO_ICONS = "no small pictures while the kernel computes; load the page again when it has done"


class Service:
    """Serves a registry to those who know the key of a connection file, until `close` or exit."""

    def __init__(self, file: Path) -> None:
        self.connection_file = file
        self.pid = os.getpid()
        self.registry = Registry()
        self._together = Together(self.registry)
        self._flights = Flights(self.registry.answer, self.registry.live)
        self._responder = Responder(self._answer, key_of(file))
        self._announced = announce(file, self._responder.endpoint)
        self._unhook = hook(self._answer)
        self._end_of_cells = at_end_of_cells(self.registry.wake)
        atexit.register(self.close)

    def _answer(self, request: Request, is_there: IsThere) -> Response:
        if request.form == FOLLOWED and not request.path:
            return answer_to_follower(self.registry, request, is_there)
        if request.form == ICON and main_thread_computes():
            return refusal(Unavailable(_NO_ICONS), request.method)
        if request.form == TOGETHER:
            return self._together(request, is_there)
        return self._flights(request, is_there)

    def close(self) -> None:
        """Remove the endpoint file and stop listening; in a forked child, do nothing."""
        atexit.unregister(self.close)
        if self.pid == os.getpid():
            self._unhook()
            self._end_of_cells()
            withdraw(self._announced, self._responder.endpoint)
            self._responder.close()


_lock = Lock()
_running: list[Service] = []


def serve_in(file: Path) -> Service:
    """Start the service for a connection file; it replaces the running one."""
    with _lock:
        return _start(file)


def service() -> Service:
    """The service of this kernel, started if necessary.

    Raises
    ------
    RuntimeError
        If this process is not a kernel, or was forked from one.
    """
    with _lock:
        if not _running:
            return _start(connection_file())
        if _running[0].pid != os.getpid():
            raise RuntimeError(
                "variables are published by the kernel itself, not by a process forked from it"
            )
        return _running[0]


def running() -> Service | None:
    """The running service, or None."""
    return _running[0] if _running else None


def stop() -> None:
    """End the service, if it runs, and with it all publication."""
    with _lock:
        while _running:
            _running.pop().close()


def _start(file: Path) -> Service:
    while _running:
        _running.pop().close()
    _running.append(Service(file))
    return _running[0]
