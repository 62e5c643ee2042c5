"""Share links that are made in a notebook, and their HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from pathlib import Path

from ..core.errors import Unavailable
from ..core.known_names import KERNELS
from ..servers.running import Server, server_of
from .urls import kernel_address


@dataclass(frozen=True)
class Link:
    """A share link: anybody who has its URL can read the data until the link expires or is revoked.

    Attributes
    ----------
    url
        Its URL, below which are ``v3/`` and ``v2/``; without scheme and host if they are unknown.
    id
        Its id in the list of links, which is not secret.
    path
        The path of the shared node.
    expires
        The time at which it ends; None for never.
    """

    url: str
    id: str
    path: str
    expires: str | None
    note: str = ""
    _server: Server | None = field(default=None, repr=False, compare=False)

    @property
    def v3(self) -> str:
        """The URL of the store in version 3, for any Zarr client."""
        return f"{self.url}v3"

    @property
    def v2(self) -> str:
        """The URL of the store in version 2."""
        return f"{self.url}v2"

    def revoke(self) -> None:
        """Revoke the link immediately.

        Raises
        ------
        Unavailable
            If the server does not answer, or the link has ended already.
        """
        if self._server is None:
            raise Unavailable(f"revoke it on the server's machine: jupyter zarr revoke {self.id}")
        self._server.revoke(self.id)

    def _repr_html_(self) -> str:
        until = f"until {self.expires}" if self.expires else "for ever"
        return (
            f"<div>Anybody who has this link can read <code>{escape(self.path)}</code> {escape(until)}:<br>"
            f'<a href="{escape(self.url)}v3/" target="_blank" rel="noopener noreferrer">'
            f"{escape(self.v3)}</a></div>"
        )


def share(
    connection_file: Path,
    name: str,
    expires: str | timedelta | None,
    note: str,
    origins: Sequence[str] | None,
) -> Link:
    """A share link to a published name of the kernel with a connection file.

    Raises
    ------
    Unavailable
        If the server cannot be found, does not answer or refuses; the message says why.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    place = kernel_address(connection_file)
    server = server_of(Path(jupyter_runtime_dir()))
    lives = f"{max(1, int(expires.total_seconds()) // 60)}m" if isinstance(expires, timedelta) else expires
    wish = {
        "path": [KERNELS, place.kernel_id, name],
        "expires": lives,
        "note": note,
        "origins": None if origins is None else list(origins),
    }
    made = server.make(wish)
    url = f"{place.origin}{made['link']}"
    return Link(url, made["id"], made["path"], made["expires"], made["note"], server)
