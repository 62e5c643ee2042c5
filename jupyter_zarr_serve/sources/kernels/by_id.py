"""The kernels of this server: what they publish is found by a kernel's id."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path as FilePath
from typing import Any, Protocol

from ...core.errors import Unreadable
from ...core.known_names import DOCUMENT_KEYS
from ...serve.representation import digest
from ...serve.request import Request, Response, refusal
from ...serve.respond import respond
from ..live.polled import polled
from ..live.state import NOTHING, Path, State, Stop, Told
from .answers import absence
from .endpoint import Kernel
from .kernel import KernelSource
from .placeholders import tree_of

_LIST_SECONDS = 1.0  # from one look at which kernels there are to the next


class KernelManager(Protocol):
    """What is needed of Jupyter's manager of all kernels."""

    def __contains__(self, kernel_id: str) -> bool: ...

    def list_kernel_ids(self) -> Sequence[str]:
        """The ids of all kernels of this server."""

    def get_kernel(self, kernel_id: str) -> Any:
        """The manager of one kernel, a `kernel_endpoint.Kernel`."""


class KernelsSource:
    """Answers requests for ``<kernel id>/...`` and lists the kernels that publish.

    Parameters
    ----------
    manager
        Jupyter's manager of all kernels.
    make
        Makes the source of one kernel.
    """

    def __init__(self, manager: KernelManager, make: Callable[[Kernel], KernelSource]) -> None:
        self._manager = manager
        self._make = make
        self._sources: dict[str, KernelSource] = {}

    async def ask(self, request: Request) -> Response:
        """See `sources.Source`."""
        path = request.path
        if not path or path[0] == "" or (len(path) == 1 and path[0] in DOCUMENT_KEYS):
            return respond(tree_of([(name,) for name in await self.publishing()]), request)
        source = self.source(path[0])
        below = request.below(1)
        if source is None:
            gone = Unreadable("this server has no such kernel; kernels that ended do not come back")
            return refusal(absence(below, gone), request.method)
        return await source.ask(below)

    def follow(self, path: Path, told: Told) -> Stop:
        """See `Followable`; of a kernel that this server has not, nothing can come back."""
        if not path:
            return polled(self._listed, told)
        source = self.source(path[0])
        if source is None:
            told.tell(NOTHING)
            return lambda: None
        return source.follow(path[1:], told)

    async def _listed(self) -> tuple[State, float]:
        return State("group", digest(repr(await self.publishing()).encode())), _LIST_SECONDS

    async def publishing(self) -> list[str]:
        """The ids of the kernels that publish."""
        sources = {name: self.source(name) for name in list(self._manager.list_kernel_ids())}
        found = {name: source.publishes() for name, source in sources.items() if source is not None}
        publish = await asyncio.gather(*found.values())
        return [name for name, does in zip(found, publish, strict=True) if does]

    def source(self, kernel_id: str) -> KernelSource | None:
        """The source of one kernel; None where this server has no such kernel."""
        if kernel_id not in self._manager:
            self._forget(kernel_id)
            external = self._external_id(kernel_id)
            return None if external is None else self.source(external)
        kernel: Kernel = self._manager.get_kernel(kernel_id)
        source = self._sources.get(kernel_id)
        if source is None or source.kernel is not kernel:
            self._forget(kernel_id)
            source = self._sources[kernel_id] = self._make(kernel)
        return source

    @property
    def connected(self) -> int:
        """How many kernels have an open connection."""
        return sum(source.is_connected for source in self._sources.values())

    def close(self) -> None:
        """Close all connections to all kernels."""
        for kernel_id in list(self._sources):
            self._forget(kernel_id)

    def _external_id(self, name: str) -> str | None:
        """The id of a kernel that no server started, by the name of its connection file.

        Each server gives it another id; it knows none of them, and its own URLs have this name.
        """
        self._manager.list_kernel_ids()  # Jupyter looks for connection files then
        files: dict[str, FilePath] = getattr(self._manager, "kernel_id_to_connection_file", {})
        names = {
            file.resolve().stem.removeprefix("kernel-"): kernel_id for kernel_id, file in files.items()
        }
        return names.get(name)

    def _forget(self, kernel_id: str) -> None:
        source = self._sources.pop(kernel_id, None)
        if source is not None:
            source.close()
