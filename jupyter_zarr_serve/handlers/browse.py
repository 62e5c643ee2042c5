"""The page of a node for people: what is told of it, and how its values look, for the template."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ..core.request import LINE, ROWS, STATS, Options, Response
from .others import Way
from .plots import histogram_plot, line_plot, number
from .render import crumbs, quoted, root_from, shown, size
from .snippets import snippets
from .viewers import Place, share_url, viewers

MEMBERS = 100  # on one page
_FEW = 20  # members that need no search
_POINTS, _ROWS = (("points", 800),), (("limit", 10),)
Ask = Callable[[str, Options], Awaitable[Response | None]]


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
        The same without a view; see `viewers.Place`.
    may_share
        Whether whoever sees the page may make links.
    ways
        To other viewers.
    query
        The texts "search" and "stats" of the URL's query; "" where they are not given.
    """

    path: str
    scope: str
    origin: str
    zarr_format: int
    names: tuple[str, ...]
    plain: tuple[str, ...]
    is_shared: bool
    may_share: bool
    ways: list[Way]
    query: dict[str, str]

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
        scope = "…/" if self.is_shared else f"{self.origin}{self.scope}"
        return f"{scope}v{self.zarr_format}/{quoted(self.names)}".rstrip("/")

    async def context(self, node: dict[str, Any], ask: Ask) -> dict[str, Any]:
        """All that the template needs.

        Parameters
        ----------
        node
            What is told of the node; see `core.describe`.
        ask
            Asks for another form of the node.
        """
        heading = shown(self.names[-1]) if self.names else "Zarr on this Jupyter server"
        previews, place = node["previews"], Place(self.root, self.names, self.plain)
        wants_stats = "stats" in previews and bool(self.query.get("stats"))
        return {
            "title": f"{heading} – zarr" if self.names else "zarr",
            "heading": heading,
            "lead": _lead(node, is_search=bool(self.query.get("search"))),
            "root": self.root,
            "crumbs": crumbs(self.root, self.zarr_format, self.names),
            "formats": self._formats(),
            "viewers": viewers(node, place, self.ways, self.scope),
            "share_url": share_url(place) if self.may_share else "",
            "url": self.url,
            "origin": self.origin,
            "address": self.address,
            "facts": _facts(node) if node["kind"] == "array" else {},
            "image": self._image(node) if "image" in previews else None,
            "line": await _told(ask(LINE, _POINTS), line_plot) if "line" in previews else None,
            "rows": await _told(ask(ROWS, _ROWS), _rows) if _has_table(node) else None,
            "stats": await _told(ask(STATS, ()), _stats) if wants_stats else None,
            "stats_url": "?stats=1#stats" if "stats" in previews else "",
            "members": self._members(node["members"]) if "members" in node else None,
            "attributes": node["attributes"],
            "snippets": snippets(node, self.url, self.zarr_format, is_shared=self.is_shared),
        }

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

    def _members(self, members: dict[str, Any]) -> dict[str, Any]:
        total, offset, search = members["total"], members["offset"], self.query.get("search", "")
        items = [self._member(item) for item in members["items"]]
        last = min(total, offset + members["limit"])
        named = f" with “{search}” in the name" if search else ""
        counted = f"{total:,} member{'' if total == 1 else 's'}{named}"
        is_part = offset > 0 or last < total
        return {
            "members": items,
            "caption": f"{offset + 1:,} to {last:,} of {counted}" if is_part and items else counted,
            "has_search": bool(search) or total > _FEW,
            "search": search,
            "previous": self._at(max(0, offset - members["limit"])) if offset > 0 else "",
            "next": self._at(last) if last < total else "",
        }

    def _at(self, offset: int) -> str:
        search = {"search": self.query["search"]} if self.query.get("search") else {}
        return f"?{urlencode({**search, 'offset': offset})}#members"

    def _member(self, item: dict[str, Any]) -> dict[str, str]:
        return {
            "name": shown(item["name"]),
            "url": f"{self.address}{quoted((item['name'],))}",
            "kind": item["kind"],
            "message": item.get("message", ""),
            "shape": _lengths(item.get("shape")),
            "dtype": item.get("dtype", ""),
            "chunks": _lengths(item.get("chunk_shape")),
            "size": size(item.get("nbytes")),
        }


async def _told(
    asked: Awaitable[Response | None], arranged: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any] | None:
    """What was said, arranged for the template, or its failure; None if nobody listens any more."""
    response = await asked
    if response is None:
        return None
    told = told_by(response)
    if response.status != 200:
        return {"failure": told["message"]}
    return {"failure": "", **arranged(told)}


def told_by(response: Response) -> dict[str, Any]:
    """The JSON of a response; a kernel's body is a view of memory."""
    told: dict[str, Any] = json.loads(bytes(response.body))
    return told


def _lead(node: dict[str, Any], *, is_search: bool) -> str:
    if node["kind"] == "array":
        lengths = _lengths(node["shape"])
        return f"Array of {node['dtype']}: {lengths}" if node["shape"] else f"Array of one {node['dtype']}"
    kind, member = ("Table", "column") if "rows" in node["previews"] else ("Group", "member")
    total = node["members"]["total"]
    return kind if is_search else f"{kind} of {total:,} {member}{'' if total == 1 else 's'}"


def _lengths(shape: list[int] | None) -> str:
    if shape is None:
        return ""
    return " × ".join(f"{length:,}" for length in shape) if shape else "scalar"


def _facts(node: dict[str, Any]) -> dict[str, str]:
    names = [shown(name) if name else "–" for name in node["dimension_names"] or []]
    facts = {
        "Shape": _lengths(node["shape"]),
        "Dimensions": ", ".join(names),
        "Type": node["dtype"],
        "Chunks": _lengths(node["chunk_shape"]) if node["shape"] else "",
        "Size": size(node["nbytes"]),
        "Fill value": "" if node["fill_value"] is None else json.dumps(node["fill_value"]),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _has_table(node: dict[str, Any]) -> bool:
    """Whether the first rows tell more than a plot or a picture would."""
    return "rows" in node["previews"] and not {"line", "image"} & node["previews"].keys()


def _rows(rows: dict[str, Any]) -> dict[str, Any]:
    count, total = len(rows["rows"]), rows["total"]
    return {
        **rows,
        "caption": f"The first {count:,} of {total:,} rows" if count < total else f"{total:,} rows",
    }


def _stats(stats: dict[str, Any]) -> dict[str, Any]:
    lowest, highest = stats.get("text") or [
        "" if value is None else number(value) for value in (stats["min"], stats["max"])
    ]
    count = f"{stats['count']:,}"
    if stats["is_sampled"]:
        count += ", a sample: whole chunks from all over the array"
    infinite = f"{stats['infinite_count']:,}" if stats["infinite_count"] else ""
    facts = {
        "Minimum": lowest,
        "Maximum": highest,
        "Missing (NaN)": f"{stats['nan_count']:,}",
        "Infinite": infinite,
        "Values read": count,
    }
    return {"facts": {name: fact for name, fact in facts.items() if fact}, "plot": histogram_plot(stats)}
