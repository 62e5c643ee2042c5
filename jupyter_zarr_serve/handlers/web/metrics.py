"""The metrics of this extension on Jupyter's page of metrics, and the times in the header of each answer.

References
----------
https://www.w3.org/TR/server-timing/
https://prometheus.io/docs/practices/naming/
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

from ...core.known_names import ROOTS
from ...serve.request import BINARY, Request, Response

_PREFIX = "jupyter_zarr_serve"
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_REQUESTS = Counter(f"{_PREFIX}_requests", "Revalidated by the source of the data", ["place", "status"])
_BYTES = Counter(f"{_PREFIX}_sent_bytes", "Bytes of bodies by the source of the data", ["place"])
_CHUNKS = Counter(f"{_PREFIX}_chunks", "Chunks sent, by whether they were remembered", ["remembered"])
_SECONDS = Histogram(
    f"{_PREFIX}_seconds", "Seconds by phase of an answer's making", ["phase"], buckets=_BUCKETS
)
_IN_FLIGHT = Gauge(f"{_PREFIX}_in_flight", "Requests that are being answered")
_OUTGOING = Gauge(f"{_PREFIX}_outgoing_bytes", "Bytes of answers that clients have not taken yet")
_KERNELS = Gauge(f"{_PREFIX}_kernels", "Kernels with an open connection")

in_flight = _IN_FLIGHT.track_inprogress


def watch(outgoing: Callable[[], float], kernels: Callable[[], float]) -> None:
    """Call these functions each time the metrics are read."""
    _OUTGOING.set_function(outgoing)
    _KERNELS.set_function(kernels)


def count(place: str, response: Response) -> None:
    """Count an answer.

    Parameters
    ----------
    place
        The first name of the path.
    """
    requests, sent = _counters(place if place in ROOTS else "mounts", response.status)
    requests.inc()
    sent.inc(len(response.body))
    for phase, seconds in response.spent.items():
        _phase(phase).observe(seconds)
    if response.status in {200, 206} and response.media_type == BINARY:
        _remembered("read" not in response.spent).inc()


async def counted(asked: Response | Awaitable[Response], request: Request) -> Response:
    """The response of a source to a request, counted when it has come."""
    with in_flight():
        response = asked if isinstance(asked, Response) else await asked
    count(next(iter(request.path), ""), response)
    return response


def server_timing(response: Response) -> str:
    """The Server-Timing header: milliseconds by phase; empty where nothing was to be made.

    Examples
    --------
    >>> server_timing(Response(200, "", b"", 0, spent={"read": 0.0012}))
    'read;dur=1.2'
    """
    return ", ".join(f"{phase};dur={seconds * 1e3:.3g}" for phase, seconds in response.spent.items())


@lru_cache(maxsize=256)
def _counters(place: str, status: int) -> tuple[Counter, Counter]:
    return _REQUESTS.labels(place, str(status)), _BYTES.labels(place)


@lru_cache(maxsize=8)
def _phase(phase: str) -> Histogram:
    return _SECONDS.labels(phase if phase in {"wait", "read", "encode"} else "other")


@lru_cache(maxsize=2)
def _remembered(remembered: bool) -> Counter:
    return _CHUNKS.labels(str(remembered).lower())
