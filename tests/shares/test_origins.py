"""Pages of other origins: read where somebody gave leave, with a token or a link, never with a cookie."""

import pytest

from jupyter_zarr_serve.shares.sharing import checked_origin
from tests.server import Server, running_server
from tests.shares.conftest import below, share

VIZARR, OTHER = "https://hms-dbmi.github.io", "https://other.example"
ALLOWED = "https://viewer.example"
KEYS = ["v3/zarr.json", "v3/nothing/zarr.json", "v3/way_out/zarr.json", "nowhere", "", "v3/deep/"]
PREFLIGHT = {
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "range",
    "Access-Control-Request-Private-Network": "true",
}


def leave(answer):
    return answer.headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize(
    ("origin", "spelled"),
    [("https://Example.org/", "https://example.org"), ("https://me@a.b:443", "https://a.b"), ("*", "*"),
     ("http://a.b:80", "http://a.b"), ("http://a.b:443", "http://a.b:443"), ("http://[::1]:80", "http://[::1]")],
)  # fmt: skip
def test_origins_are_spelled_as_browsers_do(origin, spelled):
    assert checked_origin(origin) == spelled


@pytest.mark.parametrize(
    ("origins", "origin", "given"),
    [(None, VIZARR, VIZARR), (None, OTHER, None), ([OTHER], OTHER, OTHER), ([OTHER], VIZARR, None),
     ([OTHER], "null", None), (["*"], OTHER, "*"), (["*"], "null", "*")],
)  # fmt: skip
def test_links_are_read_by_pages_of_origins_that_were_named(server: Server, folder, origins, origin, given):
    told = share(server, "files/lab/open", origins=origins)
    for key in KEYS:
        answer = server.nobody(below(told, key), Origin=origin)
        assert leave(answer) == given
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
    answer = server.nobody(below(told, "v3/data.npy/c/0"), "OPTIONS", Origin=origin, **PREFLIGHT)
    assert (answer.status_code, leave(answer)) == (204, given)
    assert answer.headers.get("Access-Control-Allow-Private-Network") == ("true" if given else None)
    server.get(f"zarr/api/shares/{told['id']}", "DELETE")
    gone = server.nobody(below(told, "v3/zarr.json"), Origin=origin)
    assert (gone.status_code, leave(gone)) == (403, "*")  # so that a page can say it


@pytest.fixture(scope="module")
def open_server(served_dir, folder, tmp_path_factory):
    private = tmp_path_factory.mktemp("origins")
    with running_server(served_dir, private, f"--ZarrServeApp.allow_origins={ALLOWED}") as running:
        yield running


PATHS = [
    "zarr/v3/files/lab/open/zarr.json",
    "zarr/v3/files/nothing/zarr.json",
    "zarr/v3/files/lab/open/data.npy/c/0",
]


@pytest.mark.parametrize("path", PATHS)
def test_data_are_read_by_pages_of_allowed_origins(open_server: Server, path):
    for origin, given in ((ALLOWED, ALLOWED), (OTHER, None)):
        preflight = open_server.nobody(path, "OPTIONS", Origin=origin, **PREFLIGHT)
        assert (preflight.status_code, leave(preflight)) == (204, given)
        assert preflight.headers.get("Access-Control-Allow-Private-Network") == ("true" if given else None)
        refused = open_server.nobody(path, Origin=origin)
        assert (refused.status_code, leave(refused)) == (401, given)
        assert "Access-Control-Allow-Credentials" not in refused.headers
    assert leave(open_server.get(path, headers={"Origin": ALLOWED})) == ALLOWED


def cookie_of(server: Server) -> str:
    login = server.get("zarr/", headers={"Accept": "text/html"})
    return "; ".join(f"{name}={value}" for name, value in login.cookies.items())


@pytest.mark.parametrize("path", PATHS)
def test_cookies_stay_at_home(open_server: Server, path):
    cookie = cookie_of(open_server)
    assert open_server.nobody(path, Cookie=cookie).status_code in {200, 404}
    for origin in (ALLOWED, OTHER, "null"):
        answer = open_server.nobody(path, Cookie=cookie, Origin=origin)
        assert answer.status_code == 403
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("path", ["zarr/api/shares", "zarr/shares", "api/contents", "api/kernels"])
def test_nothing_but_data(open_server: Server, path):
    for method in ("GET", "OPTIONS"):
        assert leave(open_server.nobody(path, method, Origin=ALLOWED, **PREFLIGHT)) != ALLOWED
    cookie = cookie_of(open_server)
    answer = open_server.nobody("zarr/api/shares", "POST", Cookie=cookie, Origin=ALLOWED)
    assert answer.status_code in {403, 404}
    assert leave(answer) is None
