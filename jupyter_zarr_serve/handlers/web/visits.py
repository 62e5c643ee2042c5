"""Visits of people to pages, and the token that the address of a page may hold.

A browser that comes with a token in the address gets the cookie of a login, and is sent to the same page
without the token. So the token stays in no address bar, no history, no bookmark and no link that is copied.
Programs get their answer at once, as they keep no cookies.

References
----------
https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2 (credentials in browsers' histories)
"""

import re
from urllib.parse import unquote_plus

from jupyter_server.base.handlers import JupyterHandler
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from .framing import TICKET

_KEY_END = re.compile(r"c|[0-9.]+|\.z[a-z]+|zarr\.json", re.ASCII)  # of a chunk or document
_SECRET = {"token", TICKET}
_XSRF = "_xsrf"


def is_navigation(request: HTTPServerRequest) -> bool:
    """Whether a browser goes to the address to show what is there to a person."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")  # older browsers do not say
    is_for_people = "text/html" in request.headers.get("Accept", "")
    return request.method == "GET" and is_for_people and mode == "navigate"


def is_key(request: HTTPServerRequest) -> bool:
    """Whether the address looks like that of a chunk or a document of a store."""
    return _KEY_END.fullmatch(request.path.rstrip("/").rpartition("/")[2]) is not None


def hide_token(request: HTTPServerRequest) -> None:
    """Take a token, or the ticket of a frame, out of the address that logs and links to the login show.

    What it proves stays known: the arguments of the query are parsed already.
    """
    if "?" in (request.uri or ""):
        request.uri = without_token(str(request.uri))


def without_token(uri: str) -> str:
    """The same address without a token or a ticket in its query; all else stays as it is spelled.

    Examples
    --------
    >>> without_token("/zarr/view?path=a%20b&token=x"), without_token("/zarr/?%74oken=x")
    ('/zarr/view?path=a%20b', '/zarr/')
    """
    path, _, query = uri.partition("?")
    kept = [part for part in query.split("&") if unquote_plus(part.partition("=")[0]) not in _SECRET]
    return f"{path}?{'&'.join(kept)}" if any(kept) else path


def leave_token(handler: JupyterHandler, *, is_by_link: bool) -> None:
    """Send a browser whose address holds a token to the address without it, if it is let in there, too."""
    request = handler.request
    if "token" not in request.query_arguments or not is_navigation(request):
        return
    if not is_by_link and not _is_let_in(handler):  # the link alone counts
        return
    if is_key(request) and "Sec-Fetch-Mode" not in request.headers:
        return  # there are programs that say they accept pages
    query = without_token(f"?{request.query}")
    last = request.path.rpartition("/")[2]
    handler.set_header("Cache-Control", "no-store")
    handler.set_header("Referrer-Policy", "no-referrer")
    send_to(handler, f"./{last}{query}", status=303)  # relative: a proxy may put a prefix before our paths


def send_to(handler: RequestHandler, address: str, status: int = 302) -> None:
    """Redirect also whom a Hub lets read and nothing else: for these its library replaces `redirect`."""
    RequestHandler.redirect(handler, address, status=status)


def _is_let_in(handler: JupyterHandler) -> bool:
    """Whether the browser will be let in without the token."""
    if not handler.current_user or not handler.token_authenticated:
        return bool(handler.current_user)
    is_new = bool(set(getattr(handler, "_new_cookie", ())) - {_XSRF})
    return is_new or handler.identity_provider.get_cookie_name(handler) in handler.request.cookies
