"""Jobs are their owner's, bounded in number, age and memory, and end when nobody asks."""

import asyncio

import pytest

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.progress import Progress
from jupyter_zarr_serve.serve.request import Response
from jupyter_zarr_serve.sources.jobs import Job, Jobs

SECONDS = 20


def told(body: bytes = b"x") -> Response:
    return Response(200, "text/plain", body, len(body))


class Making:
    """An answer that comes when it may."""

    def __init__(self) -> None:
        self.may_come = asyncio.Event()
        self.is_cancelled = False

    async def answer(self, body: bytes = b"x") -> Response:
        try:
            await self.may_come.wait()
        except asyncio.CancelledError:
            self.is_cancelled = True
            raise
        return told(body)


def begun(jobs: Jobs, owner: str = "user a") -> tuple[Job, Making]:
    making = Making()
    job = jobs.add(owner, ("files", "x"))
    job.begin(making.answer())
    return job, making


def test_only_its_owner_finds_a_job():
    async def run():
        jobs = Jobs()
        job, _ = begun(jobs)
        assert jobs.find(job.id, "user a") is job
        assert jobs.find(job.id, "user b") is None
        assert jobs.find(job.id, "link a") is None
        assert len(job.id) == 32
        jobs.forget(job)
        assert jobs.find(job.id, "user a") is None

    asyncio.run(run())


def test_its_owner_names_a_job_unless_another_is_called_so():
    async def run():
        jobs = Jobs()
        name = "0123456789abcdef" * 2
        first, second = (jobs.add(owner, ("files",), name) for owner in ("user a", "user b"))
        assert first.id == name
        assert second.id != name
        assert jobs.find(name, "user b") is None
        jobs.forget(second)
        assert jobs.find(name, "user a") is first

    asyncio.run(run())


def test_what_it_made_is_there_at_the_end():
    async def run():
        jobs = Jobs()
        job, making = begun(jobs)
        await job.end(0)
        assert job.response is None
        making.may_come.set()
        await job.change(SECONDS)
        await job.end(SECONDS)
        assert job.response == told()
        assert not job.is_wanted()

    asyncio.run(run())


def test_whoever_waits_is_told_of_a_change():
    async def run():
        job, _ = begun(Jobs())
        waiting = asyncio.ensure_future(job.change(SECONDS))
        await asyncio.sleep(0)
        job.tell(Progress(12, 54, "blocks", 0.2))
        await asyncio.wait_for(waiting, SECONDS / 2)
        assert job.progress == Progress(12, 54, "blocks", 0.2)
        assert job.response is None
        job.cancel()

    asyncio.run(run())


def test_one_that_nobody_asks_about_is_cancelled(monkeypatch):
    async def run():
        jobs = Jobs()
        job, making = begun(jobs)
        await asyncio.sleep(0)
        jobs.leave(job)
        assert jobs.find(job.id, job.owner) is job
        assert not jobs._expiries  # it stays, as somebody asks
        monkeypatch.setattr(limits, "JOB_UNASKED", 0)
        jobs.leave(job)
        await job.end(SECONDS)
        await asyncio.sleep(0)
        assert making.is_cancelled
        assert not job.is_wanted()
        assert jobs.find(job.id, job.owner) is None
        assert job.response is not None
        assert job.response.status == 503

    asyncio.run(run())


def test_one_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "JOB_SECONDS", 0.01)

    async def run():
        job, making = begun(Jobs())
        await job.end(SECONDS)
        assert job.response is not None
        assert job.response.status == 422
        assert "files/x: it takes more than" in job.response.message
        assert making.is_cancelled

    asyncio.run(run())


def test_there_is_room_for_a_number_of_them(monkeypatch):
    monkeypatch.setattr(limits, "JOBS", 3)
    monkeypatch.setattr(limits, "JOBS_OF_OWNER", 2)

    async def run():
        jobs = Jobs()
        first, _ = begun(jobs)
        begun(jobs)
        assert not jobs.has_room_for("user a")
        assert jobs.has_room_for("user b")
        begun(jobs, "user b")
        assert not jobs.has_room_for("user c")
        jobs.forget(first)
        assert jobs.has_room_for("user c")

    asyncio.run(run())


def test_answers_that_nobody_takes_are_forgotten_the_oldest_first(monkeypatch):
    monkeypatch.setattr(limits, "JOB_BYTES", 250)

    async def run():
        jobs = Jobs()
        made = []
        for _ in range(3):
            job = jobs.add("user a", ())
            job.begin(Making.answer(ready(), bytes(100)))
            await job.end(SECONDS)
            jobs.leave(job)
            made.append(job)
        assert [jobs.find(job.id, "user a") is not None for job in made] == [False, True, True]

    asyncio.run(run())


def ready() -> Making:
    making = Making()
    making.may_come.set()
    return making


@pytest.mark.parametrize("is_late", [False, True])
def test_an_answer_that_is_cancelled_tells_so(is_late):
    async def run():
        job, _ = begun(Jobs())
        if is_late:
            await job.end(0)
        job.cancel()
        await job.end(SECONDS)
        assert job.response is not None
        assert "was cancelled" in job.response.message

    asyncio.run(run())
