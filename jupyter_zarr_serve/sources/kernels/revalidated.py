"""Answers of kernels that need not be sent again, as long as the kernel says that they are still true."""

from dataclasses import replace

from ...core.known_names import DOCUMENT_KEYS
from ...core.memory import Memory, Share
from ...serve.request import BINARY, LINKS, Request, Response

_LEAST_BYTES = 1 << 16  # smaller bodies cost less to send than to remember
Key = tuple[object, Request]


class Revalidated:
    """The last answers by request, within the bounds of a memory; for one event loop."""

    def __init__(self, memory: Memory) -> None:
        self._known: Share[Response] = Share(memory, "answers", lambda response: len(response.body))

    def asked(self, whom: object, request: Request) -> Request:
        """The request to send: whoever knows an answer asks only whether it is still true."""
        known = self._known.peek(_key(whom, request)) if _is_plain(request) else None
        return request if known is None else replace(request, if_none_match=known.etag)

    def full(self, whom: object, request: Request, response: Response) -> Response:
        """The whole answer to a request, which may have been answered that nothing changed."""
        if not _is_plain(request):
            return response
        key = _key(whom, request)
        known = self._known.get(key)
        if response.status == 304 and known is not None and response.etag == known.etag:
            return replace(known, spent=dict(response.spent), layouts=response.layouts)
        self._known.drop(key)
        if _may_be_remembered(request, response):
            self._known.put(key, response)
        return response

    def drop(self, whom: object) -> None:
        """Forget the answers of one who gives no more."""
        for key in self._known:
            if isinstance(key, tuple) and key[0] is whom:
                self._known.drop(key)


def _key(whom: object, request: Request) -> Key:
    """The same for a kernel and for its notebook: only listings tell by which address they were found."""
    form = request.form if request.is_of_node else LINKS
    return whom, replace(request, location="", form=form)


def _is_plain(request: Request) -> bool:
    return request.method == "GET" and request.if_none_match is None and request.byte_range is None


def _may_be_remembered(request: Request, response: Response) -> bool:
    is_document = request.path[-1:] in _DOCUMENTS
    is_listing = response.media_type != BINARY and not request.is_of_node and not is_document
    return (
        not is_listing
        and response.status == 200
        and response.etag is not None
        and len(response.body) >= _LEAST_BYTES
    )


_DOCUMENTS = {(key,) for key in DOCUMENT_KEYS}
