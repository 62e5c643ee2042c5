"""The reason phrase of a failure: what aiohttp, and so zarr-python and xarray, show of it.

One line of ASCII, with neither a secret nor a path of the machine: programs put it into logs.

References
----------
https://www.rfc-editor.org/rfc/rfc9112#section-4
"""

import json
import re
import unicodedata

from tornado.httputil import HTTPServerRequest

from ...core.public_text import without_folders
from ...serve.request import Response

_SECRET = 8  # characters that a token has at least; fewer would tear words
_LONGEST = 200  # characters
_SIGNS = str.maketrans({"<": "(", ">": ")", "–": "-", "—": "-", "…": "...", "×": "x", "‘": "'", "’": "'"})
_LINK = re.compile(r"((?:^|/)s/+)[^/\s]{16,}")


def phrase(message: str, request: HTTPServerRequest | None = None) -> str | None:
    r"""A message as a reason phrase, without the token of its request; None where nothing is left of it.

    Examples
    --------
    >>> phrase("a.npy: is gone\r\nSet-Cookie: x"), phrase("größer – <b>"), phrase("日")
    ('a.npy: is gone Set-Cookie: x', 'grosser - (b)', '\\u65e5')
    >>> phrase("[Errno 2] no such file: '/home/ann/data/x.h5'"), phrase("files/a.npy: has no chunk")
    ("[Errno 2] no such file: 'x.h5'", 'files/a.npy: has no chunk')
    """
    for secret in _secrets(request) if request is not None else ():
        message = message.replace(secret, "[secret]")
    spelled = _LINK.sub(r"\1[secret]", without_folders(message)).replace("ß", "ss").translate(_SIGNS)
    plain = unicodedata.normalize("NFKD", spelled)
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    ascii_only = letters.encode("ascii", "backslashreplace").decode()
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in ascii_only).split())
    return (line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}...") or None


def reason_of(response: Response, request: HTTPServerRequest) -> str | None:
    """The reason phrase for what a source says; None, for the usual one, where nothing failed."""
    return None if response.status < 400 else phrase(response.message or _message(response), request)


def _secrets(request: HTTPServerRequest) -> list[str]:
    tokens = [value.decode("utf-8", "replace") for value in request.query_arguments.get("token", [])]
    tokens.append(request.headers.get("Authorization", "").rpartition(" ")[2])
    return [token for token in tokens if len(token) >= _SECRET]


def _message(response: Response) -> str:
    """The message in the body; "" where there is none, as for HEAD."""
    try:
        told = json.loads(bytes(response.body))
    except ValueError:
        return ""
    return str(told.get("message", "")) if isinstance(told, dict) else ""
