"""The only Tornado: requests in, responses out."""

from typing import Any

from ..sources import Source
from ..sources.flow import Flow
from .pages import IndexHandler, NowhereHandler
from .store import StoreHandler


def routes(source: Source, flow: Flow) -> list[tuple[Any, ...]]:
    """Every route of the extension, below the server's base URL; tests walk this table."""
    return [
        (r"zarr/?", IndexHandler),
        (r"zarr/v([23])(/.*)?", StoreHandler, {"source": source, "flow": flow}),
        (r"zarr/(.*)", NowhereHandler),
    ]
