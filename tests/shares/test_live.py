"""The live connection by a share link: it reaches what is shared, as long as the link is valid."""

import time
from pathlib import Path

import numpy as np
import pytest
import websocket

from jupyter_zarr_serve.core.known_names import SHARES
from jupyter_zarr_serve.shares.ledger import Ledger
from jupyter_zarr_serve.shares.sharing import Sharing, SharingSettings, Wish
from tests.live import connected, refused, url_of
from tests.server import Server
from tests.shares.conftest import SECRET, below, share


@pytest.fixture
def told(server: Server, folder):
    return share(server, "files/lab/open", origins=["https://friend.example"])


@pytest.fixture
def path(told) -> str:
    return below(told, "api/live")


def test_a_link_follows_what_is_shared(server: Server, folder, path):
    np.save(folder / "open" / "changing.npy", np.full(3, 1))  # other tests read data.npy
    with connected(server, path, Authorization="") as live:
        assert live.subscribe("changing.npy")["changing.npy"]["is_there"]
        np.save(folder / "open" / "changing.npy", np.full(3, 9))
        assert live.notice("changing.npy")["kind"] == "data"
        (answer,) = live.get(1, ["v3/changing.npy/c/0"])
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


def test_a_link_hears_no_events_of_the_server(server: Server, told):
    """They tell of all paths that anybody follows."""
    bus, token = "api/events/subscribe", below(told).removeprefix("zarr/s/").strip("/")
    for path in (bus, f"{bus}?token={token}", below(told, bus), below(told, f"../../../{bus}")):
        assert refused(server, path, Authorization="") in {302, 403, 404}, path
    owner = websocket.create_connection(url_of(server, bus), header=server.headers, suppress_origin=True)
    owner.close(timeout=1)


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://friend.example", 101), ("https://evil.example", 403), ("null", 403)],
)
def test_pages_of_the_origins_of_a_link_may_connect(server: Server, path, origin, status):
    assert refused(server, path, Authorization="", Origin=origin) == status


# The list of links.


def test_the_list_of_links_is_followed_whoever_changes_it(server: Server, folder):
    with connected(server) as live:
        assert live.subscribe(SHARES)[SHARES]["is_there"]
        told = share(server, "files/lab/open")
        assert live.notice(SHARES)["kind"] == "members"
        assert server.nobody(below(told, "v3/data.npy/zarr.json")).status_code == 200
        assert live.notice(SHARES)["kind"] == "data"  # it was used
        # As the command line and other servers do:
        assert Ledger(server.log.parent / "DATA" / "jupyter_zarr_serve").revoke(told["id"])
        live.notice(SHARES, "members")


def test_a_link_follows_no_list_of_links(server: Server, folder, path):
    with connected(server, path, Authorization="") as live:
        for spelled in (SHARES, f"../../{SHARES}", "%2eshares"):
            live.say("subscribe", paths=[spelled])
        told = [live.told("subscribed") for _ in range(3)]
        assert not any(one["is_there"] for one in told)
        share(server, "files/lab/open")
        assert [one for one in live.silence(1) if one["type"] == "notices"] == []


def test_a_link_that_expires_marks_the_list(tmp_path: Path):
    sharing, now = Sharing(SharingSettings(tmp_path / "shares", str)), [time.time()]
    sharing.__dict__["ledger"] = Ledger(tmp_path / "shares", now=lambda: now[0])
    before = sharing.marks()
    sharing.make(Wish(("files", "a.npy"), "alice", "1h"))
    made = sharing.marks()
    now[0] += 3700
    assert len({before, made, sharing.marks()}) == 3
    assert sharing.marks() == sharing.marks()
