"""From settings to what needs them, and the sentence that names a setting which cannot be right.

``jupyter zarr`` ends with the sentence; any other Jupyter server runs on without Zarr, with the sentence in
its log and in the answers of the routes that would have served it.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import TraitError
from traitlets.config import Config, Configurable
from traitlets.config.loader import DeferredConfig

from .core.known_names import DEMO, FILES, KERNELS, NOTEBOOKS
from .shares.sharing import Sharing, SharingSettings

if TYPE_CHECKING:
    from .files.tree import Settings

# A setting of an older version, and the member of a group that it is now.
RENAMED = {
    "kernel_timeout": ("limits", "kernel_timeout"),
    "worker_timeout": ("limits", "worker_timeout"),
    "worker_bytes": ("limits", "worker_bytes"),
    "worker_cache_bytes": ("limits", "worker_cache_bytes"),
    "outgoing_bytes": ("limits", "outgoing_bytes"),
    "vizarr_url": ("viewers", "vizarr"),
    "neuroglancer_url": ("viewers", "neuroglancer"),
    "max_share_seconds": ("sharing", "max_seconds"),
    "share_origins": ("sharing", "origins"),
}


class _LastWords(logging.Filter):
    """Holds back what a server logs before it gives up."""

    text = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """See `logging.Filter`."""
        if record.levelno < logging.CRITICAL:
            return True
        self.text = record.getMessage()
        return False


@contextmanager
def in_one_sentence(command: str) -> Iterator[None]:
    """End a command whose server gives up, such as for a folder that is not there, with the reason alone.

    Raises
    ------
    SystemExit
        In place of the server's.
    """
    last_words, log = _LastWords(), logging.getLogger("ServerApp")
    log.addFilter(last_words)
    try:
        yield
    except SystemExit as end:
        raise SystemExit(f"{command}: {last_words.text}") if last_words.text else end from None
    finally:
        log.removeFilter(last_words)


def check_together(chunk_bytes: int, chunk_limit_bytes: int) -> None:
    """See that settings that are right by themselves are so together.

    Raises
    ------
    ValueError
        If they are not; the message names both.
    """
    if chunk_bytes > chunk_limit_bytes:
        raise ValueError(
            f"chunk_bytes ({chunk_bytes:,}) is more than chunk_limit_bytes ({chunk_limit_bytes:,}), beyond "
            "which no chunk is served; lower the one or raise the other"
        )


def sharing_of(app: Any, folder: Path, root: Path) -> Sharing:
    """The share links of a server, kept in a folder; its log says where none can be made."""
    obstacle = _unwritable(folder) if app.sharing["on"] else ""
    if obstacle:
        app.serverapp.log.warning("Zarr: %s", obstacle)
    files = str(root.resolve())
    homes = {FILES: files, NOTEBOOKS: files, KERNELS: KERNELS, DEMO: DEMO, **app.mounts}
    return Sharing(
        SharingSettings(
            folder=folder,
            home_of=lambda name: homes.get(name, ""),
            is_on=app.sharing["on"],
            longest=app.sharing["max_seconds"],
            origins=tuple(app.sharing["origins"]),
        )
    )


def _unwritable(folder: Path) -> str:
    """Why nothing can be kept in a folder, which may have to be made; "" where it can."""
    there = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return ""
    return (
        f"no share links can be made, as {folder} cannot be written; "
        f"mend the permissions of {there}, or set c.ZarrServeApp.sharing = False"
    )


def served_folder(serverapp: Any) -> Path:
    """The folder that a Jupyter server serves."""
    return Path(getattr(serverapp.contents_manager, "root_dir", "") or serverapp.root_dir)


def site_settings(app: Any) -> "Settings":
    """All settings of the extension, its server's included, as one frozen object."""
    from .core.codecs import compressor_named
    from .core.nodes import Policy
    from .files.tree import Settings

    return Settings(
        root_dir=served_folder(app.serverapp),
        allow_hidden=bool(getattr(app.serverapp.contents_manager, "allow_hidden", False)),
        mounts=dict(app.mounts),
        demo=app.demo,
        policy=Policy(app.chunk_bytes, app.chunk_limit_bytes, compressor_named(app.compressor)),
        cache_bytes=app.cache_bytes,
        worker_cache_bytes=app.limits["worker_cache_bytes"],
        workers=app.workers,
        worker_timeout=app.limits["worker_timeout"],
        worker_bytes=app.limits["worker_bytes"],
        kernel_timeout=app.limits["kernel_timeout"],
    )


def take_old_names(app: Any) -> Iterator[str]:
    """Set what is given by names of an older version; for each, the sentence that says its new name."""
    given = app.config.get(type(app).__name__, {})
    for old, (group, member) in RENAMED.items():
        if old in given:
            value, trait = given[old], app.traits()[group].members[member]
            value = value.get_value(trait) if isinstance(value, DeferredConfig) else value
            setattr(app, group, {**getattr(app, group), member: value})
            name = f"c.{type(app).__name__}"
            yield f"{name}.{old} has a new name; say {name}.{group} = {{{member!r}: {value!r}}}"


def fault_in(app: Configurable, settings: Config, failure: Exception) -> str:
    """The sentence that names the setting at fault, its value and what is wanted.

    Parameters
    ----------
    settings
        All of them, by the class that has them.
    failure
        What was raised by all of them together.
    """
    name = type(app).__name__
    for setting, value in settings.get(name, {}).items():
        if not app.has_trait(setting):
            continue
        try:
            getattr(type(app)(config=Config({name: {setting: value}})), setting)
        except (TraitError, ValueError, AttributeError) as error:
            return _sentence(app, setting, value, str(error))
    return f"the settings of {name} cannot be right: {failure}"


def _sentence(app: Configurable, setting: str, value: Any, reason: str) -> str:
    trait = app.traits().get(setting)
    given = value[0] if isinstance(value, list) and len(value) == 1 else value
    wanted = f" ({setting}: {str(trait.help).rstrip('.')})" if trait else ""
    words = " ".join(reason.split()).rstrip(".")
    return f"c.{type(app).__name__}.{setting} cannot be {str(given)!r}: {words}; mend or remove it{wanted}"
