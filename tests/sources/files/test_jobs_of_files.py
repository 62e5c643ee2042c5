"""Jobs of files: how far they are is told by the worker, which ends when they are cancelled, or dies."""

import asyncio

from jupyter_zarr_serve.core.progress import Progress
from jupyter_zarr_serve.serve.request import STATS
from jupyter_zarr_serve.sources.files import workers
from tests.sources.files.test_source import ended, worker_pids
from tests.sources.files.worker_processes import files, get

SECONDS = 60


class Ear:
    """Remembers what it is told."""

    is_job = True

    def __init__(self) -> None:
        self.told: list[Progress] = []

    def tell(self, progress: Progress) -> None:
        self.told.append(progress)

    def is_wanted(self) -> bool:
        return True


def test_a_worker_tells_how_far_it_is(tmp_path):
    ear = Ear()

    async def act() -> None:
        async with files(tmp_path, "slow", "slower") as source:
            plain = await get(source, "slow.npy", form=STATS)
            response = await get(source, "slower.npy", form=STATS, is_job=True, listener=ear)
            assert (response.status, bytes(response.body)) == (200, bytes(plain.body))

    asyncio.run(act())
    assert ear.told
    assert {(told.total, told.unit) for told in ear.told} == {(4, "parts")}
    assert [told.done for told in ear.told] == sorted(told.done for told in ear.told)
    assert ear.told[-1].done in {3, 4}


def test_a_worker_that_dies_in_a_job_costs_the_job_alone(tmp_path):
    async def act() -> None:
        async with files(tmp_path, "crash", "once") as source:
            asked = {"form": STATS, "is_job": True}
            response = await get(source, "crash.npy", listener=Ear(), **asked)
            assert response.status == 422
            assert "crashes the library" in response.message
            assert (await get(source, "once.npy", listener=Ear(), **asked)).status == 200
            assert (await get(source, "sound.npy", listener=Ear(), **asked)).status == 200

    asyncio.run(act())


def test_a_job_that_is_cancelled_ends_its_worker(tmp_path):
    async def act() -> None:
        async with files(tmp_path, "hang") as source:
            assert (await get(source, "sound.npy", form=STATS)).status == 200
            before = set(worker_pids())
            job = asyncio.ensure_future(get(source, "hang.npy", form=STATS, is_job=True, listener=Ear()))
            while not source._pool._busy:
                await asyncio.sleep(0)
            hanging = [worker.pid for worker in source._pool._busy]
            job.cancel()
            assert await ended(hanging)
            assert set(hanging) <= before
            assert (await get(source, "sound.npy", form="image")).status in {200, 422}

    asyncio.run(act())


def test_long_jobs_keep_no_turn_from_others(tmp_path, monkeypatch):
    monkeypatch.setattr("jupyter_zarr_serve.sources.long_turn._LONG", 0.0)
    monkeypatch.setattr(workers, "_PATIENCE", float(SECONDS))

    async def act() -> None:
        async with files(tmp_path, "hang1", "hang2", workers=1) as source:
            jobs = [
                asyncio.ensure_future(
                    get(source, f"hang{n}.npy", form=STATS, is_job=True, listener=Ear(), client="a")
                )
                for n in (1, 2)
            ]
            response = await asyncio.wait_for(get(source, "sound.npy", client="b"), SECONDS)
            assert response.status in {200, 404}
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)

    asyncio.run(act())


def test_what_is_left_ends_its_worker_unless_it_is_soon_done(tmp_path):
    """Whoever looks around leaves many chunks, and a worker that is ended has to be started anew."""

    async def act() -> None:
        async with files(tmp_path, "hang", "slow", workers=1) as source:
            ends = {}
            for name in ("slow.npy", "hang.npy"):
                asked = asyncio.ensure_future(get(source, name, form=STATS, is_once=True))
                while not source._pool._busy:
                    await asyncio.sleep(0)
                pids = [worker.pid for worker in source._pool._busy]
                await asyncio.sleep(0.4)
                asked.cancel()
                ends[name] = (pids, await ended(pids) if name == "hang.npy" else None)
                response = await get(source, "sound.npy", form=STATS)
                assert response.status == 200
            assert ends["slow.npy"][0] == ends["hang.npy"][0]
            assert ends["hang.npy"][1]

    asyncio.run(act())
