"""Names of kernels for people: the notebook or console that each belongs to, or when it was started."""

import asyncio
import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jupyter_server.base.handlers import JupyterHandler

from ...core.known_names import KERNELS
from ...shares.link import Share
from .render import NO_LABELS, shown
from .visitor import Visitor

_NOTEBOOK = "notebook"
_TELLING = 4  # characters of an id that tell kernels of one minute apart


async def kernel_labels(
    handler: JupyterHandler, visitor: Visitor, names: tuple[str, ...]
) -> Mapping[str, str]:
    """What to show for the ids of kernels on a page of a path; nothing on other pages, nor by a link."""
    if KERNELS not in names[:2] or visitor.is_by_link:  # a view may precede it
        return NO_LABELS
    sessions = await handler.session_manager.list_sessions()
    sessions.sort(key=lambda session: session["type"] == _NOTEBOOK)  # before its console
    labels = {session["kernel"]["id"]: shown(_named(session)) for session in sessions}
    kernels = handler.kernel_manager
    bare = {name: kernels.get_kernel(name) for name in kernels.list_kernel_ids() if name not in labels}
    return {**await asyncio.to_thread(_by_start, bare), **labels}


def name_of(share: Share) -> str:
    """The name by which a visitor sees what a link leads to; people do not know kernels by their ids."""
    *above, name = share.path
    return "kernel" if above == [KERNELS] else name


def _named(session: Mapping[str, Any]) -> str:
    """A notebook by its path, which people chose; a console's holds an id, so by its name."""
    path, name = str(session["path"] or ""), str(session.get("name") or "")
    return path if session["type"] == _NOTEBOOK or not name else name


def _by_start(kernels: Mapping[str, Any]) -> dict[str, str]:
    """Kernels that belong to nothing, by the time at which each was started."""
    labels = {kernel_id: _started(kernel) for kernel_id, kernel in kernels.items()}
    count = Counter(labels.values())
    return {
        kernel_id: label if count[label] == 1 else f"{label} ({kernel_id[:_TELLING]})"
        for kernel_id, label in labels.items()
    }


def _started(kernel: Any) -> str:
    """What a kernel is called by the time at which its connection file was written; a gateway has none."""
    try:
        # "" is no file, and a path to the folder
        at = datetime.fromtimestamp(os.stat(kernel.connection_file).st_mtime).astimezone()
    except (OSError, TypeError, AttributeError):
        return KERNELS.removesuffix("s")
    is_today = at.date() == datetime.now(at.tzinfo).date()
    return f"kernel, started {at:%H:%M}" if is_today else f"kernel, started {at:%d %b %H:%M}"
