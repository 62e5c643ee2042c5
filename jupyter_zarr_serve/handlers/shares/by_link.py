"""Share links: below ``{base_url}zarr/s/<token>/`` is one part of the tree, for whoever has the link.

The handlers are those of the whole tree. What they can reach is bounded here, for whatever they ask; who
asks is nobody but the holder of the link, so that no cookie and no token of Jupyter's counts. The token
is in the address alone: not in what is logged, and no page tells other sites its own address.
"""

import asyncio
from collections.abc import Collection
from functools import cached_property
from typing import Any

from jupyter_server.auth import User
from jupyter_server.base.call_context import CallContext
from tornado import web

from ...core.errors import Unavailable, Unreadable
from ...shares.link import Share
from ...shares.sharing import Sharing
from ..web.base import ZarrServeHandler
from ..web.hiding import hide_tokens
from ..web.scope import Scope
from ..web.visits import hide_token, leave_token
from .bounded_source import BoundedSource

REFUSED = "this link is not valid: it may be mistyped, expired or revoked; ask whoever gave it for another"
_QUIET = {200, 204, 206, 304, 404, 429}
Routes = list[tuple[Any, ...]]


class _MayRead:
    """Jupyter's authorizer for holders of links."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        """Whether a link is good for it."""
        return (action, resource) == ("read", "zarr")


class ByLink(ZarrServeHandler):
    """What a handler of the whole tree is made of besides, to answer for a part of it."""

    def initialize(self, sharing: Sharing, **kwargs: Any) -> None:
        """Bound the source, if the handler has one, and hide the token."""
        self._sharing = sharing
        self._share: Share | None = None
        self._bounded = BoundedSource(kwargs["source"]) if "source" in kwargs else None
        hide_tokens(self.request)
        hide_token(self.request)
        super().initialize(**{**kwargs, **({"source": self._bounded} if self._bounded else {})})

    async def prepare(self) -> None:  # type: ignore[override]
        """Find out what the link grants.

        Raises
        ------
        HTTPError
            403 for a foreign host and for any link that is not valid; 429 after too many of those.
        """
        CallContext.set(CallContext.JUPYTER_HANDLER, self)
        self.current_user = self._jupyter_current_user = None
        if not self.check_host():
            raise web.HTTPError(403)
        try:
            share = await asyncio.to_thread(self._sharing.find, self._token, self.request.remote_ip or "")
        except (Unavailable, Unreadable) as error:
            raise self._not_now(error) from None
        if share is not None:
            self._accept(share)
        self.set_cors_headers()
        if share is None and self.request.method != "OPTIONS":
            raise web.HTTPError(403, REFUSED)
        leave_token(self)

    def _accept(self, share: Share) -> None:
        self._share = self.link = share
        if self._bounded is not None:
            self._bounded.path = share.path
        self.current_user = self._jupyter_current_user = User(f"link {share.id}", "Holder of a link")
        if self.request.method != "OPTIONS":
            self._sharing.uses.note(share.id)

    def _not_now(self, error: Unavailable | Unreadable) -> web.HTTPError:
        if isinstance(error, Unreadable):
            self.log.error("links cannot be checked: %s", error)
            return web.HTTPError(403, REFUSED)
        self.set_header("Retry-After", str(self._sharing.guard.patience))
        return web.HTTPError(429, str(error))

    @property
    def _token(self) -> str:
        below = self.request.path.removeprefix(f"{self.base_url}zarr/s/")
        return below.partition("/")[0]

    @cached_property
    def scope(self) -> Scope:
        """What the link grants."""
        assert self._share is not None
        return Scope(f"{self.base_url}zarr/s/{self._token}/", self._share.path)

    @property
    def authorizer(self) -> Any:
        """One that lets holders of links read."""
        return _MayRead()

    @property
    def content_security_policy(self) -> str:
        """Jupyter's, without the address to which browsers would report the link."""
        return "frame-ancestors 'self'"

    def set_default_headers(self) -> None:
        """Those of all answers, and none that would spread the link."""
        super().set_default_headers()
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Robots-Tag", "noindex, nofollow")
        self.set_header("Cache-Control", "private, no-cache")

    def set_cors_headers(self) -> None:
        """Leave for pages of the origins that the maker of the link named; errors tell nothing."""
        origin = self.request.headers.get("Origin")
        origins = self._share.origins if self._share is not None else ("*",)
        if origin is None or not {origin, "*"} & set(origins):
            return
        self.set_header("Access-Control-Allow-Origin", "*" if "*" in origins else origin)

    @property
    def link_origins(self) -> Collection[str]:  # type: ignore[override]
        """Those that the maker of the link named."""
        return self._share.origins if self._share is not None else ()

    def _log(self) -> None:
        """Write no line for what is routine, nor for each of very many guesses."""
        if self.get_status() not in _QUIET:
            super()._log()


def by_link(routes: Routes, nowhere: type[ZarrServeHandler], sharing: Sharing) -> Routes:
    """Routes of the whole tree, and that to `nowhere`, as they are below a link."""
    below = [(pattern.replace("zarr/", r"zarr/s/[^/]*/", 1), *rest) for pattern, *rest in routes]
    return [
        (pattern, _of_part(handler), {**(rest[0] if rest else {}), "sharing": sharing})
        for pattern, handler, *rest in [*below, (r"zarr/s(?:/.*)?", nowhere)]
    ]


def _of_part(handler: type[ZarrServeHandler]) -> type[ZarrServeHandler]:
    return type(f"Shared{handler.__name__}", (ByLink, handler), {"__doc__": handler.__doc__})
