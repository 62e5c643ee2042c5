"""The root group: the served folder, the kernels, the administrator's mounts, the demo."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import cast
from urllib.request import url2pathname

from ..core.errors import MissingLibrary
from ..core.nodes import Group, Node, Policy
from .disk import Library

ROUTED = ("kernels", "notebooks")  # listed here, answered by sources of their own


@dataclass(frozen=True)
class Settings:
    """Everything that can be configured, as plain data.

    Attributes
    ----------
    root_dir
        The folder that Jupyter serves, mounted as ``files``.
    allow_hidden
        Whether names that begin with a dot are served.
    mounts
        Name to path or fsspec URL.
    demo
        Whether to mount the demo data.
    policy
        How data are cut and encoded.
    cache_bytes
        The most bytes of encoded chunks to remember.
    workers
        Threads that read and encode.
    kernel_seconds
        How long a kernel may take to answer a request.
    """

    root_dir: Path
    allow_hidden: bool = False
    mounts: Mapping[str, str] = field(default_factory=dict)
    demo: bool = False
    policy: Policy = field(default_factory=Policy)
    cache_bytes: int = 64 << 20
    workers: int = 4
    kernel_seconds: float = 10.0


def root_of(settings: Settings) -> Group:
    """The root group; a mount that cannot be opened is left out and says why when asked for."""
    return Group(children=_Mounts(settings), consolidate=False)


class _Mounts(Mapping[str, Node]):
    """Each mount by name, looked up anew for each request as files come and go."""

    def __init__(self, settings: Settings) -> None:
        def library(place: Callable[[], Path]) -> Callable[[], Node]:
            opened = cache(lambda: Library(place(), settings.policy, allow_hidden=settings.allow_hidden))
            return lambda: opened().top()

        self._open: dict[str, Callable[[], Node]] = {"files": library(lambda: settings.root_dir)}
        for name in ROUTED:
            self._open[name] = partial(Group, consolidate=False)
        for name, location in settings.mounts.items():
            self._open[name] = library(partial(_place, name, location))
        if settings.demo:
            self._open["demo"] = cache(partial(_demo, settings.policy))

    def __getitem__(self, name: str) -> Node:
        return self._open[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._open)

    def __len__(self) -> int:
        return len(self._open)


def _demo(policy: Policy) -> Node:
    from .demo import demo

    return demo(policy)


def _place(name: str, location: str) -> Path:
    """A path from a path or URL.

    Raises
    ------
    MissingLibrary
        When a URL is given and fsspec or universal_pathlib is not installed.
    """
    if "://" not in location:
        return Path(location).expanduser()
    if location.startswith("file://"):
        return Path(url2pathname(location.removeprefix("file://")))
    try:
        from upath import UPath
    except ImportError as error:
        raise MissingLibrary(f"mount {name}", "fsspec") from error
    return cast("Path", UPath(location))
