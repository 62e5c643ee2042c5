"""The root group: the served folder, the kernels, the administrator's mounts, the demo."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, cast
from urllib.request import url2pathname

from ..core.codecs import compressor_name, compressor_named
from ..core.errors import MissingLibrary
from ..core.known_names import DEMO, FILES, OF_KERNELS
from ..core.nodes import Group, Node, Policy
from .library import Library


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
        The most bytes that the server remembers.
    worker_cache_bytes
        The most bytes that each of its processes remembers.
    workers
        Processes that read and encode; with 0, threads of the server do.
    worker_timeout
        How long one of these processes may take to answer a request.
    worker_bytes
        How much memory one may take; 0 is no bound.
    kernel_timeout
        How long a kernel may take to answer a request.
    """

    root_dir: Path
    allow_hidden: bool = False
    mounts: Mapping[str, str] = field(default_factory=dict)
    demo: bool = False
    policy: Policy = field(default_factory=Policy)
    cache_bytes: int = 64 << 20
    worker_cache_bytes: int = 128 << 20
    workers: int = 4
    worker_timeout: float = 120.0
    worker_bytes: int = 4 << 30
    kernel_timeout: float = 10.0


def encode_settings(settings: Settings) -> dict[str, Any]:
    """The settings as JSON, for `decode_settings` in a worker process."""
    policy = settings.policy
    return {
        **vars(settings),
        "root_dir": str(settings.root_dir),
        "mounts": dict(settings.mounts),
        "policy": [policy.target_bytes, policy.limit_bytes, compressor_name(policy.compressor)],
    }


def decode_settings(header: bytes) -> Settings:
    """The settings of a frame's header; see `encode_settings`."""
    told = json.loads(header.decode("utf-8", "surrogatepass"))
    target, limit, compressor = told["policy"]
    policy = Policy(target, limit, compressor_named(compressor))
    return Settings(**{**told, "root_dir": Path(told["root_dir"]), "policy": policy})


def local_roots(settings: Settings) -> dict[str, Path]:
    """The served folders and files of this machine, their links resolved, by the first name of a path."""
    places = {FILES: str(settings.root_dir), **settings.mounts}
    found = {name: _place(name, place) for name, place in places.items() if "://" not in place}
    return {name: place.resolve() for name, place in found.items()}


class Tree:
    """The whole tree, and parts of it for those who may reach no more.

    Attributes
    ----------
    root
        The root group; a mount that cannot be opened is left out and says why when asked for.
    """

    def __init__(self, settings: Settings) -> None:
        def library(place: Callable[[], Path]) -> Callable[[], Library]:
            return cache(lambda: Library(place(), settings.policy, allow_hidden=settings.allow_hidden))

        self._libraries = {FILES: library(lambda: settings.root_dir)}
        for name, location in settings.mounts.items():
            self._libraries[name] = library(partial(_place, name, location))
        tops: dict[str, Callable[[], Node]] = {
            FILES: partial(self._top, FILES),
            **{name: partial(Group, consolidate=False) for name in OF_KERNELS},
            **{name: partial(self._top, name) for name in settings.mounts},
        }
        if settings.demo:
            tops[DEMO] = cache(partial(_demo, settings.policy))
        self.root = Group(children=_Mounts(tops), consolidate=False)

    def below(self, path: tuple[str, ...]) -> Node:
        """The root group with nothing in it but what is at and below a path; no link leads out of there.

        Raises
        ------
        ServeError
            If it cannot be served.
        """
        library = self._libraries.get(path[0])
        if library is None:
            return self.root  # of what has no links
        part, names = library().part(path[1:])
        node: Node = part.top()
        for name in reversed(path[: len(path) - len(names)]):
            node = Group(children={name: node}, consolidate=False)
        return node

    def _top(self, name: str) -> Node:
        return self._libraries[name]().top()


def root_of(settings: Settings) -> Group:
    """The root group of the whole tree; see `Tree`."""
    return Tree(settings).root


class _Mounts(Mapping[str, Node]):
    """Each mount by name, looked up anew for each request as files come and go."""

    def __init__(self, tops: Mapping[str, Callable[[], Node]]) -> None:
        self._tops = tops

    def __getitem__(self, name: str) -> Node:
        return self._tops[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._tops)

    def __len__(self) -> int:
        return len(self._tops)


def _demo(policy: Policy) -> Node:
    from .demo import demo

    return demo(policy)


def _place(name: str, location: str) -> Path:
    """A path from a path or URL.

    Raises
    ------
    MissingLibrary
        If a URL is given and fsspec or universal_pathlib is not installed.
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
