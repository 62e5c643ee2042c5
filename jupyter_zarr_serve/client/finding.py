"""Finding the server and the login.

The first of these that is known is used:

1. the argument `token`;
2. the URL: a share link, or ``?token=``;
3. the environment: ``JUPYTER_SERVER_URL`` and ``JUPYTER_TOKEN``, or JupyterHub's variables;
4. the running servers of this user, first the one that started this kernel.

A token from the environment is sent only to the server that the environment names, and the token of a
running server only to that server's process.
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
    """The logins to the server that `address` or `server` names; else to all that are running.

    Parameters
    ----------
    token
        The token that the user gave, if any.
    server
        The base URL of the server, if `address` names none.

    Raises
    ------
    ConnectionError
        If no server is found.
    """
    base = address.base or (f"{server.rstrip('/')}/" if server else "")
    if address.link:
        return [Login(base, "by its share link", link=address.link)]
    known = known_logins(base, environment)
    given = token if token is not None else address.token
    if not given:
        return known or [without_login(base)]
    found = "by the given token" if token is not None else "by the token in its URL"
    if base:
        return [Login(base, found, token=given)]
    return [Login(each.base, found, each.shown, given, server=each.server) for each in known]
