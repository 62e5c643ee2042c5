"""All sources of one server, put together."""

from functools import partial
from typing import Any

from ..core.cache import ChunkCache
from ..core.metadata_seen import MetadataSeen
from ..core.request import Request, Response
from ..files.tree import Settings, Tree
from .answers import Answers
from .flow import Flow
from .kernel import KernelSource
from .kernel_channel import Opener
from .kernels import KernelsSource
from .local import LocalSource
from .notebooks import NotebooksSource
from .router import Router


class Site:
    """Answers for the whole tree: files, mounts, demo, kernels and notebooks.

    Parameters
    ----------
    kernels, sessions
        Jupyter's managers of both.
    open_channel
        Opens the control channel of a kernel.
    flow
        What bounds the bytes that are on their way.
    """

    def __init__(
        self, settings: Settings, kernels: Any, sessions: Any, open_channel: Opener, flow: Flow
    ) -> None:
        remember = ChunkCache(settings.cache_bytes)
        tree = Tree(settings)
        self._local = LocalSource(
            tree.root, workers=settings.workers, remember=remember, flow=flow, below=tree.below
        )
        answers = Answers(settings.cache_bytes)
        kernel_source = partial(
            KernelSource,
            seconds=settings.kernel_seconds,
            open_channel=open_channel,
            flow=flow,
            answers=answers,
        )
        self._kernels = KernelsSource(kernels, kernel_source)
        notebooks = NotebooksSource(sessions, self._kernels)
        self._router = Router({"kernels": self._kernels, "notebooks": notebooks}, self._local)
        self._seen = MetadataSeen()

    def at_once(self, request: Request) -> Response | None:
        """See `sources.Source`."""
        response = self._router.at_once(request)
        return None if response is None else self._seen.checked(request, response)

    async def ask(self, request: Request) -> Response:
        """See `sources.Source`."""
        return self._seen.checked(request, await self._router.ask(request))

    @property
    def connected(self) -> int:
        """How many kernels have an open connection."""
        return self._kernels.connected

    def close(self) -> None:
        """Let the worker threads end and close the connections to kernels."""
        self._local.close()
        self._kernels.close()
