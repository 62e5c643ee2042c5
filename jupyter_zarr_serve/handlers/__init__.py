"""The only Tornado: requests in, responses out."""

from typing import Any

from ..shares.sharing import Sharing
from ..sources.live.followable import Followable
from ..sources.live.topics import Topics
from ..sources.send_budget import SendBudget
from .api import ChangesHandler, CodeHandler, NodeHandler, PreviewHandler
from .export import ExportHandler
from .live.socket import LiveHandler
from .live.sockets import Sockets
from .pages.assets import AssetHandler, VizarrHandler
from .pages.index import IndexHandler, NowhereHandler
from .pages.opening import OpenByLinkHandler, OpenHandler
from .pages.other_viewers import Viewers
from .pages.viewer_page import ViewHandler
from .shares.api import ShareHandler, SharesHandler
from .shares.by_link import by_link
from .shares.page import SharesPageHandler
from .store import StoreHandler
from .web.visitor import Whole


def routes(
    source: Followable, budget: SendBudget, sharing: Sharing, viewers: Viewers
) -> list[tuple[Any, ...]]:
    """Every route of the extension, below the server's base URL; tests walk this table."""
    tree = tree_routes(source, budget, viewers)
    shares = {"sharing": sharing, "source": source}
    return [
        *tree,
        (r"zarr/api/code(/.*)?", CodeHandler, {"source": Whole(source), "budget": budget}),
        (r"zarr/api/changes(/.*)?", ChangesHandler, {"source": Whole(source), "budget": budget}),
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


def tree_routes(source: Followable, budget: SendBudget, viewers: Viewers) -> list[tuple[Any, ...]]:
    """The routes that only read; they exist once for the whole tree, and once for what a link grants."""
    asking = {"source": Whole(source), "budget": budget}
    live = {**asking, "topics": Topics(source), "sockets": Sockets()}
    return [
        (r"zarr/?", IndexHandler, {**asking, "viewers": viewers}),
        (r"zarr/v([23])(/.*)?", StoreHandler, {**asking, "viewers": viewers}),
        (r"zarr/api/node(/.*)?", NodeHandler, asking),
        (r"zarr/api/preview(/.*)?", PreviewHandler, asking),
        (r"zarr/api/export(/.*)?", ExportHandler, asking),
        (r"zarr/api/live", LiveHandler, live),
        (r"zarr/view", ViewHandler, {"viewers": viewers}),
        (r"zarr/open/(vizarr|neuroglancer)", OpenHandler, {"viewers": viewers}),
        (r"zarr/vizarr/(.*)", VizarrHandler, {"viewers": viewers}),
        (r"zarr/static/(.*)", AssetHandler),
    ]
