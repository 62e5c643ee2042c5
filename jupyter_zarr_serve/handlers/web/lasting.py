"""Answers that may take long: those who say so get a job instead, which tells how far it is.

References
----------
https://www.rfc-editor.org/rfc/rfc7240#section-4.1
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...serve.request import Request, Response
from ...sources.jobs import Job, Jobs
from ...sources.send_budget import SendBudget
from .answering import AnsweringHandler
from .metrics import counted
from .owner import owner_of
from .render import quoted
from .visitor import Whole

_SOON = 0.5  # seconds in which an answer is waited for
_ACCEPTED = 202
_WAIT = re.compile(r"wait=(\d{1,2})", re.ASCII)
_JOB = re.compile(r"job=([0-9a-f]{32})")


class LastingHandler(AnsweringHandler):
    """Answers at once what can be, and by a job what takes long, if the client prefers that."""

    def initialize(  # type: ignore[override]
        self, source: Whole, budget: SendBudget, jobs: Jobs
    ) -> None:
        """Take the jobs besides what all handlers take that ask for data."""
        super().initialize(source, budget)
        self._jobs = jobs

    async def answer(self, request: Request) -> None:
        """Send the response, or tell of the job that makes it."""
        response = await self.response_or_job(request)
        if isinstance(response, Job):
            self.tell_of(response)
        elif response is not None:
            await self.send(response, request.client)

    async def response_or_job(self, request: Request) -> Response | Job | None:
        """The response, a job that makes it, or None if the client hangs up before."""
        preferences = self._preferences()
        owner = owner_of(self)
        if "respond-async" not in preferences or not self._jobs.has_room_for(owner):
            return await self.response(request)
        seconds = next((float(one) for one in _found(_WAIT, preferences)), _SOON)
        job = self._jobs.add(owner, self.asked_path, next(_found(_JOB, preferences), None))
        is_long = False
        try:
            asked = self._whole.reached_by(self.visitor).ask(replace(request, is_job=True, listener=job))
            job.begin(counted(asked, request))
            await self._later(job.end(seconds))
            is_long = not self._has_gone and job.response is None
            return None if self._has_gone else job.response or job
        finally:
            if is_long:
                self._jobs.leave(job)
            else:
                self._jobs.forget(job)

    def tell_of(self, job: Job) -> None:
        """Say how far a job is, and where to ask again."""
        url = f"api/jobs/{job.id}"
        self.set_status(_ACCEPTED)
        self.set_header("Location", f"{self.scope.url}{url}")
        self.set_header("Preference-Applied", "respond-async")
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "private, no-store")
        self.finish(json.dumps({"job": job.id, "url": url, **_told_of(job, self.scope.path)}))

    def _preferences(self) -> list[str]:
        """What the client prefers, in lower case, each with its value; nothing where there is no choice."""
        if self.request.method != "GET":
            return []
        return [one.strip().lower() for one in self.request.headers.get("Prefer", "").split(",")]


def _found(pattern: re.Pattern[str], preferences: list[str]) -> Iterator[str]:
    """The values of preferences."""
    return (found[1] for found in map(pattern.fullmatch, preferences) if found is not None)


def _told_of(job: Job, above: tuple[str, ...]) -> dict[str, Any]:
    """How far a job is; the path without the names above what the visitor reaches."""
    path = job.path[len(above) :] if job.path[: len(above)] == above else job.path
    told: dict[str, Any] = {"path": quoted(path).rstrip("/"), "seconds": round(job.seconds, 1)}
    if job.progress is not None:
        progress = job.progress
        told |= {"done": progress.done, "total": progress.total, "unit": progress.unit}
        told["fraction"] = round(progress.fraction, 4)
    return told
