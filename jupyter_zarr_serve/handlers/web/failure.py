"""The page that tells a person what failed and what helps."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from jupyter_server.base.handlers import JupyterHandler

from .auth import hub_auth
from .kernel_labels import name_of
from .render import NO_LABELS, crumbs, quoted, rendered, root_from, shown
from .visitor import Visitor

_STORE = re.compile(r"v([23])(/.*)?")
_MAY_COME = {404, 503}  # what is not there may come, and the page follows that
_LONGEST_FOLLOWED = 2000  # characters of a path
_HEADINGS = {
    400: "This address makes no sense",
    401: "Log in first",
    403: "This is not for you",
    404: "Nothing is here",
    409: "The data were replaced",
    422: "This cannot be served",
    503: "Not just now",
}


@dataclass(frozen=True)
class Failure:
    """What failed.

    Attributes
    ----------
    near
        The names of members that may have been meant.
    """

    status: int
    message: str
    reason: str
    near: Sequence[str] = ()


def failure_page(
    handler: JupyterHandler, visitor: Visitor, failure: Failure, labels: Mapping[str, str] = NO_LABELS
) -> bytes:
    """The page of a failure, with ways up and back in.

    Parameters
    ----------
    labels
        What the page shows in place of names.
    """
    is_let_in = bool(handler.current_user)
    is_by_link = visitor.is_by_link
    scope = visitor.scope.url if is_let_in else f"{handler.base_url}zarr/"
    root = root_from(handler.request.path, scope)
    heading = _HEADINGS.get(failure.status, "Something went wrong")
    if is_by_link and not is_let_in and failure.status == 403:
        heading = "This link is not valid"
    path = _crumbs(handler.request.path, visitor, root, labels) if is_let_in else []
    if not is_let_in and not is_by_link:
        path = [{"name": "zarr", "url": root}]
    parent = path[-2] if len(path) > 1 else None
    beside = f"{path[-1]['url'].rstrip('/').rpartition('/')[0]}/" if path else ""
    return rendered(
        handler,
        "error.html",
        is_whole=not is_let_in,
        title=f"{heading} – zarr",
        root=root,
        crumbs=path,
        heading=heading,
        message=failure.message,
        reason=failure.reason,
        status=failure.status,
        retry="",
        up=parent,
        near=[{"name": shown(name), "url": f"{beside}{quoted((name,))}"} for name in failure.near],
        login=_login(handler, root) if failure.status == 401 else "",
        followed=_followed(handler.request.path, visitor)
        if is_let_in and failure.status in _MAY_COME
        else "",
        xsrf=handler.xsrf_token.decode() if hub_auth(handler) is not None and not is_by_link else "",
    )


def _followed(address: str, visitor: Visitor) -> str:
    """The path of a node that may come to be there, as it stands in the address; "" for other addresses."""
    found = _STORE.fullmatch(address.removeprefix(visitor.scope.url))
    path = "" if found is None else (found[2] or "").strip("/")
    return path if len(path) <= _LONGEST_FOLLOWED else ""


def _crumbs(address: str, visitor: Visitor, root: str, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Links to what is above the place where nothing could be shown, and to itself."""
    top = shown(name_of(visitor.link)) if visitor.link else "zarr"
    found = _STORE.fullmatch(address.removeprefix(visitor.scope.url))
    if found is None:
        return [{"name": top, "url": root}]
    names = tuple(unquote(name, errors="surrogateescape") for name in (found[2] or "").split("/") if name)
    return crumbs(root, int(found[1]), names, labels, top)


def _login(handler: JupyterHandler, root: str) -> str:
    """Where to log in; a hub's servers have no page for it, but their other pages send there."""
    if hub_auth(handler) is not None:
        return root
    return f"{handler.settings['login_url']}?next={quote(handler.request.uri or '', safe='')}"
