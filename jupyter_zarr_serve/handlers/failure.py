"""The page that tells a person what failed and what helps."""

from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler

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
    url = handler.request.uri or ""
    login = f"{handler.settings['login_url']}?next={quote(url, safe='')}" if status == 401 else ""
    return rendered(
        handler,
        "error.html",
        title="zarr",
        root=root,
        crumbs=[{"name": "zarr", "url": root}],
        heading=_HEADINGS.get(status, "Something went wrong"),
        message=message,
        reason=reason,
        status=status,
        retry="",
        login=login,
    )
