"""Who may read by Jupyter's login: its users, and holders of a scope of a JupyterHub.

A hub's identity provider lets nobody in who may not access the whole server. Whoever holds the scope that
is made for it (`ZarrServeApp.hub_scope`) is let in here, hence to these routes and to no others.

References
----------
https://jupyterhub.readthedocs.io/en/stable/rbac/scopes.html#custom-scopes
"""

import hmac
import os
from functools import lru_cache
from inspect import isawaitable
from operator import attrgetter
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError

from .scope import Scope
from .visitor import Visitor

HUB_SCOPE = "jupyter_zarr_serve_hub_scope"  # the setting
_DECIDING = frozenset(
    {
        "get_user",
        "_get_user",
        "get_user_token",
        "get_token",
        "get_user_cookie",
        "generate_anonymous_user",
    }
)
_methods = attrgetter(*_DECIDING)
TOKEN_HOLDER = User("token", "Holder of the token", "Holder of the token", "T", None, None)


class Login:
    """The entrance of those who log in to Jupyter, or have its token."""

    def stranger(self, base_url: str) -> Visitor:
        """See `Entrance`."""
        return _visitor_at(f"{base_url}zarr/", is_holder=False)

    async def admit(self, handler: Any) -> Visitor:
        """See `Entrance`."""
        scope = handler.visitor.scope
        # JupyterHub may put its own method into Jupyter's class; Jupyter's `prepare` heeds that. It looks
        # for the source of the method in each request, to warn of the old way, so it is not always asked.
        if handler.get_current_user.__module__ != JupyterHandler.__module__:
            await JupyterHandler.prepare(handler)
            return Visitor(scope, handler.current_user)
        # People get the cookie of a login.
        if not handler.wants_page() and bearer(handler) is TOKEN_HOLDER:
            return _visitor_at(scope.url, is_holder=True)
        user = handler.identity_provider.get_user(handler)
        user = await user if isawaitable(user) else user
        if user is not None:
            return Visitor(scope, user)
        user = await _hub_reader(handler)
        return Visitor(scope, user, is_reader=user is not None)

    async def still_admits(self, handler: Any) -> bool:
        """See `Entrance`; what Jupyter has let in stays until its connection is opened anew."""
        return True

    def check(self, handler: Any) -> None:
        """Send strangers to the login, and refuse what another site asks for with the user's cookie."""
        if handler.request.method == "OPTIONS":
            return
        if handler.current_user is None:
            handler.get_login_url()
        elif handler.current_user is not TOKEN_HOLDER and not handler.token_authenticated:
            if _is_foreign(handler):
                raise HTTPError(403, "requests from another site need a token, or c.ServerApp.allow_origin")
            if not handler.is_program:
                _refuse_embedding(handler)


LOGIN = Login()


@lru_cache(maxsize=8)
def _visitor_at(url: str, *, is_holder: bool) -> Visitor:
    """Nobody yet, or the holder of the token: the same for nearly all requests."""
    return Visitor(Scope(url), TOKEN_HOLDER if is_holder else None)


def bearer(handler: JupyterHandler) -> User | None:
    """The user of a request with the server's own token and no cookie; None if Jupyter has to be asked.

    Nearly all requests are such. Jupyter's identity provider invents an anonymous user with a login cookie
    for each. If nobody replaced the methods that decide who is let in, the same comparison decides here.
    """
    provider = handler.identity_provider
    token = provider.token
    if "Cookie" in handler.request.headers or not _is_plain(provider) or not token:
        return None
    given = provider.get_token(handler) or ""
    if not hmac.compare_digest(given.encode(), token.encode()):
        return None
    handler._token_authenticated = True  # type: ignore[attr-defined]
    return TOKEN_HOLDER


def _is_plain(provider: IdentityProvider) -> bool:
    """Whether Jupyter's own methods decide: no subclass, nor the object itself, replaces one."""
    own = _DECIDING.isdisjoint(vars(provider)) and _methods(type(provider)) == _methods(IdentityProvider)
    return bool(own)


def _is_foreign(handler: Any) -> bool:
    headers = handler.request.headers
    cross_site = headers.get("Sec-Fetch-Site") == "cross-site"
    return not handler.check_origin() or (cross_site and headers.get("Sec-Fetch-Mode") == "no-cors")


def hub_auth(handler: Any) -> Any:
    """The client that asks the hub who somebody is; None without a hub."""
    return getattr(handler.identity_provider, "hub_auth", None)


async def _hub_reader(handler: Any) -> User | None:
    """The holder of the scope; None without a hub, or if the hub does not know the visitor.

    Raises
    ------
    HTTPError
        403 if the hub knows the visitor, who may read nothing here.
    """
    hub = hub_auth(handler)
    known: dict[str, Any] | None = hub and await hub.get_user(handler, sync=False)
    if hub is None or known is None:
        return None
    if not hub.check_scopes(_wanted(handler), known):
        raise HTTPError(403, f"{known['kind']} {known['name']} may not read this server; ask its owner")
    _keep_login(hub, handler)
    user = User(known["name"])
    user.hub_user = known  # type: ignore[attr-defined]  # as the Hub's own users have it
    return user


def _refuse_embedding(handler: Any) -> None:
    """Let no page embed, by a login, what only scripts with the XSRF token may read.

    Servers of a hub may share one origin. The hub lets pages of it embed pictures by the cookie, and a
    script of such a page reads their pixels by a canvas.

    Raises
    ------
    HTTPError
        403 for what a page embeds, such as a picture: browsers send no header with it.
    """
    is_embedded = handler.request.headers.get("Sec-Fetch-Mode") == "no-cors"
    if is_embedded and hub_auth(handler) is not None:
        raise HTTPError(
            403,
            "a login shows no pictures in pages of a JupyterHub: fetch them with X-XSRFToken, or a token",
        )


def _keep_login(hub: Any, handler: Any) -> None:
    """Give a browser that came with a token in the address the cookie of a login, as the hub does."""
    token = hub.get_token(handler, in_cookie=False)
    in_address = handler.get_query_argument("token", "")
    if token and token == in_address and hasattr(hub, "set_cookie") and handler.wants_page():
        hub.set_cookie(handler, token)


def _wanted(handler: Any) -> set[str]:
    """The scope in its forms for this server, each of which suffices."""
    scope, owner = handler.settings.get(HUB_SCOPE), os.environ.get("JUPYTERHUB_USER")
    if not scope or not owner or not handler.is_for_readers:
        return set()
    return {
        f"{scope}!user={owner}",
        f"{scope}!server={owner}/{os.environ.get('JUPYTERHUB_SERVER_NAME', '')}",
    }
