"""Ways to other viewers: ``open/<name>?path=`` goes there; ``shares/open/<name>?path=`` makes a link first.

Browsers without JavaScript come here; a page's script knows better by which address it reached the server.
"""

from urllib.parse import urljoin, urlsplit

from jupyter_server.auth.decorator import authorized
from tornado import web

from ...core import limits
from ...core.known_names import DRAWN
from ...shares.link import text_of
from ...shares.sharing import Sharing
from ...sources import Source
from ..shares.managing import ManagingHandler
from ..web.base import ZarrServeHandler
from ..web.render import quoted, rendered, root_from
from ..web.scope import parted
from ..web.visits import send_to
from .buttons import Place, other
from .other_viewers import ViewerRoute, Viewers, may_share, viewer_routes

_LIFE = 86_400  # seconds that a link lives which is made here


async def way_to(handler: ZarrServeHandler, viewers: Viewers, name: str) -> ViewerRoute:
    """The route to a viewer.

    Raises
    ------
    HTTPError
        404 if there is none for this user.
    """
    for route in viewer_routes(handler, viewers, may_link=await may_share(handler)):
        if route.name == name:
            return route
    raise web.HTTPError(404, f"{name} cannot be opened from here; see c.ZarrServeApp.viewers")


def names_in_query(handler: ZarrServeHandler) -> tuple[str, ...]:
    """The path in the query.

    Raises
    ------
    HTTPError
        400 if it is longer than any path of a page.
    """
    path = handler.get_query_argument("path", "")
    if len(path) > limits.PATH:
        raise web.HTTPError(400, f"path: has more than {limits.PATH:,} characters")
    return tuple(filter(None, path.split("/")))


def asked_names(handler: ZarrServeHandler) -> tuple[str, ...]:
    """The path in the query, without a view.

    Raises
    ------
    HTTPError
        400 if there is none; see `names_in_query`.
    """
    _, names = parted(names_in_query(handler))
    if not names and not handler.scope.path:
        raise web.HTTPError(400, "path: say what to open, such as 'files/image.npy'")
    return names


class LookingHandler(ZarrServeHandler):
    """The base of our viewer's page and of the ways to others: they show the path in their query."""

    asked_path = None
    is_page = True

    def initialize(self, viewers: Viewers) -> None:
        """Take the other viewers."""
        self._viewers = viewers


class OpenHandler(LookingHandler):
    """Leads to a viewer that reads with the rights of its user."""

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, name: str) -> None:
        """Go there, or to where a link is made."""
        names, route = asked_names(self), await way_to(self, self._viewers, name)
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        root = root_from(self.request.path, self.scope.url)
        button = other(
            route, Place(self.scope.url if route.is_direct else root, names, names), self.scope.url
        )
        send_to(self, route.url(f"{self.origin}{button.source}") if route.is_direct else button.url)

    head = get


class OpenByLinkHandler(ManagingHandler):
    """Asks before it makes a share link of an image for a viewer, and then leads there."""

    is_page = True

    def initialize(  # type: ignore[override]
        self, sharing: Sharing, source: Source, viewers: Viewers
    ) -> None:
        """Take the other viewers."""
        super().initialize(sharing, source)
        self._viewers = viewers

    @web.authenticated
    @authorized("write", resource="zarr")
    async def get(self, name: str) -> None:
        """Ask."""
        names, route = asked_names(self), await way_to(self, self._viewers, name)
        root = root_from(self.request.path, self.scope.url)
        page = rendered(
            self, "open.html", leads_to=route.origin, title=f"Open in {name}", root=root,
            crumbs=[{"name": "zarr", "url": root}], name=name, origin=route.origin, path="/".join(names),
            life=_words(self._life), xsrf=self.xsrf_token.decode(),
            back=f"{root}v3/{quoted(names)}",
        )  # fmt: skip
        self.set_header("Referrer-Policy", "same-origin")  # see `ManagingHandler`
        await self.finish(page)

    head = get

    @web.authenticated
    @authorized("write", resource="zarr")
    async def post(self, name: str) -> None:
        """Make a link, and go to the viewer with it."""
        names, route = asked_names(self), await way_to(self, self._viewers, name)
        root = self.get_body_argument("root", "")  # the script of the page knows it, behind a proxy
        told = await self.make(
            {
                "path": list(names),
                "expires": text_of(self._life),
                "origins": [route.origin],
                "note": f"opened at {route.origin}",
            }
        )
        self.set_header("Referrer-Policy", "no-referrer")
        below = told["link"].removeprefix(self.scope.url)
        link = urljoin(root, below) if _is_address(root) else told["url"]
        send_to(self, route.url(f"{link}v3/{DRAWN}"), status=303)

    @property
    def _life(self) -> int:
        return min(_LIFE, self.sharing.settings.longest or _LIFE)


def _is_address(root: str) -> bool:
    """Whether a text is the address of a folder of a web server.

    Examples
    --------
    >>> _is_address("https://hub.org/team/ann/zarr/"), _is_address("javascript:alert()"), _is_address("")
    (True, False, False)
    """
    parts = urlsplit(root)
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and parts.path.endswith("/zarr/")


def _words(seconds: int) -> str:
    """A length of life for people.

    Examples
    --------
    >>> _words(86_400), _words(7200)
    ('1 day', '2 hours')
    """
    text = text_of(seconds)
    count, unit = text[:-1], {"m": "minute", "h": "hour", "d": "day"}[text[-1]]
    return f"{count} {unit}{'' if count == '1' else 's'}"
