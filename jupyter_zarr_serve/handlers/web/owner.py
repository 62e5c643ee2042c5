"""Whose a request is, by login or by link; no address counts, as that of a computer may change."""

from typing import Any

from .auth import TOKEN_HOLDER, hub_auth


def name_of(handler: Any) -> str:
    """The name of who asks; the holder of the server's own token gets a new one from Jupyter each time."""
    user = handler.current_user
    if user is not TOKEN_HOLDER and handler.token_authenticated and hub_auth(handler) is None:
        user = TOKEN_HOLDER
    return str(getattr(user, "username", ""))


def owner_of(handler: Any) -> str:
    """A name that no other user and no other link has."""
    return f"{'link' if handler.visitor.is_by_link else 'user'} {name_of(handler)}"
