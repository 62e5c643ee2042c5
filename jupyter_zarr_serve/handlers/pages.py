"""The way in for people, and an honest answer for every other address below ``zarr/``."""

from html import escape
from typing import Any
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import ZarrServeHandler

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Index of {path}</title></head>
<body><h1>Zarr on this Jupyter server</h1>
<ul>
<li><a href="{url}v3/">v3/</a></li>
<li><a href="{url}v2/">v2/</a></li>
</ul></body></html>
"""


def page(node: dict[str, Any], location: str) -> bytes:
    """The page of a node; see `core.describe`."""
    title = escape(f"Index of {location}")
    facts = {key: node[key] for key in ("kind", "shape", "dtype", "chunk_shape") if key in node}
    names = [item["name"] for item in node.get("members", {}).get("items", [])]
    links = "".join(
        f'<li><a href="./{quote(name, safe="", errors="surrogateescape")}/">{escape(name)}</a></li>\n'
        for name in names
    )
    text = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n<p>{escape(str(facts))}</p>\n<ul>\n{links}</ul></body></html>\n"
    )
    return text.encode("utf-8", "surrogateescape")


class IndexHandler(ZarrServeHandler):
    """``{base_url}zarr/``: links to both stores."""

    asked_path = None

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self) -> None:
        """The page."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        await self.finish(
            _PAGE.format(path="/" if self.scope.path else self.request.path, url=self.scope.url)
        )

    head = get


class NowhereHandler(ZarrServeHandler):
    """Any other address below ``zarr/``."""

    asked_path = None

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, *args: Any) -> None:
        """Say what exists here.

        Raises
        ------
        HTTPError
            404, always.
        """
        raise web.HTTPError(404, "nothing is served here; the stores are zarr/v2/ and zarr/v3/")

    head = get
