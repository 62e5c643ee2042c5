"""Waiting for something to become true; who waits in vain says for what."""

import inspect
import time
from collections.abc import Callable
from typing import Any

SECONDS = 60.0  # long enough for a busy machine


def until(is_so: Callable[[], Any], seconds: float = SECONDS, pause: float = 0.05) -> None:
    """Wait until a condition holds; the message of the failure is the condition's source."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() >= deadline:
            source = " ".join(inspect.getsource(is_so).split())
            raise AssertionError(f"waited {seconds:g} s in vain, for: {source}")
        time.sleep(pause)
