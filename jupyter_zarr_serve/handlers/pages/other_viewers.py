"""Other viewers: their addresses, how each learns what to open, and by which route people get there.

All read the view ``drawn``. A viewer of this origin reads with the login of its user; any other by a share
link, as Jupyter's token would open everything. So does one of this origin on a hub, whose servers take no
cookie from pages that do not send XSRF's token. A visitor with a share link passes it on, if its owner
allowed the viewer's origin.

References
----------
https://github.com/hms-dbmi/vizarr
https://github.com/google/neuroglancer
"""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from jupyter_core.utils import ensure_async

from ...shares.sharing import checked_origin
from ..web.auth import hub_auth
from ..web.base import ZarrServeHandler

SHARING = "jupyter_zarr_serve_sharing"  # the setting that says whether there are share links
NAMES = ("vizarr", "neuroglancer")
SOURCE = "{source}"  # stands in a template for the address of an image, percent-encoded


@dataclass(frozen=True)
class Viewers:
    """What opens images besides our own page.

    Attributes
    ----------
    vizarr
        The URL of its page, or the folder of a build of it, which is then served here; empty for none.
    neuroglancer
        The URL of its page; empty for none.
    """

    vizarr: str = ""
    neuroglancer: str = ""

    @property
    def folder(self) -> Path | None:
        """The folder of vizarr's build, if it is one."""
        return None if not self.vizarr or "://" in self.vizarr else Path(self.vizarr).expanduser()

    def page(self, name: str, scope: str) -> str:
        """The URL of a viewer's page, below the scope if it is served here; "" for none."""
        return f"{scope}vizarr/" if name == "vizarr" and self.folder else str(getattr(self, name))


@dataclass(frozen=True)
class ViewerRoute:
    """How somebody gets to a viewer.

    Attributes
    ----------
    template
        The URL that opens an image, with `SOURCE` in it.
    origin
        Of the viewer's page.
    is_direct
        Whether it reads with the rights of its user; if not, a share link has to be made.
    """

    name: str
    template: str
    origin: str
    is_direct: bool

    def url(self, source: str) -> str:
        """The URL that opens the image at an address."""
        return self.template.replace(SOURCE, quote(source, safe=""))


def viewer_routes(handler: ZarrServeHandler, viewers: Viewers, *, may_link: bool) -> list[ViewerRoute]:
    """The viewers that the user of a request, who may make links or not, can get to."""
    found = [_way(handler, viewers, name) for name in NAMES]
    return [route for route in found if route is not None and (route.is_direct or may_link)]


def _way(handler: ZarrServeHandler, viewers: Viewers, name: str) -> ViewerRoute | None:
    page = viewers.page(name, handler.scope.url)
    if not page:
        return None
    here, parts = handler.origin, urlsplit(page)
    origin = checked_origin(f"{parts.scheme}://{parts.netloc}") if parts.netloc else here
    readers = handler.visitor.origins
    if readers is None:
        return ViewerRoute(
            name, _template(name, page), origin, origin == here and hub_auth(handler) is None
        )
    return ViewerRoute(name, _template(name, page), origin, not {origin, "*"}.isdisjoint({here, *readers}))


def _template(name: str, page: str) -> str:
    if name == "vizarr":
        return f"{page}?source={SOURCE}"
    layers = [{"type": "image", "name": "image", "source": "zarr3://SOURCE"}]
    return f"{page}#!{quote(json.dumps({'layers': layers}), safe='').replace('SOURCE', SOURCE)}"


async def may_share(handler: ZarrServeHandler) -> bool:
    """Whether there are share links, and this visitor may make them; see `shares.page`."""
    visitor = handler.visitor
    if not handler.settings.get(SHARING, False) or visitor.is_by_link or visitor.is_reader:
        return False
    asked = handler.authorizer.is_authorized(handler, handler.current_user, "write", "zarr")
    return bool(await ensure_async(asked))
