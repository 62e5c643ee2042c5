"""Names of kernels for people: the notebooks that they belong to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .render import NO_LABELS, shown

if TYPE_CHECKING:
    from .base import ZarrServeHandler

_KERNELS = "kernels"


async def kernel_labels(handler: "ZarrServeHandler", names: tuple[str, ...]) -> Mapping[str, str]:
    """What to show for the ids of kernels on a page of a path; nothing on other pages."""
    if _KERNELS not in names[:2] or handler.link is not None:  # a view may precede it
        return NO_LABELS
    sessions = await handler.session_manager.list_sessions()
    return {session["kernel"]["id"]: shown(str(session["path"])) for session in sessions}
