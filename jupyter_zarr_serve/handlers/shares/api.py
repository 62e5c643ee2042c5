"""``{base_url}zarr/api/shares``: share links are made, listed and revoked, by those who may write."""

import json
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from .managing import ManagingHandler


class _JSONHandler(ManagingHandler):
    """Answers with JSON."""

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(body))


class SharesHandler(_JSONHandler):
    """All shares."""

    @web.authenticated
    @authorized("write", resource="zarr")
    async def get(self) -> None:
        """List them."""
        self._answer(200, {"sharing": self.sharing.settings.is_on, "shares": await self.listed()})

    head = get

    @web.authenticated
    @authorized("write", resource="zarr")
    async def post(self) -> None:
        """Make one.

        Raises
        ------
        HTTPError
            See `make`.
        """
        try:
            told = json.loads(self.request.body or b"{}")
        except ValueError as error:
            raise web.HTTPError(400, f"send an object of JSON; {error}") from None
        self._answer(201, await self.make(told if isinstance(told, dict) else {}))


class ShareHandler(_JSONHandler):
    """One share."""

    @web.authenticated
    @authorized("write", resource="zarr")
    async def get(self, share_id: str) -> None:
        """Describe it.

        Raises
        ------
        HTTPError
            404 if there is none.
        """
        found = next((share for share in await self.listed() if share["id"] == share_id), None)
        if found is None:
            raise web.HTTPError(404, "there is no such link")
        self._answer(200, found)

    head = get

    @web.authenticated
    @authorized("write", resource="zarr")
    async def delete(self, share_id: str) -> None:
        """Revoke it.

        Raises
        ------
        HTTPError
            404 if there is none.
        """
        if not await self.revoke(share_id):
            raise web.HTTPError(404, "there is no such link that is not revoked yet")
        self._answer(200, {"id": share_id, "state": "revoked"})
