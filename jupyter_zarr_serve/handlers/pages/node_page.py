"""The page of a node for people: its description, and how its values look, for the template."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...core.known_names import ZARR_JSON, ZATTRS
from ...serve.request import LINE, ROWS, STATS, Response
from ..web.asking import Ask, told_by
from ..web.render import crumbs, quoted, root_from, shown
from .buttons import Place, share_url, viewers
from .code import code_of
from .facts import facts, lead, rows_told, stats_told
from .members import Members
from .other_viewers import ViewerRoute
from .plots import line_plot

_PATIENCE = 1.0  # seconds that a page waits for one of its parts
_POINTS, _ROWS = (("points", 800),), (("limit", 10),)


@dataclass(frozen=True)
class Page:
    """Where a page is, and what was asked of it.

    Attributes
    ----------
    path
        The URL path of the request.
    scope
        The URL path of the scope.
    origin
        Scheme and host, as far as the server knows them.
    names
        The path of the node in the scope.
    is_shared
        Whether a link led here; who has it needs no token, and its own must not be shown.
    plain
        The same without a view; see `buttons.Place`.
    may_share
        Whether whoever sees the page may make links.
    viewer_routes
        To other viewers.
    query
        The texts "search", "sort" and "stats" of the URL's query; "" where they are not given.
    labels
        What to show for names that say little to people.
    link
        What leads here, as the template shows it; None without a share link.
    """

    path: str
    scope: str
    origin: str
    zarr_format: int
    names: tuple[str, ...]
    plain: tuple[str, ...]
    is_shared: bool
    may_share: bool
    viewer_routes: list[ViewerRoute]
    query: dict[str, str]
    labels: Mapping[str, str]
    link: dict[str, Any] | None

    @property
    def root(self) -> str:
        """The relative URL of the scope."""
        return root_from(self.path, self.scope)

    @property
    def address(self) -> str:
        """The relative URL of the node."""
        return f"{self.root}v{self.zarr_format}/{quoted(self.names)}"

    @property
    def url(self) -> str:
        """The absolute URL of the node; of what is shared, the script of the page knows it."""
        return f"{self._base()}v{self.zarr_format}/{quoted(self.names)}".rstrip("/")

    async def context(self, node: dict[str, Any], ask: Ask) -> dict[str, Any]:
        """All that the template needs.

        Parameters
        ----------
        node
            What is told of the node; see `preview.description`.
        ask
            Asks for another form of the node, or of what is so many steps above it.
        """
        heading = self._heading()
        previews, place = node["previews"], Place(self.root, self.names, self.plain)
        wants_stats = "stats" in previews and bool(self.query.get("stats"))
        return {
            "title": f"{heading} – zarr" if self.names or self.link else "zarr",
            "heading": heading,
            "lead": lead(node, self._name(), is_search=bool(self.query.get("search"))),
            "link": self.link,
            "shares_url": f"{self.root}shares" if self.may_share and not self.names else "",
            "root": self.root,
            "followed": quoted(self.names).rstrip("/"),
            "crumbs": crumbs(self.root, self.zarr_format, self.names, self.labels, self._top()),
            "formats": self._formats(),
            "viewers": viewers(node, place, self.viewer_routes, self.scope)
            if self.names or self.link
            else [],
            "share_url": share_url(place) if self.may_share else "",
            "url": self.url,
            "given": self._base(),
            "address": self.address,
            "facts": facts(node) if node["kind"] == "array" else {},
            "image": self._image(node) if "image" in previews else None,
            "line": await _told(ask(LINE, _POINTS, 0), line_plot) if "line" in previews else None,
            "rows": await _told(ask(ROWS, _ROWS, 0), rows_told) if _has_table(node) else None,
            "stats": await _told(ask(STATS, (), 0), stats_told) if wants_stats else None,
            "stats_url": "?stats=1#stats" if "stats" in previews else "",
            "members": self._members.shown(node["members"]) if "members" in node else None,
            "attributes": node["attributes"],
            "all_attributes": self._document() if node.get("attributes_cut") else "",
            "snippets": await code_of(
                node, self.names, self.url, ask, self.zarr_format, is_shared=self.is_shared
            ),
        }

    @property
    def _members(self) -> Members:
        return Members(self.root, self.address, self.names, self.query, self.labels)

    def _name(self) -> str:
        """The name of the node, or of what is shared."""
        if self.names:
            return self.names[-1]
        return str(self.link["name"]) if self.link else ""

    def _heading(self) -> str:
        name = self._name()
        return self.labels.get(name, shown(name)) or "Zarr on this Jupyter server"

    def _top(self) -> str:
        """What the first of the breadcrumbs is called."""
        return shown(str(self.link["name"])) if self.link else "zarr"

    def _base(self) -> str:
        """What addresses begin with, as far as the server knows."""
        return "…/" if self.is_shared else f"{self.origin}{self.scope}"

    def _document(self) -> str:
        """The relative URL of what has all attributes."""
        return f"{self.address}{ZARR_JSON if self.zarr_format == 3 else ZATTRS}"

    def _formats(self) -> list[dict[str, Any]]:
        return [
            {"version": n, "url": f"{self.root}v{n}/{quoted(self.names)}", "is_this": n == self.zarr_format}
            for n in (2, 3)
        ]

    def _image(self, node: dict[str, Any]) -> dict[str, str]:
        told, shape = node["previews"]["image"], node["shape"]
        axes = told["axes"]
        drawn = [told["region"][axis] for axis in axes]
        notes = []
        if any([0, shape[axis]] != told["region"][axis] for axis in axes):
            part = " × ".join(f"{start:,} to {stop - 1:,}" for start, stop in drawn)
            notes.append(f"Too large to be read whole: the middle, {part}")
        elif told.get("step", 1) > 1:  # an older kernel does not tell
            notes.append(f"Too large to be read whole: one pixel of {told['step']:,} each way")
        if any(length > 1 for length in shape[: axes[0]]):
            notes.append("The first index of the other axes")
        path = quoted(self.names).rstrip("/")
        return {
            "url": f"{self.root}api/preview/{path}?form=image",
            "alt": f"Thumbnail of {shown(self.names[-1]) if self.names else 'the array'}",
            "note": "; ".join(notes),
        }


async def _told(
    asked: Awaitable[Response | None], arranged: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any] | None:
    """A response arranged for the template, or its failure; None if the client has gone.

    A page does not wait for a part that takes long: its script asks again, and puts it in its place.
    """
    try:
        response = await asyncio.wait_for(asked, _PATIENCE)
    except TimeoutError:
        return {"failure": "Computing… Load the page again in a while.", "is_later": True}
    if response is None:
        return None
    told = told_by(response)
    if response.status != 200:
        return {"failure": told["message"], "is_later": response.status == 503}
    return {"failure": "", **arranged(told)}


def _has_table(node: dict[str, Any]) -> bool:
    """Whether the first rows tell more than a plot or a picture would."""
    return "rows" in node["previews"] and not {"line", "image"} & node["previews"].keys()
