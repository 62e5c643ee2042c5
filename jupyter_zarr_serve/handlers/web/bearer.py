"""The user of a request that carries the server's own token and no cookie, as nearly all of them do.

Jupyter's identity provider invents an anonymous user with a login cookie for each such request. Where
nobody replaced the methods that decide who is let in, the one case in which they say yes at once is
decided here by the same comparison; all others are left to the provider.
"""

import hmac

from jupyter_server.auth import IdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler

_DECIDING = (
    "get_user",
    "_get_user",
    "get_user_token",
    "get_token",
    "get_user_cookie",
    "generate_anonymous_user",
)
_USER = User("token", "Holder of the token", "Holder of the token", "T", None, None)


def bearer(handler: JupyterHandler) -> User | None:
    """The holder of the token; None where the identity provider has to be asked."""
    provider = handler.identity_provider
    if "Cookie" in handler.request.headers or not _is_plain(provider) or not provider.token:
        return None
    given = provider.get_token(handler) or ""
    if not hmac.compare_digest(given.encode(), provider.token.encode()):
        return None
    handler._token_authenticated = True  # type: ignore[attr-defined]
    return _USER


def _is_plain(provider: IdentityProvider) -> bool:
    """Whether Jupyter's own methods decide, and none of its class or put into the object."""
    return all(
        getattr(getattr(provider, name), "__func__", None) is getattr(IdentityProvider, name)
        for name in _DECIDING
    )
