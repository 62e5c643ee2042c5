"""Threads do what they are given, and never keep the process from ending."""

import subprocess
import sys
import threading

from jupyter_zarr_serve.sources.files.threads import Threads

HANGING = """
import threading
from jupyter_zarr_serve.sources.files import threads
threads._PATIENCE = 0.1
pool, begun = threads.Threads(2, "zarr"), threading.Event()
pool.submit(lambda: (begun.set(), threading.Event().wait()))
begun.wait()
pool.close()
"""


def test_what_was_submitted_before_the_end_is_done():
    pool, done = Threads(2, "zarr"), threading.Semaphore(0)
    for _ in range(20):
        pool.submit(done.release)
    pool.close()
    assert all(done.acquire(timeout=20) for _ in range(20))


def test_a_thread_that_hangs_keeps_no_process_from_ending():
    subprocess.run([sys.executable, "-c", HANGING], timeout=30, check=True)


def test_there_are_no_threads_before_there_is_work():
    before = threading.active_count()
    Threads(4, "zarr").close()
    assert threading.active_count() == before
