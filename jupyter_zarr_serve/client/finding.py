"""Which server is meant, and what lets us in: of what is known, the first.

1. a token that was given;
2. that of the address: a share link, or ``?token=``;
3. the environment: ``JUPYTER_SERVER_URL`` and ``JUPYTER_TOKEN``, or JupyterHub's variables;
4. the running servers of this user; the one that started this kernel before all others.

A token of the environment goes only to the server that the environment names, and that of a running
server only to its own process.
"""

import os
from collections.abc import Mapping

from .address import Address
from .login import Login, known_logins, without_login


def logins(
    address: Address,
    token: str | None = None,
    server: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> list[Login]:
    """The logins to the server that is meant; several only where several servers may be.

    Parameters
    ----------
    token
        That was given.
    server
        The base URL of the server that is meant, where `address` names none.

    Raises
    ------
    ConnectionError
        When there is no server.
    """
    base = address.base or (f"{server.rstrip('/')}/" if server else "")
    if address.link:
        return [Login(base, "by its share link", link=address.link)]
    known = known_logins(base, environment)
    given = token if token is not None else address.token
    if not given:
        return known or [without_login(base)]
    found = "by the token that was given" if token is not None else "by the token in its address"
    if base:
        return [Login(base, found, token=given)]
    return [Login(each.base, found, each.shown, given, server=each.server) for each in known]
