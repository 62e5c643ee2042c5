"""Clients that read the same addresses again and again, by wrk where it is installed.

``python -m benchmarks.load URL TOKEN PAUSE`` reads until it is ended.
"""

import http.client
import itertools
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

WRK = shutil.which("wrk")
_SCRIPT = """
local paths, at = {%s}, 0
request = function()
  at = at + 1
  return wrk.format("GET", paths[at %% #paths + 1])
end
done = function(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("%%d %%d %%f %%f %%f\\n", summary.requests, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad))
end
"""


@dataclass(frozen=True)
class Rate:
    """What several clients got: requests per second, and the latency in milliseconds."""

    per_second: float
    p50: float
    p99: float
    failed: int


def clients(
    urls: str | Sequence[str],
    token: str = "",
    seconds: float = 1.0,
    *,
    connections: int = 8,
    headers: dict[str, str] | None = None,
) -> Rate:
    """What so many clients get in so many seconds; 304 counts as success."""
    urls = [urls] if isinstance(urls, str) else urls
    sent = {**({"Authorization": f"token {token}"} if token else {}), **(headers or {})}
    return (_wrk if WRK else _threads)(urls, sent, seconds, connections)


def median(
    urls: str | Sequence[str], token: str = "", *, repeats: int = 5, seconds: float = 1.0, **how: object
) -> Rate:
    """The median run of several."""
    runs = [clients(urls, token, seconds, **how) for _ in range(repeats)]  # type: ignore[arg-type]
    return sorted(runs, key=lambda rate: rate.per_second)[len(runs) // 2]


def _wrk(urls: Sequence[str], headers: dict[str, str], seconds: float, connections: int) -> Rate:
    parts = urlsplit(urls[0])
    paths = ", ".join(f'"{urlsplit(url).path}"' for url in urls)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % paths)
        script.flush()
        command = [WRK or "", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", script.name]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        done = subprocess.run(
            [*command, f"{parts.scheme}://{parts.netloc}/"], capture_output=True, text=True, check=True
        )
    line = next(line for line in done.stdout.splitlines() if re.fullmatch(r"\d+ \d+( [\d.]+){3}", line))
    count, took, p50, p99, failed = map(float, line.split())
    return Rate(count / took * 1e6, p50, p99, int(failed))


def _threads(urls: Sequence[str], headers: dict[str, str], seconds: float, connections: int) -> Rate:
    stop = time.monotonic() + seconds
    taken: list[float] = []
    failed: list[int] = []

    def read() -> None:
        for status, duration in _answers(urls, headers, stop):
            taken.append(duration)
            if status not in {200, 304}:
                failed.append(status)

    threads = [threading.Thread(target=read) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quantiles = statistics.quantiles(taken, n=100)
    return Rate(len(taken) / seconds, quantiles[49] * 1e3, quantiles[98] * 1e3, len(failed))


def _answers(urls: Sequence[str], headers: dict[str, str], stop: float) -> Iterator[tuple[int, float]]:
    """Status and duration of one request after the other."""
    parts = urlsplit(urls[0])
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    for url in itertools.cycle(urls):
        if time.monotonic() > stop:
            return
        start = time.perf_counter()
        connection.request("GET", urlsplit(url).path, headers=headers)
        response = connection.getresponse()
        response.read()
        yield response.status, time.perf_counter() - start


def _read_for_ever(url: str, token: str, pause: float) -> None:
    def read() -> None:
        for _ in _answers([url], {"Authorization": f"token {token}"}, float("inf")):
            time.sleep(pause)

    for _ in range(8):
        threading.Thread(target=read, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    _read_for_ever(sys.argv[1], sys.argv[2], float(sys.argv[3]))
