"""The viewer page, which draws what a path leads to: ``view?path=<path>``.

The page reads the same stores as any other client; here is only its frame. It may load nothing from
elsewhere, and be framed by whom the server allows: at first by pages of its own origin, such as notebooks.
"""

import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from jupyter_server.auth.decorator import authorized
from tornado import web

from ...core.known_names import ZARR_JSON
from ..web.auth import hub_auth
from ..web.kernel_labels import kernel_labels, name_of
from ..web.render import crumbs, quoted, root_from
from ..web.scope import parted
from ..web.static_files import built_names
from .buttons import Place, other
from .opening import LookingHandler, names_in_query
from .other_viewers import may_share, viewer_routes

_FOLDER = Path(__file__).parent.parent.parent / "viewer"
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # codecs are WebAssembly
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)

_TABLE = re.compile(r"\.(parquet|csv|tsv|feather|arrow|ipc)(\.gz)?$", re.IGNORECASE)
_FILE = re.compile(r"\.(nxs?|h5|hdf5|hdf|nc4?|cdf)$", re.IGNORECASE)
_PARTS = {"explorer": ("explorer.jsx",), "table": ("table.js", "table-source.js"), "": ()}


class ViewHandler(LookingHandler):
    """The frame of the page."""

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self) -> None:
        """The page of the path in the query.

        Raises
        ------
        HTTPError
            404 if the front ends were not built.
        """
        if not built_names("viewer.js"):
            raise web.HTTPError(404, "the viewer was not built; install the package again")
        names = names_in_query(self)
        root = root_from(self.request.path, self.scope.url)
        labels = await kernel_labels(self, self.visitor, names)
        top = name_of(self.visitor.link) if self.visitor.link else "zarr"
        expected = expected_form(names, self.get_query_argument("form", ""))
        loaded = built_names("viewer.js")
        parts = [file for name in _PARTS[expected] for file in built_names(name) if file not in loaded]
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", f"{_POLICY}; {self._ancestors()}")
        self.set_header("Cache-Control", "private, no-cache")
        await self.finish(
            _template().render(
                scope=root,
                path="/".join(names),
                document=f"{root}v3/{quoted(names)}{ZARR_JSON}" if names else "",
                crumbs=crumbs(root, 3, names, labels, top),
                others=await self._others(root, names),
                # A hub's server takes a script's cookie only beside it; below a link there is none.
                xsrf="" if self.visitor.is_by_link else self.xsrf_token.decode(),
                is_hub=hub_auth(self) is not None,
                expected=expected,
                parts=[f"{root}static/{file}" for file in dict.fromkeys(parts)],
                files=lambda name: [f"{root}static/{file}" for file in built_names(name)],
            )
        )

    head = get

    async def _others(self, root: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
        """The buttons for other viewers."""
        _, plain = parted(names)
        place = Place(root, names, plain)
        found = viewer_routes(self, self._viewers, may_link=await may_share(self))
        return [asdict(other(way, place, self.scope.url)) for way in found]

    def _ancestors(self) -> str:
        """Who may frame the page: as the server says for all its pages, so that a hub's rules hold."""
        rules = [rule.strip() for rule in self.content_security_policy.split(";")]
        return next(
            (rule for rule in rules if rule.startswith("frame-ancestors")), "frame-ancestors 'self'"
        )


def expected_form(names: tuple[str, ...], asked: str) -> str:
    """The form in which a path will probably be shown, so that its code is there in time.

    Parameters
    ----------
    names
        The names of the path; data in a file may be anything.
    asked
        What the address asks for; "" if it leaves that to the data.

    Returns
    -------
    "explorer", "table", or "" where the name tells nothing.
    """
    name = names[-1] if names else ""
    if asked in ("explore", "values"):
        return "explorer"
    if asked:
        return ""
    return "table" if _TABLE.search(name) else "explorer" if _FILE.search(name) else ""


@cache
def _template() -> Any:
    loader = FileSystemLoader(_FOLDER)
    return Environment(loader=loader, autoescape=select_autoescape()).get_template("view.html")
