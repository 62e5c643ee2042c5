"""Clients that read one URL again and again.

``python -m benchmarks.load URL TOKEN PAUSE`` reads until it is ended.
"""

import http.client
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 8


@dataclass(frozen=True)
class Rate:
    """What several clients got: requests per second, and the latency in milliseconds."""

    per_second: float
    p50: float
    p99: float
    failed: int


def clients(url: str, token: str, seconds: float, pause: float = 0.0) -> Rate:
    """What `CONNECTIONS` clients get in so many seconds, pausing between their requests."""
    stop = time.monotonic() + seconds
    taken: list[float] = []
    failed: list[int] = []

    def read() -> None:
        for status, duration in _answers(url, token, stop):
            taken.append(duration)
            if status != 200:
                failed.append(status)
            time.sleep(pause)

    threads = [threading.Thread(target=read) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quantiles = statistics.quantiles(taken, n=100)
    return Rate(len(taken) / seconds, quantiles[49] * 1e3, quantiles[98] * 1e3, len(failed))


def _answers(url: str, token: str, stop: float) -> Iterator[tuple[int, float]]:
    """Status and duration of one request after the other."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    while time.monotonic() < stop:
        start = time.perf_counter()
        connection.request("GET", parts.path, headers={"Authorization": f"token {token}"})
        response = connection.getresponse()
        response.read()
        yield response.status, time.perf_counter() - start


if __name__ == "__main__":
    clients(sys.argv[1], sys.argv[2], 3600.0, float(sys.argv[3]))
