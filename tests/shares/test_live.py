"""The live connection by a share link: it reaches what is shared, as long as the link is valid."""

import time

import numpy as np
import pytest
import websocket

from tests.live import connected, refused
from tests.server import Server
from tests.shares.conftest import SECRET, below, share


@pytest.fixture
def told(server: Server, folder):
    return share(server, "files/lab/open", origins=["https://friend.example"])


@pytest.fixture
def path(told) -> str:
    return below(told, "api/live")


def test_a_link_follows_what_is_shared(server: Server, folder, path):
    with connected(server, path, Authorization="") as live:
        assert live.subscribe("data.npy")["data.npy"]["is_there"]
        np.save(folder / "open" / "data.npy", np.full(3, 9))
        assert live.notice("data.npy")["kind"] == "data"
        (answer,) = live.get(1, ["v3/data.npy/c/0"])
        assert answer.status == 200


@pytest.mark.parametrize(
    "outside", ["../closed/data.npy", "way_out.npy", "way_out/data.npy", "%2e%2e/closed", "kernels/../x"]
)
def test_a_link_leads_nowhere_else(server: Server, folder, path, outside):
    with connected(server, path, Authorization="") as live:
        live.say("subscribe", paths=[outside])
        frame = live.silence(1)[0]
        assert frame["type"] == "refused" or not frame["is_there"]
        np.save(folder / "closed" / "data.npy", np.full(3, SECRET))
        assert [one for one in live.silence(0.6) if one["type"] == "notices"] == []
        (answer,) = live.get(1, [f"v3/{outside}/c/0"])
        assert answer.status in {403, 404, 409, 422, 503}


def test_a_view_in_front_of_a_path_leads_nowhere_else(server: Server, path):
    with connected(server, path, Authorization="") as live:
        for key in ("v3/portable/files/lab/closed/data.npy/c/0", "v3/files/lab/closed/data.npy/c/0"):
            (answer,) = live.get(1, [key])
            assert answer.status in {403, 404, 409, 503}, key


def test_a_revoked_link_is_closed_within_a_second(server: Server, told, path):
    with connected(server, path, Authorization="") as live, connected(server) as other:
        live.subscribe("data.npy")
        server.get(f"zarr/api/shares/{told['id']}", "DELETE")
        began = time.monotonic()
        assert live.end(5) == 4403
        assert time.monotonic() - began < 1.2
        assert other.subscribe("files")
    assert refused(server, path, Authorization="") == 403


def test_a_valid_link_stays_open(server: Server, path):
    with connected(server, path, Authorization="") as live:
        live.subscribe("data.npy")
        with pytest.raises(websocket.WebSocketTimeoutException):
            live.end(1.5)


def test_no_login_and_no_token_counts(server: Server):
    assert refused(server, f"zarr/s/{'0' * 44}/api/live") == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://friend.example", 101), ("https://evil.example", 403), ("null", 403)],
)
def test_pages_of_the_origins_of_a_link_may_connect(server: Server, path, origin, status):
    assert refused(server, path, Authorization="", Origin=origin) == status
