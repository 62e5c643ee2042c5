"""The table of members on a page: what each is, in which order, with links to other orders and parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ...core import limits
from ...preview.called import called
from ..web.render import quoted, shown, size
from .facts import lengths

_FEW = 20  # members that need no search
_COLUMNS = {
    "name": "Name", "kind": "Kind", "shape": "Shape", "dtype": "Type", "chunks": "Chunks", "nbytes": "Size",
}  # fmt: skip
_FALLING_FIRST = {"nbytes"}  # the largest are what people look for


@dataclass(frozen=True)
class Members:
    """The members of a node, for the template.

    Attributes
    ----------
    root
        The relative URL of the scope.
    address
        The relative URL of the node.
    names
        The path of the node in the scope.
    query
        The texts "search" and "sort" of the URL's query; "" where they are not given.
    labels
        What to show for names that say little to people.
    """

    root: str
    address: str
    names: tuple[str, ...]
    query: Mapping[str, str]
    labels: Mapping[str, str]

    def shown(self, told: dict[str, Any]) -> dict[str, Any]:
        """A part of the members, with what leads to the others."""
        total, offset, limit, search = told["total"], told["offset"], told["limit"], self.query["search"]
        items = [self._member(item) for item in told["items"]]
        last = min(total, offset + limit)
        named = f" with “{search}” in the name" if search else ""
        counted = f"{total:,} member{'' if total == 1 else 's'}{named}"
        is_part = offset > 0 or last < total
        sort = told.get("sort", "")  # an older kernel sorts nothing
        return {
            "members": items,
            "columns": [self._column(name, sort, told.get("sorts", [])) for name in _COLUMNS],
            "caption": f"{offset + 1:,} to {last:,} of {counted}" if is_part and items else counted,
            "unsorted": self._unsorted(sort),
            "has_icons": any(item["icon"] for item in items),
            "has_search": bool(search) or total > _FEW,
            "search": search,
            "sort": sort,
            "all": self._at(sort, search="", offset=0),
            "previous": self._at(sort, search, max(0, offset - limit)) if offset > 0 else "",
            "next": self._at(sort, search, last) if last < total else "",
        }

    def _at(self, sort: str, search: str, offset: int) -> str:
        """The relative URL of the page with other members."""
        given = {"search": search, "sort": sort, "offset": offset or ""}
        return f"?{urlencode({name: value for name, value in given.items() if value})}#members"

    def _column(self, name: str, sort: str, sorts: list[str]) -> dict[str, str]:
        """The head of a column: its order, and what leads to another one."""
        title = _COLUMNS[name]
        if name not in sorts:
            return {"title": title, "order": "", "url": ""}
        column, is_falling = sort.removeprefix("-"), sort.startswith("-")
        order = ("descending" if is_falling else "ascending") if column == name else ""
        falls = not is_falling if order else name in _FALLING_FIRST
        url = self._at(f"-{name}" if falls else name, self.query["search"], 0)
        return {"title": title, "order": order, "url": url}

    def _unsorted(self, sort: str) -> str:
        """What the page says where the members are not sorted as it was asked for."""
        column = self.query["sort"].removeprefix("-")
        if sort or not column:
            return ""
        return f"These are too many, or too slow to look up, to be sorted by {_COLUMNS[column].lower()}"

    def _member(self, item: dict[str, Any]) -> dict[str, str]:
        path = quoted((*self.names, item["name"])).rstrip("/")
        return {
            "name": self.labels.get(item["name"], shown(item["name"])),
            "title": shown(item["name"]) if item["name"] in self.labels else "",
            # A name that is cut leads nowhere.
            "url": "" if len(item["name"]) >= limits.NAME else f"{self.address}{quoted((item['name'],))}",
            "icon": f"{self.root}api/preview/{path}?form=icon" if item.get("icon") else "",
            "kind": "kernel" if item["name"] in self.labels else called(item, item["name"]),
            "message": item.get("message", ""),
            "shape": lengths(item.get("shape")),
            "dtype": item.get("dtype", ""),
            "chunks": lengths(item.get("chunk_shape")),
            "size": size(item.get("nbytes")),
        }
