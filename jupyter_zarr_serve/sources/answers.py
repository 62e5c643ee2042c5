"""Answers of kernels that need not be sent again, as long as the kernel says that they are still true."""

from collections import OrderedDict
from dataclasses import replace

from ..core.request import Request, Response

_LEAST_BYTES = 1 << 16  # smaller bodies cost less to send than to remember
_OVERHEAD = 1024  # bytes that remembering takes besides a body


class Answers:
    """The last answers by request, the least recently used ones forgotten first; for one event loop.

    Parameters
    ----------
    limit_bytes
        The most bytes to remember.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._known: OrderedDict[tuple[object, Request], Response] = OrderedDict()

    def asked(self, whom: object, request: Request) -> Request:
        """The request to send: whoever knows an answer asks only whether it is still true."""
        known = self._known.get((whom, request))
        return request if known is None else replace(request, if_none_match=known.etag)

    def full(self, whom: object, request: Request, response: Response) -> Response:
        """The whole answer to a request, which may have been answered that nothing changed."""
        key = (whom, request)
        known = self._known.get(key)
        if response.status == 304 and known is not None and response.etag == known.etag:
            self._known.move_to_end(key)
            return replace(known, spent=dict(response.spent))
        if known is not None:
            self._forget(key)
        if _may_be_remembered(request, response) and len(response.body) <= self._limit // 4:
            self._known[key] = response
            self._bytes += len(response.body) + _OVERHEAD
            while self._bytes > self._limit:
                self._forget(next(iter(self._known)))
        return response

    def _forget(self, key: tuple[object, Request]) -> None:
        self._bytes -= len(self._known.pop(key).body) + _OVERHEAD


def _may_be_remembered(request: Request, response: Response) -> bool:
    plain = request.method == "GET" and request.if_none_match is None and request.byte_range is None
    return (
        plain
        and response.status == 200
        and response.etag is not None
        and len(response.body) >= _LEAST_BYTES
    )
