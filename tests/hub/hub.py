"""A real JupyterHub behind the real proxy: configured as the guide says, and as tests need besides."""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import requests

from tests.cache import CACHE, kept
from tests.clients.node import NODE, install_packages
from tests.kernels.jupyter import run

ROOT = Path(__file__).parent.parent.parent
GUIDE = ROOT / "docs" / "howto" / "jupyterhub.md"
PROXY = Path(__file__).with_name("proxy")
SECONDS = 120  # a busy machine needs 30 for a server
PASSWORD = "correct horse"
VALUES = np.arange(12.0).reshape(3, 4)
RAMP = np.tile(np.arange(256, dtype="u1"), (256, 1))
TOKENS = {
    "dashboard": "dashboard-token",
    "fellow": "fellow-token",
    "alice": "service-named-alice",
    "root": "root-token",
}
ALL_SCOPES = ["admin:users", "admin:servers", "tokens", "shares", "access:servers"]

CONFIG = """
import os
c.JupyterHub.services = [{{"name": name, "api_token": token}} for name, token in {tokens}.items()]
c.JupyterHub.load_roles += [
    {{"name": "fellow", "scopes": ["access:servers!user=alice"], "services": ["fellow", "alice"]}},
    {{"name": "root", "scopes": {all_scopes}, "services": ["root"]}},
]
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/hubs/"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.command = {proxy}
c.JupyterHub.public_url = {public_url!r}
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {password!r}
c.Authenticator.allowed_users = {{"alice", "bob", "carol", "dan"}}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {home!r}
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = [*c.Spawner.args, "--allow-root", "--ZarrServeApp.allow_origins={origin}", *{options}]
c.Spawner.env_keep = ["PATH", "PYTHONPATH"]
c.Spawner.http_timeout = c.Spawner.start_timeout = {seconds}
c.Spawner.environment = {environment}
"""


def bearing(token: str | None) -> dict[str, str]:
    """The headers of who has a token, or none."""
    return {"Authorization": f"token {token}"} if token else {}


def blocks(file: str) -> str:
    """The guide's configuration for a file."""
    return "\n".join(re.findall(rf"```python\n# {file}\n(.*?)```", GUIDE.read_text(), re.DOTALL))


@dataclass(frozen=True)
class Hub:
    """A running Hub, with alice's server and a kernel of it."""

    url: str
    runtime: Path
    process: subprocess.Popen[bytes]
    log: Path
    origin: str
    is_public: bool

    @property
    def user_url(self) -> str:
        return f"{self.url}user/alice/"

    def api(self, method: str, path: str, **body: Any) -> Any:
        """Ask the Hub's API as a service that may do everything."""
        headers = {"Authorization": f"token {TOKENS['root']}"}
        answer = requests.request(
            method, f"{self.url}hub/api/{path}", json=body, headers=headers, timeout=60
        )
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def token(self, user: str, *scopes: str) -> str:
        """A token of a user."""
        told = self.api("POST", f"users/{user}/tokens", **({"scopes": scopes} if scopes else {}))
        return str(told["token"])

    def get(self, path: str, method: str = "GET", **kwargs: Any) -> requests.Response:
        """Ask alice's server through the proxy."""
        return requests.request(
            method, f"{self.user_url}{path}", allow_redirects=False, timeout=60, **kwargs
        )

    def login(self, user: str) -> requests.Session:
        """A browser that is logged in at alice's server, if she lets one in."""
        session = requests.Session()
        session.headers["Sec-Fetch-Mode"] = "navigate"
        page = session.get(f"{self.url}hub/login", timeout=60)
        _submit(session, page, username=user, password=PASSWORD)
        page = session.get(f"{self.user_url}files/public/a.npy", timeout=60)  # the Hub sends to and fro
        if page.ok and "oauth2/authorize" in page.url:  # and asks who goes to a server of another's
            _submit(session, page, scopes=re.findall(r'name="scopes"\s[^>]*value="([^"]*)"', page.text))
        return session

    def run(self, kernel: str, code: str) -> str:
        """What code prints in a kernel of alice's."""
        return run(self.runtime / f"kernel-{kernel}.json", code)


def _submit(session: requests.Session, page: requests.Response, **fields: Any) -> None:
    """Send a form of the Hub's."""
    xsrf = re.search(r'name="_xsrf"\s+value="([^"]*)"', page.text)
    assert xsrf is not None, page.text
    session.post(page.url, data={"_xsrf": xsrf[1], **fields}, timeout=60)


def proxy() -> list[str]:
    """The command of the proxy, which is installed once."""
    names = ("package.json", "package-lock.json")

    def install(place: Path) -> None:
        for name in names:
            (place / name).write_bytes((PROXY / name).read_bytes())
        install_packages(place)

    place = kept(CACHE / "hub" / "proxy", "".join((PROXY / name).read_text() for name in names), install)
    program = place / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
    return [NODE, str(program)]


@contextmanager
def running_hub(
    python: Path,
    folder: Path,
    origin: str,
    *options: str,
    is_public: bool,
    server_python: Path | None = None,
) -> Iterator[Hub]:  # fmt: skip
    """A Hub that runs in the environment of `python`; alice has a server.

    Parameters
    ----------
    origin
        Whose pages may read data by a token.
    options
        Further options of the servers.
    is_public
        Whether the Hub knows its public URL.
    server_python
        The Python of the servers, where it is not that of the Hub.
    """
    port, hub_port, api_port = _free_ports(3)
    url = f"http://127.0.0.1:{port}/hubs/"
    directories = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    (folder / "CONFIG").mkdir()
    (folder / "CONFIG" / "jupyter_server_config.py").write_text(blocks("jupyter_server_config.py"))
    own = CONFIG.format(
        tokens=TOKENS, all_scopes=ALL_SCOPES, origin=origin, proxy=proxy(),
        port=port, hub_port=hub_port, api_port=api_port,
        public_url=url if is_public else "", password=PASSWORD, seconds=SECONDS,
        home=str(folder / "home" / "{username}"),
        python=str(server_python or python), environment=directories, options=list(options),
    )  # fmt: skip
    (folder / "jupyterhub_config.py").write_text(blocks("jupyterhub_config.py") + own)
    outer = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    log = folder / "hub.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [python, "-m", "jupyterhub", "-f", "jupyterhub_config.py"],
            cwd=folder, env=outer, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    hub = Hub(url, folder / "RUNTIME", process, log, origin, is_public)
    try:
        _until(lambda: process.poll() is None and _is_json(f"{url}hub/api/"), log)
        hub.api("POST", "users/alice/server")
        _until(lambda: hub.api("GET", "users/alice")["servers"].get("", {}).get("ready"), log)
        yield hub
        hub.api("DELETE", "users/alice/server")
    finally:
        process.terminate()
        process.wait(30)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return ports


def _is_json(url: str) -> bool:
    try:
        return "version" in json.loads(requests.get(url, timeout=5).text)
    except (requests.ConnectionError, ValueError):
        return False


def _until(is_so: Callable[[], Any], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        time.sleep(0.2)
