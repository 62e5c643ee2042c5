"""Logins: the URL of a server, and a token, a share link or nothing to enter by.

Neither the text nor the pickle of a login holds a secret. Another process of the same user finds the secret
again: in the server's runtime file, or in a note that this process keeps in the same folder while it runs.
"""

import atexit
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..servers.running import EVERYWHERE, Server, server_that_started, servers
from ..servers.schemes import HERE

if TYPE_CHECKING:
    from socket import socket

_NOTE = "zarr-serve-login-{}.json"
_IS_NOTE = r"[0-9a-f]{32}"
_PORTS = {"http": 80, "https": 443}
_START = (
    "start one (jupyter lab, or jupyter zarr FOLDER), or name one by JUPYTER_SERVER_URL and JUPYTER_TOKEN"
)
_noted: dict["Login", str] = {}


@dataclass(frozen=True)
class Login:
    """A server's URL and what grants access to it.

    Attributes
    ----------
    base
        The server's base URL as this machine reaches it, with a slash at the end.
    found
        How the login was found, in words.
    shown
        The base URL that people see; "" if it is `base`.
    server
        The running server of this user at `base`, if it is one; the token is sent to its process alone.
    """

    base: str
    found: str
    shown: str = ""
    token: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
    server: Server | None = field(default=None, repr=False)

    @property
    def root(self) -> str:
        """The URL below which the stores are; it holds the token of a share link."""
        return f"{self.base}zarr/s/{self.link}/" if self.link else f"{self.base}zarr/"

    @property
    def headers(self) -> dict[str, str]:
        """The HTTP headers that authenticate a request."""
        return {"Authorization": f"token {self.token}"} if self.token else {}

    def check(self, connection: "socket") -> None:
        """See `servers.running.Server.check`."""
        if self.server is not None:
            self.server.check(connection)

    def __str__(self) -> str:
        return f"{self.shown or self.base} ({self.found})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _found_again, (self.base, "" if self.server is not None else _note_of(self))


def runtime() -> Path:
    """Jupyter's runtime folder, with the runtime files of servers and the connection files of kernels."""
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir())


def _note_of(login: Login) -> str:
    """The name of the note with a login's secrets, which this process writes once, and removes at exit."""
    name = _noted.get(login)
    if name is None:
        import secrets

        name = _noted[login] = secrets.token_hex(16)
        folder = runtime()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / _NOTE.format(name)
        members = {"base": login.base, "shown": login.shown, "found": login.found}
        secret = {"token": login.token, "link": login.link}
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(members | secret, out)
        atexit.register(_forget, file, os.getpid())
    return name


def _forget(file: Path, process: int) -> None:
    if process == os.getpid():  # and not a child that was forked
        file.unlink(missing_ok=True)


def _found_again(base: str, note: str) -> Login:
    """The login of a pickle, in another process of the same user.

    Raises
    ------
    PermissionError
        If its secrets cannot be found.
    """
    if not note:
        return login_at(base)
    file = runtime() / _NOTE.format(note if re.fullmatch(_IS_NOTE, note) else "")
    try:
        with file.open() as opened:
            if hasattr(os, "getuid") and os.fstat(opened.fileno()).st_uid != os.getuid():
                raise PermissionError(f"{file} is not yours")
            return Login(**json.load(opened))
    except (OSError, ValueError, TypeError):
        raise PermissionError(
            f"the login to {base} is kept by the process that opened it, for its user alone, and cannot be "
            "found here; set JUPYTER_SERVER_URL and JUPYTER_TOKEN where this runs, and open it there"
        ) from None


def login_at(base: str, environment: Mapping[str, str] = os.environ) -> Login:
    """The login to the server at a base URL."""
    return (known_logins(base, environment) or [without_login(base)])[0]


def without_login(base: str) -> Login:
    """A login without token or link, for a server to which none is known."""
    return Login(base, "without a login: none is known for it")


def known_logins(base: str, environment: Mapping[str, str]) -> list[Login]:
    """The known logins to the server at `base`; to any server if `base` is "".

    Raises
    ------
    ConnectionError
        If `base` is "" and no server is running.
    """
    named = _of_environment(environment)
    if named is not None and (not base or _is_at(base, named)):
        return [named]
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
    """The login that environment variables name; None if they name none."""
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
    host = "127.0.0.1" if (inner.hostname or "") in EVERYWHERE else inner.hostname
    return Login(f"{inner.scheme}://{host}:{inner.port}/{prefix.strip('/')}/", found, public, token)


def _is_at(base: str, login: Login) -> bool:
    """Whether a base URL is that of a login, either as this machine reaches it or as people see it."""
    return _place(base) in {_place(url) for url in (login.base, login.shown) if url}


def _place(url: str) -> tuple[str, str, int | None, str]:
    parts = urlsplit(url)
    host = "localhost" if parts.hostname in HERE else (parts.hostname or "")
    port = parts.port if parts.scheme in _PORTS else None
    return parts.scheme, host, port or _PORTS.get(parts.scheme), f"/{parts.path.strip('/')}"
