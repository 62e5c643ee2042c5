"""The root group: the served folder, the kernels, the administrator's mounts, the demo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from ..core.children import Children
from ..core.errors import MissingLibrary
from ..core.nodes import Group, Node, Policy
from .disk import open_path

ROUTED = ("kernels", "notebooks")  # listed here, answered by sources of their own
RESERVED = ("files", "kernels", "notebooks", "ome", "portable", "demo")


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

    def make(name: str) -> Node:
        if name in ROUTED:
            return Group(consolidate=False)
        if name == "demo" and settings.demo:
            from .demo import demo

            return demo(settings.policy)
        place = settings.root_dir if name == "files" else _place(name, settings.mounts[name])
        return open_path(place, settings.policy, allow_hidden=settings.allow_hidden)

    names = ["files", *ROUTED, *settings.mounts, *(["demo"] if settings.demo else [])]
    return Group(children=Children(names, make), consolidate=False)


def _place(name: str, location: str) -> Path:
    """A path from a path or URL.

    Raises
    ------
    MissingLibrary
        When a URL is given and fsspec or universal_pathlib is not installed.
    """
    scheme, separator, rest = location.partition("://")
    if not separator:
        return Path(location).expanduser()
    if scheme == "file":
        return Path(rest)
    try:
        from upath import UPath
    except ImportError as error:
        raise MissingLibrary(f"mount {name}", "fsspec") from error
    return cast("Path", UPath(location))
