"""Files made of any part of the data, sent one part after the other as the client takes them."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..core.errors import RangeNotSatisfiable, Unreadable
from ..core.limits import EXPORT_WHOLE
from ..exports import FORMS
from ..serve.conditional import byte_range, is_unchanged
from ..serve.request import EXPORT, PART, Options, Request, Response, refusal
from .web.archiving import ArchivingHandler
from .web.table_query import table_options

_LONGEST = 4000  # characters of a region


@dataclass(frozen=True)
class _Plan:
    """What a source said of a file; see `serve.exporting`."""

    sizes: Sequence[int | None]
    mark: str
    etag: str | None

    @property
    def size(self) -> int | None:
        """Bytes of the file, if that is known."""
        known = [size for size in self.sizes if size is not None]
        return sum(known) if len(known) == len(self.sizes) else None


class ExportHandler(ArchivingHandler):
    """A file of a node's data."""

    prefix = "api/export"

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _: str | None) -> None:
        """The file.

        Raises
        ------
        HTTPError
            400 if the form is unknown or missing, or an option is wrong.
        """
        form = self.form_among(FORMS)
        if not FORMS[form].maker:
            return await self._answer_with_archive(form)
        options = self._options()
        asked = replace(
            self.node_request(EXPORT, options), method="GET", if_none_match=None, is_job=True, listener=self
        )
        planned = await self.response(asked)
        if planned is None or planned.status != 200:
            return None if planned is None else await self.send(planned, asked.client)
        told = json.loads(bytes(planned.body))
        etag = f'"{told["mark"]}"' if told["is_versioned"] else None
        await self._answer_with(_Plan(told["sizes"], told["mark"], etag), asked, form)

    head = get

    def _options(self) -> Options:
        """What the address says of the file."""
        given = {name: self.get_query_argument(name, "") for name in ("form", "region")}
        if len(given["region"]) > _LONGEST:
            raise web.HTTPError(400, f"region: has more than {_LONGEST:,} characters")
        region = (("region", given["region"]),) if given["region"] else ()
        return (("as", given["form"]), *region, *table_options(self))

    async def _answer_with(self, plan: _Plan, asked: Request, form: str) -> None:
        headers, media_type = self.request.headers, FORMS[form].media_type
        if plan.etag is not None and is_unchanged(plan.etag, headers.get("If-None-Match")):
            return await self.send(Response(304, media_type, b"", 0, plan.etag), asked.client)
        part = None
        if plan.size is not None and headers.get("If-Range") in {None, plan.etag}:
            try:
                part = byte_range(headers.get("Range"), plan.size) if self.request.method == "GET" else None
            except RangeNotSatisfiable as error:
                return await self.send(refusal(error), asked.client)
        head = partial(self._head, plan, form, part)
        if self.request.method != "HEAD":
            return await self.stream(self._parts(plan, asked, part), asked.client, head)
        head(None)
        return await self.finish()

    def _head(self, plan: _Plan, form: str, part: tuple[int, int] | None, first: int | None) -> None:
        """Set the headers; a file of one part is as long as that."""
        size = first if plan.size is None and len(plan.sizes) == 1 else plan.size
        self.set_header("Content-Type", FORMS[form].media_type)
        self.set_header("Cache-Control", f"private, {'no-cache' if plan.etag and not part else 'no-store'}")
        if plan.etag is not None:
            self.set_header("ETag", plan.etag)
        if plan.size is not None:
            self.set_header("Accept-Ranges", "bytes")
        if part is not None:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {part[0]}-{part[1] - 1}/{size}")
            size = part[1] - part[0]
        if size is not None:
            self.set_header("Content-Length", str(size))
        self.name_file(FORMS[form].suffix)

    async def _parts(
        self, plan: _Plan, asked: Request, wanted: tuple[int, int] | None
    ) -> AsyncIterator[Response]:
        """The answers with the parts of a file, as far as they lie in the range that is wanted."""
        begin = 0
        for number, size in enumerate(plan.sizes):
            end = begin + (size or 0)
            cut = None if wanted is None else slice(max(0, wanted[0] - begin), max(0, wanted[1] - begin))
            if size != 0 and (wanted is None or (begin < wanted[1] and wanted[0] < end)):
                response = await self._part(plan, asked, number)
                if response is None:
                    return
                yield response if cut is None else replace(response, body=response.body[cut])
            begin = end

    async def _part(self, plan: _Plan, asked: Request, number: int) -> Response | None:
        """The answer with one part; None if the client hangs up before."""
        options = (*asked.options, ("mark", plan.mark), ("part", number))
        response = await self.response(replace(asked, form=PART, options=options))
        if response is None or response.status != 200:
            return response
        length, size = len(response.body), plan.sizes[number]
        if length > 2 * EXPORT_WHOLE or size not in {None, length}:
            return refusal(Unreadable(f"part {number} of the file has {length:,} bytes, and not {size}"))
        return response
