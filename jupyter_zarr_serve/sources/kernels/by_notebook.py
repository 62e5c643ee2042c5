"""What kernels publish, found by the path of their notebook: it outlives restarts and renames."""

from collections.abc import Set
from functools import partial
from typing import Any, Protocol

from ...core.errors import Unavailable
from ...core.known_names import DOCUMENT_KEYS
from ...serve.representation import digest
from ...serve.request import Request, Response, refusal
from ...serve.respond import respond
from ..live.polled import polled
from ..live.state import Path, State, Stop, Told
from .answers import absence
from .by_id import KernelsSource
from .kernel import KernelSource
from .moving import following
from .placeholders import served_paths, tree_of

_LIST_SECONDS = 1.0  # from one look at which kernels there are to the next
_NOTEBOOK = ".ipynb"


class SessionManager(Protocol):
    """What is needed of Jupyter's manager of sessions."""

    async def list_sessions(self) -> list[dict[str, Any]]:
        """Every session: its path, type and kernel."""


class NotebooksSource:
    """Answers requests for ``<notebook path>/...`` and lists the notebooks whose kernels publish."""

    def __init__(self, sessions: SessionManager, kernels: KernelsSource) -> None:
        self._sessions = sessions
        self._kernels = kernels
        self._seen: set[Path] = set()

    async def ask(self, request: Request) -> Response:
        """See `sources.Source`; of paths that begin alike, the longest is meant."""
        kernel_ids = await self._kernel_ids()
        served = served_paths(kernel_ids.keys() | self._seen)
        found = _longest_prefix(request.path, served.keys())
        if found is None:
            return await self._between(request, kernel_ids, served)
        path, below = served[found], request.below(len(found))
        source = self._kernels.source(kernel_ids[path]) if path in kernel_ids else None
        if source is None:
            gone = Unavailable("no kernel runs for this notebook now: it was closed or renamed")
            return refusal(absence(below, gone, expected=path in self._seen), request.method)
        response = await source.ask(below, expected=path in self._seen)
        if source.has_published:
            self._seen.add(path)
        return response

    def follow(self, path: Path, told: Told) -> Stop:
        """See `Followable`."""
        if not any(name.endswith(_NOTEBOOK) for name in path):
            return polled(partial(self._listed, path), told)
        return following(partial(self._place, path), told)

    async def _place(self, path: Path) -> tuple[KernelSource, Path] | None:
        """The kernel of the notebook that a path begins with, and the rest of the path."""
        kernel_ids = await self._kernel_ids()
        served = served_paths(kernel_ids)
        found = _longest_prefix(path, served.keys())
        source = None if found is None else self._kernels.source(kernel_ids[served[found]])
        return None if source is None or found is None else (source, path[len(found) :])

    async def _listed(self, path: Path) -> tuple[State, float]:
        """Of a folder of notebooks, those whose kernels publish."""
        publishing = set(await self._kernels.publishing())
        ids = await self._kernel_ids()
        below = {one: file for one, file in served_paths(ids).items() if one[: len(path)] == path}
        names = sorted(one for one, file in below.items() if ids[file] in publishing)
        return State("group", digest(repr(names).encode())), _LIST_SECONDS

    async def _between(
        self, request: Request, kernel_ids: dict[Path, str], served: dict[Path, Path]
    ) -> Response:
        """A folder of notebooks, or nothing."""
        publishing = set(await self._kernels.publishing())
        self._seen.update(path for path, kernel_id in kernel_ids.items() if kernel_id in publishing)
        names = [name for name, path in served.items() if kernel_ids.get(path) in publishing]
        response = respond(tree_of(names), request)
        if response.status not in {404, 409}:
            return response
        gone = Unavailable("no kernel runs for a notebook of this name; open it and run its cells")
        error = absence(request, gone)
        return response if error.status == 404 else refusal(error, request.method)

    async def _kernel_ids(self) -> dict[Path, str]:
        """The path of every session and its kernel's id; a notebook goes before a console."""
        sessions = await self._sessions.list_sessions()
        sessions.sort(key=lambda session: session["type"] == "notebook")
        return {
            path: session["kernel"]["id"]
            for session in sessions
            if (path := tuple(name for name in (session["path"] or "").split("/") if name))
        }


def _longest_prefix(path: Path, known: Set[Path]) -> Path | None:
    """The longest known path that `path` begins with; a document's name at the end is no part of it."""
    end = len(path) - 1 if path and path[-1] in DOCUMENT_KEYS else len(path)
    return next((path[:stop] for stop in range(end, 0, -1) if path[:stop] in known), None)
