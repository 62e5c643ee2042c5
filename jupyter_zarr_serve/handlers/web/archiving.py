"""A Zarr store sent as one file: each document and chunk is asked for as a client would ask for it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from tornado.web import HTTPError

from ...core.errors import ServeError, Unreadable
from ...core.known_names import ZARR_JSON
from ...exports import FORMS
from ...serve.request import LINKS, Request, Response, refusal
from .ahead import in_order
from .metrics import counted
from .streaming import StreamingHandler
from .zipping import Zipping, chunks_in, comment_of, documents_in

_QUICK = 1 << 22  # bytes whose checksum is made in the event loop
_TOGETHER = 1 << 18  # bytes of members that are sent together
_ABSENT = 404


class ArchivingHandler(StreamingHandler):
    """Sends what is below a path as an archive."""

    async def _answer_with_archive(self, form: str) -> None:
        for option in ("region", "columns", "sort", "where", "find"):
            if self.get_query_argument(option, ""):
                raise HTTPError(400, f"{option}: {form} holds whole arrays and groups; export another form")
        asked = replace(self.node_request(LINKS), method="GET", if_none_match=None)
        root = await self._member(asked, ZARR_JSON)
        if root is None or root.status != 200:
            return None if root is None else await self.send(root, asked.client)
        document = bytes(root.body)
        try:
            documents = documents_in(document)
            if form == "ozx" and "ome" not in json.loads(document).get("attributes", {}):
                raise Unreadable(f"ozx: this is no OME-Zarr image; export ome/{'/'.join(asked.path)}")
        except ServeError as error:
            return await self.send(refusal(error), asked.client)
        if self.request.method == "HEAD":
            self._archive_head(form)
            return await self.finish()
        archive = Zipping(comment_of(document) if form == "ozx" else b"")
        parts = self._archive_parts(archive, asked, documents)
        return await self.stream(parts, asked.client, lambda _: self._archive_head(form))

    def _archive_head(self, form: str) -> None:
        self.set_header("Content-Type", FORMS[form].media_type)
        self.set_header("Cache-Control", "private, no-store")
        self.name_file(FORMS[form].suffix)

    async def _archive_parts(
        self, archive: Zipping, asked: Request, documents: dict[str, bytes]
    ) -> AsyncIterator[Response]:
        """The archive, member by member: all documents first, small members together."""
        packed = b"".join(
            archive.add(f"{path}/{ZARR_JSON}".lstrip("/"), told) for path, told in documents.items()
        )
        names = (f"{path}/{key}".lstrip("/") for path, told in documents.items() for key in chunks_in(told))
        async with aclosing(in_order(names, partial(self._chunk, asked))) as coming:
            async for name, answer in coming:
                if packed and (len(packed) >= _TOGETHER or not answer.done()):
                    yield _part(packed)
                    packed = b""
                response = await self._later(answer)
                if response is None:
                    return
                if response.status not in {200, _ABSENT}:
                    yield response
                    return
                if response.status != _ABSENT:  # else it holds nothing but the fill value
                    packed += await _packed(archive, name, bytes(response.body))
        yield _part(packed + archive.end())

    async def _chunk(self, asked: Request, name: str) -> Response:
        """A chunk, which may take as long as it needs while the client waits."""
        request = replace(asked, path=(*asked.path, *name.split("/")), is_job=True, listener=self)
        return await counted(self._whole.reached_by(self.visitor).ask(request), request)

    async def _member(self, asked: Request, name: str) -> Response | None:
        """A document or chunk, as a client of version 3 gets it."""
        return await self.response(replace(asked, path=(*asked.path, *name.split("/"))))


async def _packed(archive: Zipping, name: str, data: bytes) -> bytes:
    if len(data) < _QUICK:
        return archive.add(name, data)
    return await asyncio.to_thread(archive.add, name, data)


def _part(data: bytes) -> Response:
    return Response(200, "application/zip", data, len(data))
