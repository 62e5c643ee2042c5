"""Who may do what, where a server is shared: its owner everything, everybody else read Zarr.

Jupyter makes the authorizer itself, from the name of its class::

    c.ServerApp.authorizer_class = "jupyter_zarr_serve.authorizer.ZarrAuthorizer"

so its settings are its own, and not those of the extension.
"""

import os
from typing import Any

from jupyter_server.auth import Authorizer, User
from jupyter_server.auth.identity import IdentityProvider, PasswordIdentityProvider
from traitlets import List, Set, Unicode, default

from .handlers.web.scope import parted

_ANYTHING = "**"
_SINGLE_USER = (IdentityProvider, PasswordIdentityProvider)


class ZarrAuthorizer(Authorizer):
    """Lets colleagues who may reach a server read Zarr, and nothing else.

    What Jupyter shows to everybody who may reach it (its version, its metrics, who one is oneself) asks no
    authorizer, and other extensions may not ask theirs.
    """

    owners = Set(
        Unicode(),
        help=(
            "Names of the users who may do everything; by default whom JUPYTERHUB_USER names. "
            "Without a hub, whoever knows the server's own token or password is an owner."
        ),
    ).tag(config=True)

    paths = List(
        Unicode(),
        [_ANYTHING],
        help=(
            "What others may read: paths below zarr/v2/ and zarr/v3/, each with all that is below; "
            "`*` stands for any one name. They may list nothing above."
        ),
    ).tag(config=True)

    @default("owners")
    def _default_owners(self) -> set[str]:
        return {os.environ["JUPYTERHUB_USER"]} if "JUPYTERHUB_USER" in os.environ else set()

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        """Whether a user may do something; see `jupyter_server.auth.Authorizer`."""
        if self._is_owner(user):
            return True
        if (action, resource) != ("read", "zarr"):
            return False
        asked: tuple[str, ...] | None = handler.asked_path
        return asked is None or any(is_below(asked, path) for path in self.paths)

    def _is_owner(self, user: User) -> bool:
        # Only one person knows the secrets of a server that has no other users.
        if not self.owners and type(self.identity_provider) in _SINGLE_USER:
            return True
        known = getattr(user, "hub_user", {})
        # A service of a hub may have any name, that of a user included.
        return known.get("kind", "user") == "user" and user.username in self.owners


def is_below(asked: tuple[str, ...], path: str) -> bool:
    """Whether a path in the tree, as the stores read it, is `path` or below it, whatever its spelling.

    Examples
    --------
    >>> is_below(("portable", "files", "public", "a.npy", "c", "0"), "files/public/**")
    True
    >>> is_below(("files", "public.old"), "files/public")
    False
    """
    _, names = parted(asked)
    wanted = path.strip("/").removesuffix(_ANYTHING).rstrip("/")
    allowed = wanted.split("/") if wanted else []
    return len(names) >= len(allowed) and all(
        want in ("*", name) for want, name in zip(allowed, names, strict=False)
    )
