"""All sources of one server, put together."""

import os
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..core.known_names import KERNELS, NOTEBOOKS, is_view
from ..core.memory import MEMORY
from ..files.tree import Settings, local_roots
from ..serve.metadata_seen import MetadataSeen
from ..serve.request import Request, Response
from ..serve.together import requests_in
from . import Source
from .files.following import FilesFollower
from .files.in_threads import LocalSource
from .files.source import FilesSource
from .kernels.by_id import KernelsSource
from .kernels.by_notebook import NotebooksSource
from .kernels.channel import Opener
from .kernels.kernel import KernelSource
from .kernels.revalidated import Revalidated
from .live.state import Path, Stop, Told
from .send_budget import SendBudget


class Site:
    """Answers for the whole tree: files, mounts, demo, kernels and notebooks.

    Parameters
    ----------
    kernels, sessions
        Jupyter's managers of both.
    open_channel
        Opens the control channel of a kernel.
    budget
        What bounds the bytes that are on their way.
    """

    def __init__(
        self, settings: Settings, kernels: Any, sessions: Any, open_channel: Opener, budget: SendBudget
    ) -> None:
        MEMORY.bound(settings.cache_bytes)
        self._files = FilesSource(settings, budget) if settings.workers else _in_threads(settings, budget)
        answers = Revalidated(MEMORY)
        kernel_source = partial(
            KernelSource,
            seconds=settings.kernel_timeout,
            open_channel=open_channel,
            budget=budget,
            answers=answers,
        )
        self._kernels = KernelsSource(kernels, kernel_source)
        self._notebooks = NotebooksSource(sessions, self._kernels)
        self._router = _Router({KERNELS: self._kernels, NOTEBOOKS: self._notebooks}, self._files)
        self._changes = FilesFollower(self._files, local_roots(settings))
        self._seen = MetadataSeen()

    def ask(self, request: Request) -> Response | Awaitable[Response]:
        """See `sources.Source`."""
        asked = self._router.ask(request)
        if isinstance(asked, Response):
            return self._seen.checked(request, asked)
        return self._later(asked, request)

    def follow(self, path: Path, within: int, told: Told) -> Stop:
        """See `Followable`; a path has no view in front."""
        if path[:1] == (KERNELS,):
            return self._kernels.follow(path[1:], told)
        if path[:1] == (NOTEBOOKS,):
            return self._notebooks.follow(path[1:], told)
        return self._changes.follow(path, within, told)

    async def _later(self, asked: Awaitable[Response], request: Request) -> Response:
        response = await asked
        if not response.parts:
            return self._seen.checked(request, response)
        both = zip(requests_in(request), response.parts, strict=True)
        return replace(response, parts=tuple(self._seen.checked(*each) for each in both))

    @property
    def connected(self) -> int:
        """How many kernels have an open connection."""
        return self._kernels.connected

    async def prepare(self) -> None:
        """Have ready what the first request would wait for."""
        if isinstance(self._files, FilesSource):
            await self._files.prepare()

    def close(self) -> None:
        """End the workers and close the connections to kernels."""
        self._changes.close()
        self._files.close()
        self._kernels.close()


class _Router:
    """Asks the source of a path's first name, and another one for all other names.

    Parameters
    ----------
    sources
        First name to source; it is asked for what is below the name.
    others
        Answers for the root and for all other names.
    """

    def __init__(self, sources: Mapping[str, Source], others: Source) -> None:
        self._sources = sources
        self._others = others

    def ask(self, request: Request) -> Response | Awaitable[Response]:
        """See `sources.Source`."""
        source, below = self._meant(request)
        return source.ask(below)

    def _meant(self, request: Request) -> tuple[Source, Request]:
        """Whom to ask, and what."""
        if request.path and is_view(request.path[0]) and not request.view:
            request = replace(request, path=request.path[1:], view=request.path[0])
        source = self._sources.get(request.path[0]) if request.path else None
        if source is None:
            return self._others, request
        return source, request.below(1)


def _in_threads(settings: Settings, budget: SendBudget) -> LocalSource:
    """What reads files in this process, for platforms that forbid others."""
    from ..files.tree import Tree  # which brings what formats need

    tree = Tree(settings)
    return LocalSource(
        tree.root,
        workers=max(2, os.cpu_count() or 1),
        budget=budget,
        below=tree.below,
    )
