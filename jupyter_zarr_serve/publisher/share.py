"""Share links made in a notebook, and how they look there."""

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
    """A share link: whoever has its URL can read what is shared, until it expires or is revoked.

    Attributes
    ----------
    url
        Its address, below which are ``v3/`` and ``v2/``; without scheme and host where those are not known.
    id
        Its name in the list of links; no secret.
    path
        What is shared.
    expires
        When it ends; None for never.
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
        """End it, at once.

        Raises
        ------
        Unavailable
            When the server cannot be asked, or it has ended already.
        """
        if self._server is None:
            raise Unavailable(f"revoke it on the server's machine: jupyter zarr revoke {self.id}")
        self._server.revoke(self.id)

    def _repr_html_(self) -> str:
        until = f"until {self.expires}" if self.expires else "without end"
        return (
            f"<div>Whoever has this link can read <code>{escape(self.path)}</code> {escape(until)}:<br>"
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
    """A link to what the kernel with a connection file publishes under a name.

    Raises
    ------
    Unavailable
        When the server cannot be found or asked, or does not want to; the message says why.
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
    told = server.make(wish)
    url = f"{place.origin}{told['link']}"
    return Link(url, told["id"], told["path"], told["expires"], told["note"], server)
