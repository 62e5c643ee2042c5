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
from urllib.parse import urlsplit

from ..servers.asking import HERE
from ..servers.running import Server, server_that_started, servers
from .address import Address
from .login import Login, runtime

_PORTS = {"http": 80, "https": 443}
_EVERYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 (they are recognised, not listened on)
_START = (
    "start one (jupyter lab, or jupyter zarr FOLDER), or name one by JUPYTER_SERVER_URL and JUPYTER_TOKEN"
)


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
    known = _known(base, environment)
    given = token if token is not None else address.token
    if not given:
        return known or [Login(base, "without a login: none is known for it")]
    found = "by the token that was given" if token is not None else "by the token in its address"
    if base:
        return [Login(base, found, token=given)]
    return [Login(each.base, found, each.shown, given, server=each.server) for each in known]


def login_at(base: str, environment: Mapping[str, str] = os.environ) -> Login:
    """The login to the server at a base URL."""
    return logins(Address(base), environment=environment)[0]


def _known(base: str, environment: Mapping[str, str]) -> list[Login]:
    """What is known of the server at `base`, or where that is "", of any."""
    told = _of_environment(environment)
    if told is not None and (not base or _is_at(base, told)):
        return [told]
    folder = runtime()
    started = server_that_started(folder, environment)
    if started is not None and started.is_listening():
        login = _of_server(started, "the server that started this kernel")
        if not base or _is_at(base, login):
            return [login]
    running = [_of_server(each, "a running server of yours") for each in servers(folder, environment)]
    if base:
        return [login for login in running if _is_at(base, login)][:1]
    if not running:
        raise ConnectionError(f"no Jupyter server of yours is running; {_START}")
    return running


def _of_server(server: Server, found: str) -> Login:
    base = f"{server.origin}{urlsplit(server.url).path}"
    return Login(server.url, found, base, server.token, server=server)


def _of_environment(environment: Mapping[str, str]) -> Login | None:
    """The server that the environment names; None where it names none."""
    url, token = environment.get("JUPYTER_SERVER_URL", ""), environment.get("JUPYTER_TOKEN", "")
    if url and token:
        return Login(f"{url.rstrip('/')}/", "by JUPYTER_SERVER_URL and JUPYTER_TOKEN", token=token)
    prefix, token = (environment.get(f"JUPYTERHUB_{name}", "") for name in ("SERVICE_PREFIX", "API_TOKEN"))
    if not prefix or not token:
        return None
    public = environment.get("JUPYTERHUB_PUBLIC_URL", "")
    found = "your server on JupyterHub, by JUPYTERHUB_API_TOKEN"
    started = server_that_started(runtime(), environment)
    if started is not None and started.is_listening():
        return Login(started.url, found, public, token, server=started)
    inner = urlsplit(environment.get("JUPYTERHUB_SERVICE_URL", ""))
    if not inner.port:
        return Login(public, found, token=token) if public else None
    host = "127.0.0.1" if (inner.hostname or "") in _EVERYWHERE else inner.hostname
    return Login(f"{inner.scheme}://{host}:{inner.port}/{prefix.strip('/')}/", found, public, token)


def _is_at(base: str, login: Login) -> bool:
    """Whether a base URL is that of a login, as it is reached from here or as people know it."""
    return _place(base) in {_place(url) for url in (login.base, login.shown) if url}


def _place(url: str) -> tuple[str, str, int | None, str]:
    parts = urlsplit(url)
    host = "localhost" if parts.hostname in HERE else (parts.hostname or "")
    port = parts.port if parts.scheme in _PORTS else None
    return parts.scheme, host, port or _PORTS.get(parts.scheme), f"/{parts.path.strip('/')}"
