"""Jobs: how far they are, what they made, and their end; and chunks of the store, made by jobs."""

import asyncio
from dataclasses import replace
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..core.limits import JOB_WAIT
from ..serve.request import LINKS
from ..sources.jobs import Job
from .web.lasting import LastingHandler
from .web.owner import owner_of

_PAUSE = 0.2  # seconds from one answer about a job to the next, at least
_GONE = "there is no such job (any more): it was cancelled, or its answer taken; ask for that again"


class ChunkHandler(LastingHandler):
    """A chunk or document of the store of version 3, which may be made by a job."""

    prefix = "api/chunk"

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _: str | None) -> None:
        """The same bytes as below ``v3/``."""
        below = self.request.path.removeprefix(f"{self.scope.url}{self.prefix}")
        request = replace(
            self.node_request(LINKS),
            path=self.asked_path,
            location=f"{self.scope.url}v3{below}",  # so that it joins what is made for the store
            byte_range=self.request.headers.get("Range"),
            if_range=self.request.headers.get("If-Range"),
            preview=self.get_query_argument("preview", "") == "1",
        )
        await self.answer(request)

    head = get


class JobHandler(LastingHandler):
    """One job of whoever asks."""

    _job: Job | None = None

    async def prepare(self) -> None:  # type: ignore[override]
        """Find the job, as the authorizer is asked by its path.

        Raises
        ------
        HTTPError
            401 if nobody is logged in; 403 if another site may have sent the request.
        """
        await super().prepare()
        if self._finished or self.current_user is None:
            return
        if self.request.method == "DELETE" and not self.visitor.is_by_link:
            self.check_xsrf_cookie()
        self._job = self._jobs.find(self.path_args[0], owner_of(self))

    @property
    def asked_path(self) -> tuple[str, ...]:
        """That of the job."""
        return self.scope.path if self._job is None else self._job.path

    def on_finish(self) -> None:
        """Let the job expire if nobody asks again."""
        if self._job is not None:
            self._jobs.leave(self._job)
        super().on_finish()

    def on_connection_close(self) -> None:
        """The same where the client hangs up."""
        super().on_connection_close()
        if self._job is not None:
            self._jobs.leave(self._job)

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _: str) -> None:
        """What the job has made, once; while it is being made, how far it is.

        Raises
        ------
        HTTPError
            404 if there is no such job of this user or link; 400 if an option is wrong.
        """
        job = self._found()
        seconds = min(int(dict(self.details("wait")).get("wait", 0)), JOB_WAIT)
        if seconds:
            await self._later(self._change(job, float(seconds)))
        response = job.response
        if self._has_gone:
            return None
        if response is None:
            return self.tell_of(job)
        self._job = None
        self._jobs.forget(job)
        self.set_header("Preference-Applied", "respond-async")  # so it is told from that there is no job
        return await self.send(response, self.client())

    @web.authenticated
    @authorized("read", resource="zarr")
    async def delete(self, _: str) -> None:
        """Cancel the job; after that, there is no such job of this user or link, if there was one."""
        job, self._job = self._job, None
        if job is not None:
            self._jobs.forget(job)
        self.set_status(204)

    def _found(self) -> Job:
        if self._job is None:
            raise web.HTTPError(404, _GONE)
        return self._job

    async def _change(self, job: Job, seconds: float) -> Any:
        before = asyncio.get_running_loop().time()
        await job.change(seconds)
        await job.end(max(0.0, before + _PAUSE - asyncio.get_running_loop().time()))
