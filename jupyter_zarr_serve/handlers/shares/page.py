"""``{base_url}zarr/shares``: the page on which people make, list and revoke share links.

It is one form and one table, and works without scripts. A new link is shown once, after the form is sent.
"""

from typing import Any
from urllib.parse import urlsplit

from jupyter_server.auth import IdentityProvider, PasswordIdentityProvider
from jupyter_server.auth.decorator import authorized
from tornado import web

from ...core.public_text import public
from ...shares.link import person, text_of
from ..web.auth import hub_auth
from ..web.render import quoted, rendered, root_from
from ..web.times import moment
from .managing import ManagingHandler

_WITHOUT_USERS = {IdentityProvider, PasswordIdentityProvider}
_ENDED = {"revoked", "expired"}
_MOST_ROWS = 200  # of the table
_FOLLOWED = 50


class SharesPageHandler(ManagingHandler):
    """The page."""

    @web.authenticated
    @authorized("write", resource="zarr")
    async def get(self) -> None:
        """The form, with what the query names, and the table."""
        await self._show("", self.get_query_argument("path", ""))

    head = get

    @web.authenticated
    @authorized("write", resource="zarr")
    async def post(self) -> None:
        """Make or revoke a link, and show the page."""
        share_id = self.get_body_argument("revoke", "")
        if share_id:
            is_ended = await self.revoke(share_id)
            await self._show("The link is revoked." if is_ended else "There is no such link any more.")
            return
        path = self.get_body_argument("path", "")
        try:
            told = await self.make(
                {
                    "path": path.strip().strip("/"),
                    "expires": self.get_body_argument("expires", ""),
                    "note": self.get_body_argument("note", ""),
                    "origins": self.get_body_argument("origins", "").replace(",", " ").split() or None,
                }
            )
        except web.HTTPError as error:
            self.set_status(error.status_code)
            await self._show(public((error.log_message or "") % error.args), path, is_failure=True)
            return
        await self._show("", made=told)

    async def _show(
        self, said: str, path: str = "", *, is_failure: bool = False, made: dict[str, Any] | None = None
    ) -> None:
        settings, root = self.sharing.settings, root_from(self.request.path, self.scope.url)
        shares = sorted(await self.listed(), key=lambda share: share["state"] in _ENDED)
        page = rendered(
            self,
            "shares.html",
            title="Share links – zarr",
            root=root,
            crumbs=[{"name": "zarr", "url": root}, {"name": "Share links", "url": "shares"}],
            said=said,
            is_failure=is_failure,
            is_on=settings.is_on,
            made=None if made is None else self._made(made, root),
            xsrf=self.xsrf_token.decode(),
            hub_xsrf=self.xsrf_token.decode() if hub_auth(self) is not None else "",
            path=path,
            expires="7d" if not settings.longest else text_of(min(settings.longest, 7 * 86_400)),
            longest=text_of(settings.longest) if settings.longest else "",
            origins=" ".join(settings.origins),
            shares=[self._row(share, at) for at, share in enumerate(shares[:_MOST_ROWS])],
            left_out=len(shares[_MOST_ROWS:]),
        )
        self.set_header("Referrer-Policy", "same-origin")  # see `ManagingHandler`
        await self.finish(page)

    def _made(self, told: dict[str, Any], root: str) -> dict[str, Any]:
        """A new link, whose address is relative to the page, too."""
        below = urlsplit(told["link"]).path.removeprefix(self.scope.url)
        return {**_timed(told), "page": f"{root}{below}", "data": f"{root}{below}v3/"}

    def _row(self, share: dict[str, Any], at: int) -> dict[str, Any]:
        # Of a server without users all who have its token or password are one.
        has_no_users = type(self.identity_provider) in _WITHOUT_USERS
        is_mine = has_no_users or share["maker"] == self.current_user.username
        return {
            **_timed(share),
            "maker": "you" if is_mine else (person(share["maker"]) or "somebody with the token"),
            "is_live": share["state"] not in _ENDED,
            # What is there no more says so; the first ones, for looks cost time.
            "followed": quoted(share["names"]).rstrip("/")
            if share["state"] == "live" and at < _FOLLOWED
            else "",
        }


def _timed(share: dict[str, Any]) -> dict[str, Any]:
    """A share whose times are as templates show them."""
    times = {name: share[name] for name in ("made", "expires", "revoked", "last_used")}
    return {**share, **{name: text and moment(text) for name, text in times.items()}}
