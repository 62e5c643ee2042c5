"""This process as a program of the user who runs the server of the tests."""

import pytest

from tests.kernels.jupyter import runtime_of
from tests.server import Server

_NAMES = ("JUPYTER_SERVER_URL", "JUPYTER_TOKEN", "JPY_PARENT_PID", "JPY_SESSION_NAME")
HUB = tuple(f"JUPYTERHUB_{name}" for name in ("SERVICE_PREFIX", "SERVICE_URL", "API_TOKEN", "PUBLIC_URL"))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no server."""
    for name in (*_NAMES, *HUB):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def mine(server: Server, environment: pytest.MonkeyPatch) -> Server:
    """The server of the tests as one that this user runs."""
    environment.setenv("JUPYTER_RUNTIME_DIR", str(runtime_of(server)))
    return server
