"""What answers people with pages: of nodes, and of failures."""

from dataclasses import replace

from jupyter_core.utils import ensure_async

from ..core.request import NODE, Options, Request, Response
from .answering import AnsweringHandler
from .browse import MEMBERS, Page, told_by
from .render import HTML, rendered
from .viewers import SHARING


class BrowsingHandler(AnsweringHandler):
    """Makes a page of whatever is said to a person."""

    is_page = True

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
            self._refuse(response)
        elif response.form == NODE:
            await self._show(response, asked, zarr_format)
        else:
            await self.send(response, request.client)

    def _refuse(self, response: Response) -> None:
        self.set_status(response.status)
        for name, value in response.headers.items():
            self.set_header(name, value)
        told = told_by(response)
        self.say(response.status, told["message"], told["reason"])

    def _members_asked(self) -> Options:
        return (("limit", MEMBERS), *self.details("offset", "search"))

    async def _show(self, response: Response, request: Request, zarr_format: int) -> None:
        async def ask(form: str, options: Options) -> Response | None:
            return await self.response(replace(request, path=path, form=form, options=options))

        path = request.path[:-1] if request.path[-1:] == ("",) else request.path
        query = {name: self.get_query_argument(name, "") for name in ("search", "stats")}
        origin = f"{self.request.protocol}://{self.request.host}"
        names = self.names_in_scope(zarr_format)
        is_shared = bool(self.scope.path)
        page = Page(
            self.request.path, self.scope.url, origin, zarr_format, names, is_shared,
            may_share=not is_shared and await self._may_share(), query=query,
        )  # fmt: skip
        context = await page.context(told_by(response), ask)
        body = rendered(self, "node.html", **context)
        self.set_header("Cache-Control", "private, no-cache")
        told = Response(200, HTML, body, len(body), spent=response.spent)
        await self.send(told, request.client)

    async def _may_share(self) -> bool:
        """Whether there are links, and this user may make them; see `shares_page`."""
        if not self.settings.get(SHARING, False):
            return False
        asked = self.authorizer.is_authorized(self, self.current_user, "write", "zarr")
        return bool(await ensure_async(asked))
