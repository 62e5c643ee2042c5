"""Who may read Zarr on a JupyterHub's single-user server without being let into the rest of it.

The Hub's identity provider lets nobody in who may not access the whole server. Whoever holds a scope
that is made for it (`ZarrServeApp.hub_scope`) is let in here, hence to these routes and to no others.

References
----------
https://jupyterhub.readthedocs.io/en/stable/rbac/scopes.html#custom-scopes
"""

import os
from typing import Any

from jupyter_server.auth import User
from tornado.web import HTTPError

SETTING = "jupyter_zarr_serve_hub_scope"


def auth(handler: Any) -> Any:
    """What asks the Hub who somebody is; None without a hub."""
    return getattr(handler.identity_provider, "hub_auth", None)


async def reader(handler: Any) -> User | None:
    """The holder of the scope; None without a hub, or for whom it does not know.

    Raises
    ------
    HTTPError
        403 for whom the Hub knows, but lets read nothing here.
    """
    hub_auth = auth(handler)
    known: dict[str, Any] | None = hub_auth and await hub_auth.get_user(handler, sync=False)
    if hub_auth is None or known is None:
        return None
    if not hub_auth.check_scopes(_wanted(handler), known):
        raise HTTPError(403, f"{known['kind']} {known['name']} may not read this server; ask its owner")
    _keep_login(hub_auth, handler)
    user = User(known["name"])
    user.hub_user = known  # type: ignore[attr-defined]  # as the Hub's own users have it
    return user


def refuse_embedding(handler: Any) -> None:
    """Let no page show by a login what only scripts with XSRF's token may read.

    Servers of a hub may share one origin. The Hub lets pages of it embed pictures by the cookie, and a
    script of such a page reads their pixels by a canvas.

    Raises
    ------
    HTTPError
        403 for what a page embeds, such as a picture: browsers send no header with it.
    """
    is_embedded = handler.request.headers.get("Sec-Fetch-Mode") == "no-cors"
    if is_embedded and auth(handler) is not None:
        raise HTTPError(
            403,
            "a login shows no pictures in pages of a JupyterHub: fetch them with X-XSRFToken, or a token",
        )


def _keep_login(hub_auth: Any, handler: Any) -> None:
    """Give a browser that came with a token in the address the cookie of a login, as the Hub does."""
    token = hub_auth.get_token(handler, in_cookie=False)
    in_address = handler.get_query_argument("token", "")
    if token and token == in_address and hasattr(hub_auth, "set_cookie") and handler.wants_page():
        hub_auth.set_cookie(handler, token)


def _wanted(handler: Any) -> set[str]:
    """The scope in its forms for this server, each of which suffices."""
    scope, owner = handler.settings.get(SETTING), os.environ.get("JUPYTERHUB_USER")
    if not scope or not owner or not handler.is_for_readers:
        return set()
    return {
        f"{scope}!user={owner}",
        f"{scope}!server={owner}/{os.environ.get('JUPYTERHUB_SERVER_NAME', '')}",
    }
