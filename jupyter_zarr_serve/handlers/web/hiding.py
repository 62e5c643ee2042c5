"""The tokens of share links stay out of what may be logged."""

import re
from urllib.parse import unquote

from tornado.httputil import HTTPServerRequest

_HIDDEN = "[secret]"
_BELOW_LINKS = re.compile(r"(/s/+)[^/?#&]+", re.IGNORECASE)
_MOST_DECODED = 16  # times


def without_tokens(address: str) -> str:
    """An address in which no token of a link is left, however it is spelled.

    An address that spells a link in another way than our pages do comes back decoded.

    Examples
    --------
    >>> without_tokens("/zarr/s/abc/v3/a"), without_tokens("/zarr/%73%2fabc/v3")
    ('/zarr/s/[secret]/v3/a', '/zarr/s/[secret]/v3')
    """
    if _is_plain(address):
        return _BELOW_LINKS.sub(rf"\1{_HIDDEN}", address)
    return _BELOW_LINKS.sub(rf"\1{_HIDDEN}", _decoded(address))


def hide_tokens(request: HTTPServerRequest) -> None:
    """Take the tokens out of what is logged of a request; `request.path` stays as it is."""
    request.uri = without_tokens(request.uri or "")
    if "Referer" in request.headers:
        request.headers["Referer"] = without_tokens(request.headers["Referer"])


def _is_plain(address: str) -> bool:
    """Whether decoding makes no more of a link appear than there is."""
    found, decoded = (len(_BELOW_LINKS.findall(text)) for text in (address, _decoded(address)))
    return found >= decoded


def _decoded(address: str) -> str:
    for _ in range(_MOST_DECODED):
        address, before = unquote(address, errors="backslashreplace").replace("\\", "/"), address
        if address == before:
            break
    return "".join(character if character.isprintable() else "?" for character in address)
