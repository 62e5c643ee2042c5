"""The only Tornado: requests in, responses out."""

import re
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.routing import PathMatches, Rule
from tornado.web import Application

from ..shares.sharing import Sharing
from ..sources import Source
from ..sources.jobs import Jobs
from ..sources.live.followable import Followable
from ..sources.live.topics import Heard, Topics
from ..sources.send_budget import SendBudget
from .api import CodeHandler, FrameTicketHandler, NodeHandler, PreviewHandler
from .export import ExportHandler
from .jobs import ChunkHandler, JobHandler
from .live.socket import LiveHandler
from .live.sockets import Sockets
from .live.timesteps import Steps, TimestepHandler
from .pages.assets import AssetHandler, VizarrHandler
from .pages.index import IndexHandler, NowhereHandler
from .pages.opening import OpenByLinkHandler, OpenHandler
from .pages.other_viewers import Viewers
from .pages.viewer_page import ViewHandler
from .shares.api import ShareHandler, SharesHandler
from .shares.by_link import by_link
from .shares.following import WithShares
from .shares.page import SharesPageHandler
from .store import StoreHandler
from .web.visitor import Whole


def routes(
    source: Followable,
    budget: SendBudget,
    sharing: Sharing,
    viewers: Viewers,
    heard: Heard | None = None,
) -> list[tuple[Any, ...]]:
    """Every route of the extension, below the server's base URL; tests walk this table.

    Parameters
    ----------
    heard
        Hears of each change that somebody follows.
    """
    tree = tree_routes(source, budget, viewers, Topics(WithShares(source, sharing), heard))
    shares = {"sharing": sharing, "source": source}
    return [
        *tree,
        (r"zarr/api/code(/.*)?", CodeHandler, {"source": Whole(source), "budget": budget}),
        (r"zarr/api/frame-ticket", FrameTicketHandler),
        (r"zarr/api/shares/?", SharesHandler, shares),
        (r"zarr/api/shares/([0-9a-f]+)", ShareHandler, shares),
        (r"zarr/shares", SharesPageHandler, shares),
        (r"zarr/shares/open/(vizarr|neuroglancer)", OpenByLinkHandler, {**shares, "viewers": viewers}),
        *by_link(tree, NowhereHandler, sharing),
        (r"zarr/(.*)", NowhereHandler),
    ]


def faulty_routes(fault: str) -> list[tuple[Any, ...]]:
    """The routes of a server whose settings cannot be right: they say so."""
    return [(r"zarr(/.*)?", NowhereHandler, {"fault": fault})]


def find_first(application: Application, base_url: str) -> None:
    """Try our routes, which were added last, before those of other extensions.

    Else each chunk would be compared with all of their patterns. Now each of their paths is compared with
    one pattern more.
    """
    rules = application.default_router.rules
    ours = rules.pop(-2)  # the last is for what nobody has added
    rules.insert(0, Rule(_Ours(base_url), ours.target))


class _Ours(PathMatches):
    """All below ``zarr``; several slashes around that, or around a link's token, mean one, as behind it.

    obstore puts two behind the root of a store whose address ends in one.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(f"{re.escape(base_url)}zarr(?:/.*)?")
        self._plain = f"{base_url}zarr"
        self._several = re.compile(f"{re.escape(base_url.rstrip('/'))}/+zarr(?:/+s/+([^/]+))?(?:/+|$)")

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """See `PathMatches`."""
        if "//" in request.path and (found := self._several.match(request.path)):
            link = f"/s/{found[1]}" if found[1] else ""
            slash = "/" if found[0].endswith("/") else ""
            request.path = f"{self._plain}{link}{slash}{request.path[found.end() :]}"
        return super().match(request)


def tree_routes(
    source: Source, budget: SendBudget, viewers: Viewers, topics: Topics
) -> list[tuple[Any, ...]]:
    """The routes that only read; they exist once for the whole tree, and once for what a link grants."""
    asking = {"source": Whole(source), "budget": budget}
    lasting = {**asking, "jobs": Jobs()}
    live = {**asking, "topics": topics, "sockets": Sockets()}
    return [
        (r"zarr/v([23])(/.*)?/(current|next)-timestep", TimestepHandler, {**live, "steps": Steps()}),
        (r"zarr/v([23])(/.*)?", StoreHandler, {**asking, "viewers": viewers}),  # most are for it
        (r"zarr/?", IndexHandler, {**asking, "viewers": viewers}),
        (r"zarr/api/node(/.*)?", NodeHandler, lasting),
        (r"zarr/api/preview(/.*)?", PreviewHandler, lasting),
        (r"zarr/api/chunk(/.*)?", ChunkHandler, lasting),
        (r"zarr/api/jobs/([A-Za-z0-9_-]+)", JobHandler, lasting),
        (r"zarr/api/export(/.*)?", ExportHandler, asking),
        (r"zarr/api/live", LiveHandler, live),
        (r"zarr/view", ViewHandler, {"viewers": viewers}),
        (r"zarr/open/(vizarr|neuroglancer)", OpenHandler, {"viewers": viewers}),
        (r"zarr/vizarr/(.*)", VizarrHandler, {"viewers": viewers}),
        (r"zarr/static/(.*)", AssetHandler),
    ]
