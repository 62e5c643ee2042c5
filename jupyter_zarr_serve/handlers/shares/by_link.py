"""Share links: below ``{base_url}zarr/s/<token>/`` is one part of the tree, for whoever has the link.

The handlers are those of the whole tree, with another entrance: their visitor is the holder of the link,
who reaches what the link grants. No cookie and no token of Jupyter's counts. The token is in the address
alone: no log shows it, and no page tells other sites its own address.
"""

import asyncio
from typing import Any

from jupyter_server.auth import User
from tornado.web import HTTPError

from ...core.errors import Unavailable, Unreadable
from ...shares.sharing import Sharing
from ..web.scope import Scope
from ..web.visitor import Visitor

REFUSED = "this link is not valid: it may be mistyped, expired or revoked; ask whoever gave it for another"
Routes = list[tuple[Any, ...]]


class LinkEntrance:
    """The entrance of those who have a share link."""

    def __init__(self, sharing: Sharing) -> None:
        self._sharing = sharing

    def stranger(self, base_url: str) -> Visitor:
        """See `Entrance`; pages of all origins may read a refusal, which tells nothing."""
        return Visitor(Scope(f"{base_url}zarr/"), origins=("*",))

    async def admit(self, handler: Any) -> Visitor:
        """The holder of the link, or the stranger if the link is not valid.

        Raises
        ------
        HTTPError
            403 if no link can be checked, 429 after too many links that are not valid.
        """
        links, token = _link_of(handler)
        try:
            share = await asyncio.to_thread(self._sharing.find, token, handler.request.remote_ip or "")
        except Unreadable as error:
            handler.log.error("links cannot be checked: %s", error)  # noqa: TRY400 (one line)
            raise HTTPError(403, REFUSED) from None
        except Unavailable as error:
            handler.set_header("Retry-After", str(self._sharing.guard.patience))
            raise HTTPError(429, str(error)) from None
        if share is None:
            return self.stranger(handler.base_url)
        if handler.request.method != "OPTIONS":
            self._sharing.uses.note(share.id)
        user = User(f"link {share.id}", "Holder of a link")
        return Visitor(Scope(f"{links}{token}/", share.path), user, share.origins, share)

    async def still_admits(self, handler: Any) -> bool:
        """See `Entrance`."""
        try:
            share = await asyncio.to_thread(
                self._sharing.find, _link_of(handler)[1], handler.request.remote_ip or ""
            )
        except Unavailable:  # others tried too many wrong links
            return True
        except Unreadable:
            return False
        return share is not None

    def check(self, handler: Any) -> None:
        """Refuse a link that is not valid."""
        if handler.current_user is None and handler.request.method != "OPTIONS":
            raise HTTPError(403, REFUSED)


def _link_of(handler: Any) -> tuple[str, str]:
    """The path below which links are, and the token in the address of a request."""
    links = f"{handler.base_url}zarr/s/"
    return links, handler.request.path.removeprefix(links).partition("/")[0]


def by_link(routes: Routes, nowhere: type[Any], sharing: Sharing) -> Routes:
    """Routes of the whole tree, and that to `nowhere`, as they are below a link."""
    below = [(pattern.replace("zarr/", r"zarr/s/[^/]*/", 1), *rest) for pattern, *rest in routes]
    entrance = LinkEntrance(sharing)
    return [
        (pattern, handler, {**(rest[0] if rest else {}), "entrance": entrance})
        for pattern, handler, *rest in [*below, (r"zarr/s(?:/.*)?", nowhere)]
    ]
