"""JupyterHub end to end: who gets what answer from which route, and what clients read through the proxy."""

import re
from typing import Any
from urllib.parse import urljoin

import fsspec
import numpy as np
import pytest
import requests
import xarray as xr
import zarr

import jupyter_zarr_serve as jz
from tests.clients.browser import browse, needs_browser
from tests.clients.verdicts import EXACT, Question, answer_of, judge
from tests.http.test_routes import EXAMPLES, LINKS, SHARES
from tests.hub.enter import enter
from tests.hub.hub import RAMP, VALUES, Hub, bearing
from tests.live import connected, status_of
from tests.server import Server

pytestmark = pytest.mark.timeout(600)

# What the guide's `c.ZarrAuthorizer.paths` leaves to all who may read, and what it does not.
PUBLIC = [
    "zarr/v3/files/public/", "zarr/v3/files/public/a.npy/zarr.json", "zarr/v2/files/public/a.npy/0.0",
    "zarr/v3/portable/files/public/a.npy/c/0/0", "zarr/api/node/files/public/a.npy",
    "zarr/api/preview/files/public/a.npy?form=stats",
]  # fmt: skip
PRIVATE = ["zarr/v3/files/private/a.npy/c/0/0", "zarr/v2/portable/files/private/a.npy/0.0"]
# Routes that tell of no data.
FRAMES = (
    r"zarr/?", r"zarr/view", r"zarr/open/(vizarr|neuroglancer)", r"zarr/vizarr/(.*)", r"zarr/static/(.*)",
    r"zarr/api/live", r"zarr/api/frame-ticket", r"zarr/(.*)",
)  # fmt: skip
JUPYTER = ["api/contents", "api/contents/public/a.npy", "api/kernels", "api/sessions", "api/terminals"]

ALL, SOME = "as the owner", "as the owner, below the allowed paths alone"
# Who asks; the answers of routes that read Zarr, of those that manage links, and of Jupyter's own.
TABLE: dict[str, tuple[int | str, int | str, int | str]] = {
    "nobody": (401, 401, 403),
    "a wrong token": (401, 401, 403),
    "the owner": (ALL, ALL, ALL),
    "the owner's token for her server": (ALL, ALL, ALL),
    "the owner's token for Zarr": (ALL, 403, 403),
    "a user without access": (403, 403, 403),
    "a user to whom the server is shared": (SOME, 403, 403),
    "a user of a group with the scope": (SOME, 403, 403),
    "a service with the scope": (SOME, 403, 403),
    "a service with access": (SOME, 403, 403),
    "a service with the owner's name": (SOME, 403, 403),
}


def expected(rule: int | str, path: str, owners: int) -> int:
    """The status by a rule of the table."""
    if rule == ALL:
        return owners
    if rule == SOME:
        pattern = next((pattern for pattern, paths in EXAMPLES.items() if path in paths), None)
        return owners if path in PUBLIC or pattern in FRAMES else 403
    return int(rule)


@pytest.mark.parametrize("who", TABLE)
def test_the_table(hub: Hub, tokens: dict[str, str], who: str):
    reading = [*PUBLIC, *PRIVATE, *(path for paths in EXAMPLES.values() for path in paths)]
    managing = [path for paths, _ in SHARES.values() for path in paths]
    wrong = {}
    for rule, paths in zip(TABLE[who], (reading, managing, JUPYTER), strict=True):
        for path in paths:
            answer = hub.get(path, headers=bearing(tokens.get(who)))
            owners = hub.get(path, headers=bearing(tokens["the owner"])).status_code
            if answer.status_code != expected(rule, path, owners):
                wrong[path] = answer.status_code
            if answer.status_code in {401, 403}:
                assert answer.json()["message"], path
    assert wrong == {}
    for path in [path for paths in LINKS.values() for path in paths]:
        assert hub.get(path, headers=bearing(tokens.get(who))).status_code == 403, path


def test_the_owner_gets_data(hub: Hub, tokens):
    statuses = {path: hub.get(path, headers=bearing(tokens["the owner"])).status_code for path in PUBLIC}
    assert set(statuses.values()) == {200}, statuses


def test_a_browser_needs_a_login_at_this_server(hub: Hub, tokens):
    for user, zarrs, contents in (("alice", 200, 200), ("bob", 401, 403), ("carol", 200, 403)):
        session = hub.login(user)
        assert session.get(f"{hub.user_url}{PUBLIC[1]}", allow_redirects=False).status_code == zarrs, user
        assert session.get(f"{hub.user_url}api/contents", allow_redirects=False).status_code == contents


def test_a_page_of_another_server_cannot_use_the_cookie(hub: Hub):
    session = hub.login("alice")
    (xsrf,) = [c.value for c in session.cookies if c.name == "_xsrf" and c.path.endswith("/user/alice/")]
    fetched = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
    for path in PUBLIC:
        for method in ("GET", "HEAD"):
            url, wrong = f"{hub.user_url}{path}", {**fetched, "X-XSRFToken": f"{xsrf}x"}
            for refused in (fetched, wrong):
                assert session.request(method, url, headers=refused).status_code == 401, path
            answer = session.request(method, url, headers={**fetched, "X-XSRFToken": str(xsrf)})
            assert answer.status_code == 200, path


def test_a_page_of_another_server_cannot_embed_by_the_cookie(hub: Hub):
    session = hub.login("alice")
    (xsrf,) = [c.value for c in session.cookies if c.name == "_xsrf" and c.path.endswith("/user/alice/")]
    url = f"{hub.user_url}zarr/api/preview/files/public/ramp.npy?form=image"
    for site in ("same-origin", "same-site", "cross-site"):  # as of an <img>, whose pixels a canvas reads
        embedded = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": site, "Sec-Fetch-Dest": "image"}
        answer = session.get(url, headers=embedded)
        assert answer.status_code in {401, 403}, site
        assert answer.json()["message"]
    assert "X-XSRFToken" in session.get(url, headers={**embedded, "Sec-Fetch-Site": "same-origin"}).text
    fetched = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", "X-XSRFToken": str(xsrf)}
    assert session.get(url, headers=fetched).headers["Content-Type"] == "image/png"
    page = session.get(
        f"{hub.user_url}zarr/v3/files/public/ramp.npy/", headers={"Accept": "text/html"}
    ).text
    (style,) = re.findall(r'rel="stylesheet" href="[./]+(static/[^"]+)"', page)
    styled = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "style"}
    assert session.get(f"{hub.user_url}zarr/{style}", headers=styled).status_code == 200


def test_a_page_of_another_server_cannot_follow_by_the_cookie(hub: Hub):
    """All servers of this hub have one origin, so that of the page proves nothing."""
    session, url = hub.login("alice"), f"{hub.user_url}zarr/api/live"
    (xsrf,) = [c.value for c in session.cookies if c.name == "_xsrf" and c.path.endswith("/user/alice/")]
    cookie = requests.cookies.get_cookie_header(session.cookies, requests.Request("GET", url).prepare())
    origin = "/".join(url.split("/")[:3])
    sent = {"Cookie": cookie, "Origin": origin, "Sec-Fetch-Mode": "websocket"}
    for query, status in (("", 403), (f"?_xsrf={xsrf}x", 403), (f"?_xsrf={xsrf}", 101)):
        assert status_of(f"ws{url.removeprefix('http')}{query}", sent) == status, query
    assert status_of(f"ws{url.removeprefix('http')}?_xsrf={xsrf}", {**sent, "Origin": "null"}) == 403


@pytest.mark.parametrize(
    ("who", "answer"),
    [("the owner", "subscribed"), ("the owner's token for Zarr", "refused"),
     ("a user of a group with the scope", "refused")],
)  # fmt: skip
def test_the_list_of_links_is_followed_by_the_owner_alone(hub: Hub, tokens, who, answer):
    with connected(Server(hub.user_url, tokens[who], hub.process, hub.log)) as live:
        live.say("subscribe", paths=[".shares"])
        assert live.told(answer)["path"] == ".shares"


def test_a_page_of_another_server_cannot_frame_ours(hub: Hub):
    session, other = hub.login("alice"), hub.login("carol")
    (xsrf,) = [c.value for c in session.cookies if c.name == "_xsrf" and c.path.endswith("/user/alice/")]
    fetched = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
    url, proof = f"{hub.user_url}zarr/api/frame-ticket", {"X-XSRFToken": str(xsrf)}
    assert session.get(url, headers=fetched).status_code == 401
    ticket = session.get(url, headers={**fetched, **proof}).json()["ticket"]
    framed = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    for path in ("zarr/?", "zarr/view?path=files/public/a.npy&", "zarr/v3/files/public/a.npy/?"):
        page = session.get(f"{hub.user_url}{path}frame_ticket={ticket}", headers=framed)
        assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"], path
        assert "</main>" in page.text
        assert ticket not in page.text
        for asks, given in ((session, ""), (session, f"{ticket}x"), (session, "x"), (other, ticket)):
            page = asks.get(f"{hub.user_url}{path}frame_ticket={given}", headers=framed)
            assert page.headers["Content-Security-Policy"].startswith("sandbox allow-scripts "), path
            assert "a.npy" not in page.text
            assert "files" not in page.text
        page = session.get(f"{hub.user_url}{path}", headers={**framed, "Sec-Fetch-Dest": "document"})
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"], path
    assert ticket not in hub.log.read_text()


def test_who_goes_to_a_page_logs_in_and_comes_back(hub: Hub):
    page = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
    programs = ({}, {**page, "Accept": "*/*"}, {**page, "Sec-Fetch-Mode": "cors"})
    for path in ("zarr/", "zarr/v3/files/", "zarr/view?path=files/public/a.npy"):
        sent = hub.get(path, headers=page)
        assert sent.status_code == 302, path
        assert sent.headers["Location"].partition("?")[0].endswith("/hubs/hub/api/oauth2/authorize")
        for headers in programs:
            assert hub.get(path, headers=headers).status_code == 401, path
    for path in PUBLIC[1:4]:
        answer = hub.get(path, headers=page)
        assert answer.status_code == 401, path
        (login,) = re.findall(r'<a class="button" href="([^"]+)">Log in<', answer.text)
        assert urljoin(answer.url, login) == f"{hub.user_url}zarr/"


@needs_browser
def test_a_browser_logs_in_and_looks_at_an_image(hub: Hub):
    sight = enter(hub, "zarr/?search=i", "alice", ["files", "public", "ramp.npy", "View"])
    assert sight.came == f"{hub.user_url}zarr/?search=i"
    assert sight.visited[-1].startswith(f"{hub.user_url}zarr/view?path=files/public/ramp.npy")
    assert sight.errors == []
    assert sight.notices == ""
    forms = f"{hub.user_url}zarr/view?path=files%2Fpublic%2Framp.npy&form="
    others = [url for url in sight.others if not url.startswith(forms)]
    assert len(sight.others) == len(others) + 2
    assert len(others) == 2
    assert all(f"{hub.user_url}zarr/shares/open/" in url for url in others)
    greys = sight.row[:, 0].astype(int)
    assert (sight.row == greys[:, None]).all()
    assert len(set(greys)) > len(RAMP) / 2
    assert (np.diff(greys[(greys != greys[0]).argmax() :]) >= 0).mean() > 0.9


def test_who_may_only_read_is_offered_no_link(hub: Hub, tokens):
    url, page = "zarr/v3/files/public/a.npy", {"Accept": "text/html"}
    for who, is_offered in (("the owner", True), ("a user of a group with the scope", False)):
        text = hub.get(url, headers={**page, **bearing(tokens[who])}).text
        assert ">View</a>" in text
        for button in (">Share<", ">Open in vizarr<", ">Open in neuroglancer<"):
            assert (button in text) is is_offered, (who, button)


def opened(hub: Hub, token: str | None, zarr_format: int, path: str) -> Any:
    url = f"{hub.user_url}zarr/v{zarr_format}/{path}"
    return zarr.open(fsspec.get_mapper(url, client_kwargs={"headers": bearing(token)}), mode="r")


def test_a_variable_is_read_through_the_proxy(hub: Hub, tokens, kernel, zarr_format):
    token = tokens["the owner's token for Zarr"]
    group = opened(hub, token, zarr_format, f"kernels/{kernel[0]}")
    assert set(group) == {"t", "frame"}
    np.testing.assert_array_equal(group["t"][:], VALUES)
    url = f"{hub.user_url}zarr/v{zarr_format}/kernels/{kernel[0]}/frame"
    options = {"client_kwargs": {"headers": bearing(token)}}
    with xr.open_zarr(url, storage_options=options) as frame:
        assert frame.to_dataframe().loc[[5, 7], "n"].tolist() == [1, 2]


def test_a_colleague_reads_a_public_file(hub: Hub, tokens, zarr_format):
    array = opened(hub, tokens["a user of a group with the scope"], zarr_format, "files/public/a.npy")
    np.testing.assert_array_equal(array[:], VALUES)


def test_the_addresses_are_those_of_the_proxy(hub: Hub, kernel):
    url = kernel[1].split()[0]
    base = hub.user_url if hub.is_public else "/hubs/user/alice/"
    assert url == f"{base}zarr/v3/kernels/{kernel[0]}/t"
    assert set(re.findall(r'href="([^"]*/)zarr/', kernel[1])) == {"/hubs/user/alice/"}
    assert f"{base}zarr/v3/kernels/{kernel[0]}/t" in kernel[1]


def shared(hub: Hub, token: str, path: str) -> dict[str, Any]:
    answer = hub.get(
        "zarr/api/shares", "POST", headers=bearing(token), json={"path": path, "origins": [hub.origin]}
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_link_needs_no_login(hub: Hub, tokens, zarr_format):
    owner = tokens["the owner"]
    told = shared(hub, owner, "files/private")
    link = hub.url.removesuffix("/hubs/") + told["link"]
    assert told["link"].startswith("/hubs/user/alice/zarr/s/")
    if hub.is_public:
        assert told["url"] == link
    np.testing.assert_array_equal(zarr.open(f"{link}v{zarr_format}/", mode="r")["a.npy"][:], VALUES)
    token = told["link"].split("/")[-2]
    for path in ("api/contents", "files/private/a.npy", PRIVATE[0]):
        for refused in ({"headers": bearing(token)}, {"params": {"token": token}}):
            assert hub.get(path, **refused).status_code in {401, 302, 403}, path
    assert token not in hub.log.read_text().replace(f"/zarr/s/{token}", "")
    assert hub.get(f"zarr/api/shares/{told['id']}", "DELETE", headers=bearing(owner)).status_code == 200
    assert requests.get(f"{link}v{zarr_format}/", timeout=60).status_code == 403


@needs_browser
def test_a_page_of_another_origin_reads_by_the_scope_and_by_a_link(hub: Hub, tokens, zarr_format):
    headers = bearing(tokens["a user of a group with the scope"])
    link = hub.url.removesuffix("/hubs/") + shared(hub, tokens["the owner"], "files/private")["link"]
    public = f"{hub.user_url}zarr/v{zarr_format}/files/public"
    told, _ = browse(
        hub.origin,
        [
            Question(public, zarr_format, ["a.npy"], headers),
            Question(f"{link}v{zarr_format}", zarr_format, ["a.npy"], {}),
            Question(public, zarr_format, ["a.npy"], {}),
        ],
    )
    (by_scope,), (by_link,), (refused,) = told
    assert judge(by_scope, VALUES) == judge(by_link, VALUES) == EXACT
    assert "error" in refused
    assert answer_of("a.npy", VALUES)["data"] == by_link["data"]


OPEN = """
import jupyter_zarr_serve as jz
from jupyter_zarr_serve.client.login import login_at
array = jz.open("public/a.npy")
print(array[...].tolist(), "at", array.store)
print(jz.open("t")[...].tolist(), repr(login_at(%r).token))
"""


def test_a_kernel_opens_what_its_own_server_serves(hub: Hub, kernel):
    neighbour = hub.user_url.replace("/alice/", "/bob/")
    told, own = hub.run(kernel[0], OPEN % neighbour).strip().splitlines()
    values, _, place = told.partition(" at ")
    assert values == str(VALUES.tolist())
    assert "your server on JupyterHub" in place or "started this kernel" in place
    assert own == f"{VALUES.tolist()} ''", "no token is known for another user's server"


def test_the_token_of_ones_own_server_opens_no_other(hub: Hub, tokens, monkeypatch, tmp_path):
    own = tokens["a user without access"]
    for name in ("JUPYTER_SERVER_URL", "JUPYTER_TOKEN", "JPY_PARENT_PID", "JUPYTERHUB_SERVICE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/hubs/user/bob/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", own)
    monkeypatch.setenv("JUPYTERHUB_PUBLIC_URL", hub.user_url.replace("/alice/", "/bob/"))
    url = f"{hub.user_url}zarr/v3/files/public/a.npy"
    for given in (None, own):
        with pytest.raises(PermissionError) as refused:
            jz.open(url, token=given)
        assert own not in str(refused.value)
    array = jz.open(url, token=tokens["a user to whom the server is shared"])
    np.testing.assert_array_equal(array[...], VALUES)
