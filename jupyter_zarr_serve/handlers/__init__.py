"""The only Tornado: requests in, responses out."""

from typing import Any

from ..sources import Source
from ..sources.flow import Flow
from .api import NodeHandler, PreviewHandler
from .assets import AssetHandler
from .pages import IndexHandler, NowhereHandler
from .store import StoreHandler
from .view import ViewHandler


def routes(source: Source, flow: Flow) -> list[tuple[Any, ...]]:
    """Every route of the extension, below the server's base URL; tests walk this table."""
    asking = {"source": source, "flow": flow}
    return [
        (r"zarr/?", IndexHandler),
        (r"zarr/v([23])(/.*)?", StoreHandler, asking),
        (r"zarr/api/node(/.*)?", NodeHandler, asking),
        (r"zarr/api/preview(/.*)?", PreviewHandler, asking),
        (r"zarr/view", ViewHandler),
        (r"zarr/static/(.*)", AssetHandler),
        (r"zarr/(.*)", NowhereHandler),
    ]
