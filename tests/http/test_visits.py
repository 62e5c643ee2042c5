"""No page keeps a token in its address: a browser that comes with one gets a cookie and leaves it."""

import itertools
from typing import Any
from urllib.parse import urljoin

import pytest
from jupyter_server.auth import IdentityProvider, User
from tornado.httpclient import HTTPClientError

from jupyter_zarr_serve.handlers.web.visits import without_token

NAVIGATION = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Sec-Fetch-Mode": "navigate",
    "Authorization": "",
}
OLD_BROWSER = {"Accept": "text/html,*/*;q=0.8", "Authorization": ""}
PROGRAMS = [
    {"Accept": "*/*"}, {"Accept": "application/json"}, {},
    {"Accept": "text/html", "Sec-Fetch-Mode": "cors"},
]  # fmt: skip
PAGES = [
    "zarr", "zarr/", "zarr/v3", "zarr/v2/", "zarr/v3/files/", "zarr/v3/files/it's a file.npy", "zarr/view",
    "zarr/view?path=files/a%20b+c.npy&x", "zarr/v3/files/?search=a&offset=0", "zarr/shares",
    "zarr/shares?path=files/a", "zarr/open/vizarr?path=files/a.npy", "zarr/vizarr/?source=x",
    "zarr/nowhere", "zarr/shares/open/vizarr?path=files/a.npy", "zarr/v3/files/no:such:name",
]  # fmt: skip
KEYS = ["zarr/v3/zarr.json", "zarr/v3/files/a.npy/c/0", "zarr/v2/.zgroup", "zarr/v2/a/0.0"]


def with_token(path: str, token: str, spelled: str = "token") -> str:
    return f"{path}{'&' if '?' in path else '?'}{spelled}={token}"


@pytest.fixture
def come(jp_http_port: int, jp_base_url: str, http_server_client: Any) -> Any:
    """Asks for an address below the base URL, spelled as it is; with no more headers than are given."""

    async def come(path: str, headers: dict[str, str]) -> Any:
        sent = {name: value for name, value in headers.items() if value}
        try:
            return await http_server_client.fetch(
                jp_base_url + path.replace(" ", "%20"), headers=sent, follow_redirects=False
            )
        except HTTPClientError as error:
            return error.response

    return come


async def test_a_browser_goes_on_without_the_token(come, jp_serverapp):
    for path, headers in itertools.product(PAGES, [NAVIGATION, OLD_BROWSER]):
        token = jp_serverapp.identity_provider.token
        first = await come(with_token(path, token), headers)
        assert first.code == 303, path
        assert first.headers["Cache-Control"] == "no-store"
        assert first.headers["Referrer-Policy"] == "no-referrer"
        location = first.headers["Location"]
        assert token not in location, path
        assert not location.startswith(("/", "http")), "relative, for proxies that strip a prefix"
        there = urljoin(f"http://host/prefix/{path.replace(' ', '%20')}", location)
        assert there == f"http://host/prefix/{path.replace(' ', '%20')}"
        cookie = "; ".join(text.split(";")[0] for text in first.headers.get_list("Set-Cookie"))
        assert token not in cookie, path
        then = await come(path, {**headers, "Cookie": cookie})
        assert then.code in {200, 302, 400, 404}, (path, then.body)
        assert "/login" not in then.headers.get("Location", "")
        again = await come(with_token(path, token), {**headers, "Cookie": cookie})
        assert again.code == 303, "with a cookie from before, too"
        assert token not in then.body.decode(), path


async def test_neither_stays_it_where_a_browser_loads_a_key(come, jp_serverapp):
    for path in KEYS:
        token = jp_serverapp.identity_provider.token
        assert (await come(with_token(path, token), NAVIGATION)).code == 303, path
        assert (await come(with_token(path, token), OLD_BROWSER)).code in {200, 404}, "it may be a program"


async def test_programs_get_data_at_once(come, jp_serverapp):
    paths = ("zarr/", "zarr/v3/files/", "zarr/v3/zarr.json", "zarr/v2/.zgroup")
    for path, headers in itertools.product(paths, PROGRAMS):
        response = await come(with_token(path, jp_serverapp.identity_provider.token), headers)
        assert response.code == 200, path


async def test_nobody_takes_a_wrong_token_to_the_login_page(come):
    for spelled, path in itertools.product(["token", "%74oken", "tok%65n"], ["zarr/view?path=a", "zarr/"]):
        response = await come(with_token(path, "an-old-one", spelled), NAVIGATION)
        assert response.code == 302, path
        assert "an-old-one" not in response.headers["Location"], path


async def test_a_page_below_a_link_keeps_none_either(come, jp_fetch, jp_serverapp, jp_root_dir):
    (jp_root_dir / "x").mkdir()
    made = await jp_fetch("zarr/api/shares", method="POST", body='{"path": "files/x"}')
    link = made.body.decode().partition('"link": "')[2].partition('"')[0].partition("/zarr/")[2]
    for page in ("", "v3/", "view?path=", "v3/nothing"):
        response = await come(with_token(f"zarr/{link}{page}", "some"), NAVIGATION)
        assert response.code == 303
        assert "some" not in response.headers["Location"]


class WithoutCookies(IdentityProvider):
    """Lets people in by the token alone."""

    async def get_user(self, handler: Any) -> User | None:
        user = await self.get_user_token(handler)
        handler._token_authenticated = user is not None
        return user


async def test_who_would_not_be_let_in_without_it_stays(come, jp_serverapp):
    token = jp_serverapp.identity_provider.token
    provider = WithoutCookies(parent=jp_serverapp, token=token)
    jp_serverapp.web_app.settings["identity_provider"] = provider
    assert (await come(with_token("zarr/", token), NAVIGATION)).code == 200


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("/a?token=x", "/a"),
        ("/a?path=b+c%20d&token=x&e", "/a?path=b+c%20d&e"),
        ("/a?token=x&token=y", "/a"),
        ("/a?b=c&frame_ticket=x", "/a?b=c"),
        ("/a?to+ken=x&my_token=y", "/a?to+ken=x&my_token=y"),
        ("/a?b=?token=x", "/a?b=?token=x"),
        ("/a", "/a"),
    ],
)
def test_only_the_token_is_taken_out(given, left):
    assert without_token(given) == left
