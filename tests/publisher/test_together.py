"""Chunks that are asked for together, in the kernel."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Semaphore

import dask
import dask.array as da
import numpy as np

from jupyter_zarr_serve.core.progress import Progress, reporting
from jupyter_zarr_serve.publisher.live import Live
from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry
from jupyter_zarr_serve.publisher.together import Together
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.together import together

CHUNK = Request(3, ("x", "c", "0"))
SECONDS = 30


class Told:
    is_job = True

    def __init__(self, is_there: bool = True) -> None:
        self.is_there = is_there
        self.heard = Event()
        self.progress: Progress | None = None

    def tell(self, progress: Progress) -> None:
        self.progress = progress
        self.heard.set()

    def is_wanted(self) -> bool:
        return self.is_there or not self.heard.is_set()


@dataclass
class Asked:
    """An array of four blocks, for which chunks together and then a job ask."""

    together_is_there: bool = True
    told: Told = field(default_factory=Told)
    has_begun: Semaphore = field(default_factory=lambda: Semaphore(0))
    may_go_on: Semaphore = field(default_factory=lambda: Semaphore(0))
    made: int = 0

    def block(self, given):
        self.has_begun.release()
        assert self.may_go_on.acquire(timeout=SECONDS)
        self.made += 1
        return given

    def begin(self, pool):
        x = da.ones((4,), chunks=1, dtype="u1").map_blocks(self.block, dtype="u1", meta=np.zeros(0, "u1"))
        registry = Registry()
        registry.put({"x": Live("x", x.rechunk(4), Options())})

        def job():
            with reporting(self.told):
                return registry.answer(CHUNK)

        with dask.config.set(scheduler="threads", num_workers=1):
            first = pool.submit(Together(registry), together([CHUNK]), lambda: self.together_is_there)
            assert self.has_begun.acquire(timeout=SECONDS)
            second = pool.submit(job)
            self.may_go_on.release()
            assert self.told.heard.wait(SECONDS)
        return first, second


def test_a_job_hears_how_far_it_is_when_chunks_together_were_asked_for_before():
    asked = Asked()
    with ThreadPoolExecutor(2) as pool:
        first, second = asked.begin(pool)
        asked.together_is_there = False  # the job still is
        asked.may_go_on.release(4)
        assert (first.result(SECONDS).status, second.result(SECONDS).status) == (200, 200)
    assert asked.told.progress is not None
    assert asked.told.progress.is_sound
    assert asked.told.progress.unit == "blocks"


def test_a_cancelled_job_ends_what_chunks_together_were_the_first_to_ask_for():
    asked = Asked(told=Told(is_there=False))
    with ThreadPoolExecutor(2) as pool:
        first, second = asked.begin(pool)
        assert second.result(SECONDS).status == 503
        asked.together_is_there = False
        asked.may_go_on.release(4)
        first.result(SECONDS)
    assert asked.made < 4
