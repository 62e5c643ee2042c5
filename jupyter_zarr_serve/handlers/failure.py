"""The page that tells a person what failed and what helps."""

from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler

from . import hub
from .render import rendered, root_from

_HEADINGS = {
    400: "This address makes no sense",
    401: "Log in first",
    403: "This is not for you",
    404: "Nothing is here",
    409: "The data were replaced",
    422: "This cannot be served",
    503: "Not just now",
}


def failure_page(handler: JupyterHandler, scope: str, status: int, message: str, reason: str) -> bytes:
    """The page of a failure, with links below the URL path `scope`."""
    root = root_from(handler.request.path, scope)
    heading = _HEADINGS.get(status, "Something went wrong")
    return rendered(
        handler,
        "error.html",
        title=f"{heading} – zarr",
        root=root,
        crumbs=[{"name": "zarr", "url": root}],
        heading=heading,
        message=message,
        reason=reason,
        status=status,
        retry="",
        login=_login(handler, root) if status == 401 else "",
    )


def _login(handler: JupyterHandler, root: str) -> str:
    """Where to log in; a hub's servers have no page for it, but their other pages send there."""
    if hub.auth(handler) is not None:
        return root
    return f"{handler.settings['login_url']}?next={quote(handler.request.uri or '', safe='')}"
