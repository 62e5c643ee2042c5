"""Share links are made, listed and ended here, for the API and the page; both want Jupyter's own login."""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ...core.errors import ServeError
from ...core.known_names import KERNELS, NOTEBOOKS, is_view
from ...serve.request import NODE, Request, existence_of
from ...shares.link import Share
from ...shares.sharing import Sharing, Wish
from ...sources import Source, response_of
from ..web.base import ZarrServeHandler

_OFF = "sharing is switched off on this server (c.ZarrServeApp.sharing)"
Told = Mapping[str, Any]


class ManagingHandler(ZarrServeHandler):
    """The base of the page and of the API: Jupyter's own login, and its check of changes."""

    is_for_readers = False

    def initialize(self, sharing: Sharing, source: Source) -> None:
        """Take the shares, and the source that knows what there is to share."""
        self.sharing = sharing
        self._source = source

    async def prepare(self) -> None:  # type: ignore[override]
        """Identify the user; for changes in Jupyter's own way, which wants XSRF's token beside a cookie.

        Raises
        ------
        HTTPError
            401 if nobody is logged in, 403 or 404 if another site may have sent the request.
        """
        if self.request.method in {"GET", "HEAD", "OPTIONS"}:
            await super().prepare()
            return
        await JupyterHandler.prepare(self)
        self.visitor = replace(self.visitor, user=self.current_user)
        if self.current_user is None:
            self.get_login_url()

    def set_default_headers(self) -> None:
        """Those of all answers, and none that would keep or spread a link."""
        super().set_default_headers()
        # With "no-referrer" browsers send forms with the origin null, which Jupyter refuses.
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    @property
    def data_origins(self) -> Sequence[str]:
        """None: pages of other origins may read data, not links."""
        return ()

    async def make(self, told: Told) -> dict[str, Any]:
        """Make a link; returns the share as JSON with its link, which no later answer has.

        Raises
        ------
        HTTPError
            If the link is not granted.
        """
        if not self.sharing.settings.is_on:
            raise web.HTTPError(403, _OFF)
        wish = _wish(told, str(self.current_user.username))
        try:
            wish = await self._checked(wish)
            share, token = await asyncio.to_thread(self.sharing.make, wish)
        except ValueError as error:
            raise web.HTTPError(400, str(error)) from None
        except ServeError as error:
            raise web.HTTPError(error.status, str(error)) from None
        except OSError as error:
            raise web.HTTPError(503, f"the list of links cannot be written: {error}") from None
        self.log.info("link %s to /%s was made by %s", share.id, "/".join(share.path), share.maker)
        path = f"{self.base_url}zarr/s/{token}/"
        return {**self.described(share), "link": path, "url": f"{self._origin()}{path}"}

    async def revoke(self, share_id: str) -> bool:
        """End a share; returns whether there was one.

        Raises
        ------
        HTTPError
            If the list cannot be read or written.
        """
        try:
            is_ended = await asyncio.to_thread(self.sharing.ledger.revoke, share_id)
        except (ServeError, OSError) as error:
            raise web.HTTPError(503, f"the list of links cannot be changed: {error}") from None
        if is_ended:
            self.log.info("link %s was revoked by %s", share_id, self.current_user.username)
        return is_ended

    async def listed(self) -> list[dict[str, Any]]:
        """All shares as JSON, without their links.

        Raises
        ------
        HTTPError
            If the list cannot be read.
        """
        try:
            shares = await asyncio.to_thread(self.sharing.ledger.all)
        except ServeError as error:
            raise web.HTTPError(error.status, str(error)) from None
        uses = await asyncio.to_thread(self.sharing.uses.all)
        return [self.described(share, *uses.get(share.id, (0, None))) for share in shares]

    def described(self, share: Share, uses: int = 0, last: int | None = None) -> dict[str, Any]:
        """A share as JSON."""
        state = self.sharing.ledger.state(share)
        return {
            "id": share.id,
            "path": "/".join(share.path),
            "names": share.path,
            "note": share.note,
            "maker": share.maker,
            "origins": share.origins,
            "state": state if state != "live" or self.sharing.is_here(share) else "of another server",
            "made": _time(share.made),
            "expires": _time(share.expires),
            "revoked": _time(share.revoked),
            "uses": uses,
            "last_used": _time(last),
        }

    async def _checked(self, wish: Wish) -> Wish:
        """The wish, if what it names exists and no link leads there; what is a notebook's by its path.

        Raises
        ------
        HTTPError
            If it cannot be shared; the message says why.
        """
        path = await self._by_served_names(await self._by_notebook(wish.path))
        for within in (0, len(path)):  # an honest 404 first
            response = await response_of(self._source, existence_of(path, within=within))
            if response.status != 200:
                raise web.HTTPError(response.status, json.loads(bytes(response.body))["message"])
        return Wish(path, wish.maker, wish.expires, wish.note, wish.origins)

    async def _by_served_names(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """A path whose names may be those of files and variables, by those under which they are served."""
        asked = Request(3, path, form=NODE, options=(("limit", 1),))
        response = await response_of(self._source, asked)
        if response.status != 200:
            return path
        told = json.loads(bytes(response.body))["path"]
        names = tuple(told.split("/")) if told else ()
        return (*path[: len(path) - len(names)], *names)

    async def _by_notebook(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The same variable by its notebook's path, which outlives the kernel."""
        if len(path) < 2 or path[0] != KERNELS:
            return path
        for session in await self.session_manager.list_sessions():
            if session["type"] == "notebook" and session["kernel"]["id"] == path[1]:
                return (NOTEBOOKS, *filter(None, session["path"].split("/")), *path[2:])
        return path

    def _origin(self) -> str:
        """Scheme and host by which this server is reached, as far as it knows."""
        public = urlsplit(os.environ.get("JUPYTERHUB_PUBLIC_URL", ""))
        if public.netloc:
            return f"{public.scheme}://{public.netloc}"
        return self.origin


def _wish(told: Told, maker: str) -> Wish:
    """What a client wants to share.

    Raises
    ------
    HTTPError
        If the body says something else.
    """
    path, origins, note = told.get("path") or [], told.get("origins"), told.get("note") or ""
    expires = told.get("expires", "")
    if isinstance(path, str):
        path = [name for name in path.split("/") if name]
    if not (_are_texts(path) and all(path)):
        raise web.HTTPError(400, "path: say what to share, such as 'files/run42.h5'")
    if is_view(path[0]):
        raise web.HTTPError(400, f"path: leave out {path[0]}/, which is below the link, too")
    if not (origins is None or _are_texts(origins)):
        raise web.HTTPError(400, "origins: give a list, such as ['https://example.org']")
    if not isinstance(note, str) or not (expires is None or isinstance(expires, str)):
        raise web.HTTPError(400, "note and expires: give texts, such as '7d'")
    return Wish(tuple(path), maker, expires, note, origins)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) for text in value)


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
