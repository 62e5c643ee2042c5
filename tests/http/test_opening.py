"""Buttons for other viewers: who is offered which, where they lead, and what a link made there opens."""

import json
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import numpy as np
import pytest
import requests
import zarr
from jupyter_server.auth import User

from tests.http.test_pages import HTML
from tests.server import Server, running_server

OTHER = "https://viewer.invalid"
RAMP = np.linspace(-1, 1, 300 * 400).reshape(300, 400)


class Buttons(HTMLParser):
    """The links of a page by their texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._open: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._open = {name: value or "" for name, value in attrs} if tag == "a" else {}

    def handle_data(self, data):
        if self._open:
            self.found[data] = self._open


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A server under a base URL whose vizarr is a folder, and whose neuroglancer is of another origin."""
    folder, build = tmp_path_factory.mktemp("images"), tmp_path_factory.mktemp("build")
    (build / "index.html").write_text("<title>vizarr</title>")
    np.save(folder / "ramp.npy", RAMP)
    np.save(folder / "big ünï.npy", np.arange(12).reshape(3, 4))
    np.save(folder / "line.npy", np.arange(9))
    np.save(folder / "six.npy", np.zeros((1,) * 6))
    np.save(folder / "text.npy", np.array([["a", "b"]]))
    zarr.create_group(folder / "stored.zarr", attributes={"ome": {"version": "0.5", "multiscales": [{}]}})
    np.savez(folder / "deep.npz", image=RAMP)
    options = [
        "--ServerApp.base_url=/user/ann/",
        f"--ZarrServeApp.viewers=vizarr={build}",
        f"--ZarrServeApp.viewers=neuroglancer={OTHER}/",
    ]
    with running_server(folder, tmp_path_factory.mktemp("jupyter"), *options) as server:
        yield server


def buttons(server: Server, path: str) -> dict[str, str]:
    """The buttons of a page for viewers and sharing, as absolute URLs."""
    answer = server.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    found = {text: urljoin(answer.url, link["href"]) for text, link in Buttons(answer.text).found.items()}
    return {text: url for text, url in found.items() if text in ALL}


ALL, FLAT = {"View", "Open in vizarr", "Open in neuroglancer", "Share"}, {"View", "Share"}


@pytest.mark.parametrize(
    ("path", "offered"),
    [
        ("v3/files/ramp.npy", ALL), ("v2/files/big%20%C3%BCn%C3%AF.npy/", ALL),
        ("v3/files/deep.npz/image", ALL), ("v3/files/deep.npz", FLAT),
        ("v3/files/line.npy", FLAT), ("v3/files/six.npy", FLAT), ("v3/files/text.npy", FLAT),
        ("v3/files/stored.zarr", ALL), ("v3/", set()), ("v3/ome/files/ramp.npy", ALL),
        ("v2/drawn/files/ramp.npy/", ALL), ("v3/ome/files/ramp.npy/0", {"Share"}),
        ("v3/portable/files/ramp.npy", ALL), ("v3/portable/files/line.npy", FLAT),
    ],
)  # fmt: skip
def test_who_can_show_it_is_offered(elsewhere, path, offered):
    assert set(buttons(elsewhere, f"zarr/{path}")) == offered


@pytest.mark.parametrize(
    "path", ["v3/ome/files/ramp.npy/0", "v2/ome/files/ramp.npy/", "v3/drawn/files/ramp.npy/0"]
)
def test_the_form_for_a_link_names_what_there_is(elsewhere, path):
    url = buttons(elsewhere, f"zarr/{path}")["Share"]
    assert parse_qs(urlsplit(url).query)["path"] == ["files/ramp.npy"]
    told = elsewhere.get("zarr/api/shares", "POST", json={"path": "files/ramp.npy"})
    assert told.status_code == 201, told.text


def test_one_of_this_origin_reads_as_whoever_opens_it(elsewhere):
    url = buttons(elsewhere, "zarr/v3/ome/files/ramp.npy")["Open in vizarr"]
    sent = elsewhere.get(url.removeprefix(elsewhere.url))
    assert sent.status_code == 302
    viewer, _, source = urljoin(url, sent.headers["Location"]).partition("?source=")
    assert viewer == f"{elsewhere.url}zarr/vizarr/"
    assert "vizarr" in elsewhere.get("zarr/vizarr/").text
    assert unquote(source) == f"{elsewhere.url}zarr/v3/drawn/files/ramp.npy"
    level = elsewhere.open(3, "drawn/files/ramp.npy")["0"]
    assert level.dtype == "float32"
    np.testing.assert_array_equal(level[:], RAMP.astype("f4"))


def test_the_script_of_a_page_is_told_the_same(elsewhere):
    text = elsewhere.get("zarr/v3/files/ramp.npy/", headers=HTML).text
    link = Buttons(text).found["Open in vizarr"]
    page = f"{elsewhere.url}zarr/v3/files/ramp.npy/"
    assert urljoin(page, link["data-template"]) == f"{elsewhere.url}zarr/vizarr/?source={{source}}"
    assert urljoin(page, link["data-source"]) == f"{elsewhere.url}zarr/v3/drawn/files/ramp.npy"


def login(server: Server) -> requests.Session:
    session = requests.Session()
    session.get(f"{server.url}zarr/?token={server.token}", headers=HTML, timeout=60)
    return session


def test_one_of_another_origin_gets_a_link_when_a_person_says_so(elsewhere):
    url = buttons(elsewhere, "zarr/v3/files/ramp.npy")["Open in neuroglancer"]
    session = login(elsewhere)
    asked = session.get(url, headers=HTML, timeout=60)
    assert OTHER in asked.text
    assert "good for 1 day" in asked.text
    policy = asked.headers["Content-Security-Policy"]
    assert f"form-action 'self' {OTHER};" in policy
    assert f"opened at {OTHER}" not in elsewhere.get("zarr/api/shares").text, "a link was made before"
    (xsrf,) = [part.partition('"')[0] for part in asked.text.split('name="_xsrf" value="')[1:]]
    sent = session.post(url, data={"_xsrf": unescape(xsrf)}, allow_redirects=False, timeout=60)
    assert sent.status_code == 303
    assert sent.headers["Referrer-Policy"] == "no-referrer"
    address = sent.headers["Location"]
    assert address.startswith(f"{OTHER}/#!")
    (layer,) = json.loads(unquote(urlsplit(address).fragment[1:]))["layers"]
    source = layer["source"].removeprefix("zarr3://")
    assert elsewhere.token not in address
    told = requests.get(f"{source}/zarr.json", headers={"Origin": OTHER}, timeout=60)
    assert told.headers["Access-Control-Allow-Origin"] == OTHER
    assert told.json()["attributes"]["ome"]["multiscales"]
    np.testing.assert_array_equal(zarr.open_group(source, mode="r")["0"][:], RAMP.astype("f4"))
    assert requests.get(source.replace("/v3/drawn", "/v3/files"), timeout=60).status_code == 404


def test_without_the_token_of_the_form_no_link_is_made(elsewhere):
    session = login(elsewhere)
    url = f"{elsewhere.url}zarr/shares/open/neuroglancer?path=files/ramp.npy"
    assert session.post(url, allow_redirects=False, timeout=60).status_code == 403


def test_who_has_no_script_is_asked_there_too(elsewhere):
    sent = elsewhere.get("zarr/open/neuroglancer?path=ome/files/a/zarr/b%20c%22.npy")
    assert sent.status_code == 302
    # Relative, so that it holds behind a proxy that strips a prefix.
    assert sent.headers["Location"] == "../shares/open/neuroglancer?path=files/a/zarr/b%20c%22.npy"


@pytest.mark.parametrize(
    "path", ["zarr/open/vizarr", "zarr/shares/open/neuroglancer", "zarr/open/vizarr?path=ome"]
)
def test_something_must_be_named(elsewhere, path):
    assert elsewhere.get(path).status_code == 400


class TestByLink:
    def made(self, server, *origins):
        told = server.get("zarr/api/shares", "POST", json={"path": "files/ramp.npy", "origins": [*origins]})
        assert told.status_code == 201, told.text
        return told.json()

    @pytest.mark.parametrize(
        ("origins", "offered"),
        [([OTHER], ALL), (["*"], ALL), (["https://a.invalid"], ALL - {"Open in neuroglancer"})],
    )
    def test_the_link_is_handed_on_where_its_maker_lets(self, elsewhere, origins, offered):
        told = self.made(elsewhere, *origins)
        path = told["link"].removeprefix("/user/ann/")
        found = buttons(elsewhere, f"{path}v3/")
        assert set(found) == offered - {"Share"}
        for text, url in found.items():
            if text != "View":
                sent = requests.get(url, allow_redirects=False, timeout=60)
                assert sent.status_code == 302
                assert f"{told['url']}v3/drawn" in unquote(sent.headers["Location"])
        text = elsewhere.get(f"{path}v3/", headers=HTML).text
        assert told["link"].split("/")[-2] not in text, "the page tells its own address"

    def test_no_link_makes_another(self, elsewhere):
        told = self.made(elsewhere, OTHER)
        path = told["link"].removeprefix("/user/ann/")
        assert elsewhere.nobody(f"{path}shares/open/neuroglancer?path=x").status_code == 404


@pytest.mark.parametrize("setting", ["sharing", "authorizer"])
async def test_no_link_is_offered_that_would_be_refused(jp_fetch, jp_serverapp, jp_root_dir, setting):
    np.save(jp_root_dir / "a.npy", RAMP)

    class Readers(type(jp_serverapp.authorizer)):
        def is_authorized(self, handler, user, action, resource):
            return action == "read"

    settings = jp_serverapp.web_app.settings
    response = await jp_fetch("zarr/v3/files/a.npy", headers={**HTML})
    assert b"Open in vizarr" in response.body
    assert b">Share<" in response.body
    if setting == "sharing":
        settings["jupyter_zarr_serve_sharing"] = False
    else:
        settings["authorizer"] = Readers(parent=jp_serverapp)
    response = await jp_fetch("zarr/v3/files/a.npy", headers={**HTML})
    assert b"Open in" not in response.body
    assert b">Share<" not in response.body
    assert b">View<" in response.body
    view = await jp_fetch("zarr/view", params={"path": "files/a.npy"})
    assert b'data-others="[]"' in view.body


async def test_a_reader_of_a_hub_is_offered_none_whatever_the_authorizer_says(
    jp_fetch, jp_root_dir, monkeypatch
):
    async def reader(_):
        return User("bob")

    np.save(jp_root_dir / "a.npy", RAMP)
    for user, is_offered in ((None, True), (reader, False)):
        if user is not None:
            monkeypatch.setattr("jupyter_zarr_serve.handlers.web.auth._hub_reader", user)
        headers = {**HTML, **({} if user is None else {"Authorization": ""})}
        response = await jp_fetch("zarr/v3/files/a.npy", headers=headers)
        assert (b">Share<" in response.body) is (b"Open in vizarr" in response.body) is is_offered


def test_links_that_live_less_than_a_day_are_made_too(tmp_path):
    np.save(tmp_path / "a.npy", RAMP)
    private = tmp_path / "jupyter"
    private.mkdir()
    with running_server(tmp_path, private, "--ZarrServeApp.sharing=max_seconds=7200") as server:
        url = f"{server.url}zarr/shares/open/vizarr?path=files/a.npy"
        assert "good for 2 hours" in login(server).get(url, headers=HTML, timeout=60).text
        sent = requests.post(url, headers=server.headers, allow_redirects=False, timeout=60)
        assert sent.status_code == 303
        assert sent.headers["Location"].startswith("https://hms-dbmi.github.io/vizarr/?source=http")
