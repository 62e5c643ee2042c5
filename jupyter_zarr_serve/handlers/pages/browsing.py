"""Answers for people: pages of nodes, and of failures."""

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from ...serve.request import NODE, Options, Request, Response, existence_of
from ...shares.link import person
from ...sources.send_budget import SendBudget
from ..web.answering import AnsweringHandler
from ..web.asking import MEMBERS, asking, told_by
from ..web.auth import hub_auth
from ..web.kernel_labels import kernel_labels, name_of
from ..web.render import HTML, rendered, shown
from ..web.scope import parted
from ..web.times import moment
from ..web.visitor import Whole
from .node_page import Page
from .other_viewers import Viewers, may_share, viewer_routes

_LONGEST_NEAR = 64  # characters; comparing takes their square
_BEGINNING = 1  # characters of a name that somebody mistyped which are likely right


class BrowsingHandler(AnsweringHandler):
    """The base of handlers that answer people with pages."""

    is_page = True

    def initialize(self, source: Whole, budget: SendBudget, viewers: Viewers) -> None:  # type: ignore[override]
        """Take the source, what counts the bytes, and what opens images besides our own page."""
        super().initialize(source, budget)
        self._viewers = viewers

    async def browse(self, request: Request, zarr_format: int) -> None:
        """Answer a person.

        Parameters
        ----------
        request
            For a node, or for anything in a store: what is no node is sent as it is.
        """
        # A page is made of what a GET is told.
        asked = replace(request, method="GET", byte_range=None, options=self._members_asked())
        response = await self.response(asked)
        if response is not None and response.form == NODE and response.status == 304:
            response = await self.response(replace(asked, if_none_match=None))
        if response is None:
            return
        if response.status >= 400:
            await self._refuse(response, asked)
        elif response.form == NODE:
            await self._show(response, asked, zarr_format)
        else:
            await self.send(response, request.client)

    async def _refuse(self, response: Response, asked: Request) -> None:
        for name, value in response.headers.items():
            self.set_header(name, value)
        told = told_by(response)
        near = await self._near(asked) if response.status == 404 else []
        self.labels = await kernel_labels(self, self.visitor, asked.path[len(self.scope.path) :])
        self.say(response.status, told["message"], told["reason"], near)

    async def _near(self, asked: Request) -> list[str]:
        """The members of the group above that have nearly the name which was asked for."""
        path = asked.path[:-1] if asked.path[-1:] == ("",) else asked.path
        if len(path) <= len(self.scope.path) or len(path[-1]) > _LONGEST_NEAR:
            return []
        if not await self.may(path[:-1]):
            return []
        options: Options = (("limit", MEMBERS), ("search", path[-1][:_BEGINNING]))
        response = await self.response(replace(asked, path=path[:-1], form=NODE, options=options))
        above = told_by(response) if response is not None and response.status == 200 else {}
        names = [item["name"] for item in above.get("members", {"items": []})["items"]]
        return get_close_matches(path[-1], [name for name in names if len(name) <= _LONGEST_NEAR], n=3)

    def _members_asked(self) -> Options:
        return (("limit", MEMBERS), *self.details("offset", "search", "sort"))

    async def _show(self, response: Response, request: Request, zarr_format: int) -> None:
        query = {name: self.get_query_argument(name, "") for name in ("search", "sort", "stats")}
        names = self.names_in_scope(zarr_format)
        is_shared = self.visitor.is_by_link
        view, plain = parted(names)
        plain = await self._existing(request, plain) if view else plain
        may_link = await may_share(self)
        page = Page(
            self.request.path, self.scope.url, self.origin, zarr_format, names, plain, is_shared,
            may_link, viewer_routes(self, self._viewers, may_link=may_link), query,
            await kernel_labels(self, self.visitor, names), self._link(),
        )  # fmt: skip
        context = await page.context(told_by(response), asking(self, request))
        # A hub's server takes a script's cookie only beside it; below a link there is none.
        xsrf = self.xsrf_token.decode() if hub_auth(self) is not None and not is_shared else ""
        body = rendered(self, "node.html", xsrf=xsrf, **context)
        self.set_header("Cache-Control", "private, no-cache")
        told = Response(200, HTML, body, len(body), spent=response.spent)
        await self.send(told, request.client)

    def _link(self) -> dict[str, Any] | None:
        """What the page says about the share link that led here."""
        link = self.visitor.link
        if link is None:
            return None
        return {
            "name": name_of(link),
            "maker": shown(person(link.maker)),
            "note": link.note,
            "ends": None if link.expires is None else moment(link.expires),
        }

    async def _existing(self, request: Request, names: tuple[str, ...]) -> tuple[str, ...]:
        """A path in the scope as far as there is such a node; see `viewers.Place`."""
        while names:
            path = self.scope.inside(names)
            response = await self.response(existence_of(path, within=request.within, client=request.client))
            if response is None or response.status != 404:
                return names if response is not None and response.status == 200 else ()
            names = names[:-1]
        return ()
