"""Every route of the extension: nobody anonymous gets an answer, nobody forbidden either."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth.authorizer import Authorizer
from tornado.httpclient import HTTPClientError

from jupyter_zarr_serve.handlers import routes, tree_routes

# A concrete path for each route of the table; a route without one fails the first test.
EXAMPLES = {
    r"zarr/?": ["zarr", "zarr/"],
    r"zarr/v([23])(/.*)?/(current|next)-timestep": [
        "zarr/v3/files/nothing/current-timestep", "zarr/v2/nothing/next-timestep", "zarr/v3/next-timestep",
    ],
    r"zarr/v([23])(/.*)?": [
        "zarr/v2", "zarr/v3/", "zarr/v3/zarr.json", "zarr/v2/.zgroup", "zarr/v3/files/",
        "zarr/v3/files/nothing/zarr.json", "zarr/v2/files/a.npy/0.0",
        "zarr/v3/kernels/", "zarr/v2/kernels/.zgroup", "zarr/v3/notebooks/zarr.json",
        "zarr/v3/kernels/no-such-kernel/t/zarr.json", "zarr/v2/notebooks/a/b.ipynb/t/.zarray",
    ],
    r"zarr/view": ["zarr/view"],
    r"zarr/open/(vizarr|neuroglancer)": ["zarr/open/vizarr", "zarr/open/neuroglancer"],
    r"zarr/vizarr/(.*)": ["zarr/vizarr/", "zarr/vizarr/index.html"],
    r"zarr/static/(.*)": ["zarr/static/nothing.js"],
    r"zarr/api/node(/.*)?": ["zarr/api/node", "zarr/api/node/files/", "zarr/api/node/nothing"],
    r"zarr/api/preview(/.*)?": ["zarr/api/preview/nothing"],
    r"zarr/api/export(/.*)?": ["zarr/api/export/nothing?form=npy"],
    r"zarr/api/chunk(/.*)?": ["zarr/api/chunk/nothing/c/0"],
    r"zarr/api/code(/.*)?": ["zarr/api/code/files/", "zarr/api/code/nothing"],
    r"zarr/api/live": ["zarr/api/live"],
    r"zarr/api/frame-ticket": ["zarr/api/frame-ticket"],
    r"zarr/(.*)": ["zarr/v4/", "zarr/nowhere"],
}  # fmt: skip
READING = ("GET", "HEAD")
PATHS = [path for paths in EXAMPLES.values() for path in paths]
# Of the routes that make and end links, for which one must be allowed to write; and their methods.
SHARES = {
    r"zarr/api/shares/?": (["zarr/api/shares", "zarr/api/shares/"], ["GET", "HEAD", "POST"]),
    r"zarr/api/shares/([0-9a-f]+)": (["zarr/api/shares/0123456789ab"], ["GET", "HEAD", "DELETE"]),
    r"zarr/shares": (["zarr/shares"], ["GET", "HEAD", "POST"]),
    r"zarr/shares/open/(vizarr|neuroglancer)": (["zarr/shares/open/vizarr"], ["GET", "HEAD", "POST"]),
}
# Of jobs, which those who may read cancel, too.
JOBS = {r"zarr/api/jobs/([A-Za-z0-9_-]+)": ["zarr/api/jobs/abc-_9"]}
CHANGES = [(path, method) for paths, methods in SHARES.values() for path in paths for method in methods]
TOKEN = "0" * 44
# Of the routes below a link; each route that only reads is there, too.
LINKS = {
    r"zarr/s/[^/]*/?": [f"zarr/s/{TOKEN}", f"zarr/s/{TOKEN}/", "zarr/s//"],
    r"zarr/s/[^/]*/v([23])(/.*)?/(current|next)-timestep": [f"zarr/s/{TOKEN}/v3/next-timestep"],
    r"zarr/s/[^/]*/v([23])(/.*)?": [f"zarr/s/{TOKEN}/v2", f"zarr/s/{TOKEN}/v3/files/a.npy/c/0"],
    r"zarr/s/[^/]*/view": [f"zarr/s/{TOKEN}/view"],
    r"zarr/s/[^/]*/open/(vizarr|neuroglancer)": [f"zarr/s/{TOKEN}/open/vizarr"],
    r"zarr/s/[^/]*/vizarr/(.*)": [f"zarr/s/{TOKEN}/vizarr/index.html"],
    r"zarr/s/[^/]*/static/(.*)": [f"zarr/s/{TOKEN}/static/nothing.js"],
    r"zarr/s/[^/]*/api/node(/.*)?": [f"zarr/s/{TOKEN}/api/node/"],
    r"zarr/s/[^/]*/api/preview(/.*)?": [f"zarr/s/{TOKEN}/api/preview/x?form=stats"],
    r"zarr/s/[^/]*/api/export(/.*)?": [f"zarr/s/{TOKEN}/api/export/x?form=npy"],
    r"zarr/s/[^/]*/api/chunk(/.*)?": [f"zarr/s/{TOKEN}/api/chunk/c/0"],
    r"zarr/s/[^/]*/api/jobs/([A-Za-z0-9_-]+)": [f"zarr/s/{TOKEN}/api/jobs/abc"],
    r"zarr/s/[^/]*/api/live": [f"zarr/s/{TOKEN}/api/live"],
    r"zarr/s(?:/.*)?": ["zarr/s", f"zarr/s/{TOKEN}/v4/", f"zarr/s/{TOKEN}/api/shares"],
}
ALL = {**EXAMPLES, **JOBS, **{pattern: paths for pattern, (paths, _) in SHARES.items()}, **LINKS}


class Closed(Authorizer):
    """Lets everybody do everything but read Zarr; remembers what it was asked."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return resource != "zarr"


def test_every_route_has_an_example():
    assert {pattern for pattern, *_ in routes(None, None, None, None)} == set(ALL)


def test_every_route_is_documented():
    page = Path(__file__).parents[2] / "docs" / "reference" / "urls.md"
    table = [row for row in page.read_text().splitlines() if row.startswith("| `zarr/")]
    for pattern in {*EXAMPLES, *SHARES, *JOBS}:
        beginning = re.split(r"[(?]", pattern)[0]
        assert any(f"`{beginning}" in row for row in table), pattern


async def test_other_extensions_routes_come_after_ours(jp_fetch, jp_serverapp):
    first, *others = jp_serverapp.web_app.default_router.rules
    base = jp_serverapp.base_url
    for path, is_ours in (("zarr", True), ("zarr/v3/", True), ("zarr2", False), ("api/status", False)):
        assert (re.fullmatch(first.matcher.regex, base + path) is not None) is is_ours
    assert len(others) > 1
    assert (await jp_fetch("api/status")).code == 200
    assert (await jp_fetch("zarr/v3/zarr.json")).code == 200


async def test_headers_are_those_of_the_request_however_many_came_before(jp_fetch):
    exposed = "Access-Control-Expose-Headers"
    for _ in range(2):
        plain = (await jp_fetch("zarr/v3/zarr.json")).headers
        other = (await jp_fetch("zarr/v3/zarr.json", headers={"Origin": "https://a.example"})).headers
        assert (plain["Vary"], exposed in plain) == ("Accept, Origin", False)
        assert other[exposed].startswith("Accept-Ranges")
        assert other["Access-Control-Allow-Origin"] == "https://a.example"
        assert "Access-Control-Allow-Origin" not in plain
        assert plain.get_list("Content-Security-Policy")[0].startswith("sandbox")
        page = (await jp_fetch("zarr/v3/", headers={"Accept": "text/html"})).headers
        assert not page["Content-Security-Policy"].startswith("sandbox")


def test_every_example_reaches_its_route():
    for pattern, *_ in routes(None, None, None, None):
        assert all(re.fullmatch(pattern, path) for path in ALL[pattern])


async def answer(jp_fetch: Any, path: str, **kwargs: Any) -> Any:
    """The response, whatever its status."""
    try:
        return await jp_fetch(path, follow_redirects=False, **kwargs)
    except HTTPClientError as error:
        return error.response


async def cookie_of(jp_fetch: Any, page: str = "zarr/") -> str:
    """The cookies that a browser with the token gets with a page."""
    login = await answer(jp_fetch, page, headers={"Accept": "text/html"})
    cookie = "; ".join(text.split(";")[0] for text in login.headers.get_list("Set-Cookie"))
    assert cookie
    return cookie


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "token wrong"}, {"Cookie": "username-localhost=x"}]
)
async def test_nobody_anonymous_gets_an_answer(jp_fetch, headers):
    for path, method in itertools.product(PATHS, READING):
        response = await answer(jp_fetch, path, method=method, headers={"Authorization": "", **headers})
        assert response.code == 401, path
        assert response.headers["WWW-Authenticate"].startswith("Bearer"), path
        assert "Set-Cookie" not in response.headers or "Max-Age=0" in str(response.headers), path
        if method == "GET":
            assert "token" in json.loads(response.body)["message"], path


def test_every_route_that_reads_is_below_links_too():
    below = {pattern.removeprefix("zarr/s/[^/]*/") for pattern in LINKS}
    reading = {pattern.removeprefix("zarr/") for pattern, *_ in tree_routes(None, None, None, None)}  # type: ignore[arg-type]
    assert reading <= below


async def test_jobs_are_asked_about_and_cancelled_by_those_who_may_read(jp_fetch, jp_serverapp):
    asked = list(itertools.product(*JOBS.values(), ("GET", "DELETE")))
    gone = {"GET": 404, "DELETE": 204}
    for path, method in asked:
        anonymous = await answer(jp_fetch, path, method=method, headers={"Authorization": ""})
        assert anonymous.code == 401, method
        assert (await answer(jp_fetch, path, method=method)).code == gone[method], method
    cookie = await cookie_of(jp_fetch, "zarr/view")
    for path, method in asked:
        own = {"Authorization": "", "Cookie": cookie}
        token = re.search("_xsrf=([^;]+)", cookie)[1]  # type: ignore[index]
        by_page = await answer(jp_fetch, path, method=method, headers={**own, "X-XSRFToken": token})
        assert by_page.code == gone[method], method
        plain = await answer(jp_fetch, path, method=method, headers=own)
        assert plain.code == (gone[method] if method == "GET" else 403), method
        foreign = {**own, "Origin": "https://evil.example", "X-XSRFToken": token}
        assert (await answer(jp_fetch, path, method=method, headers=foreign)).code == 403, method
    jp_serverapp.web_app.settings["authorizer"] = Closed(parent=jp_serverapp)
    for path, method in asked:
        Closed.asked.clear()
        assert (await answer(jp_fetch, path, method=method)).code == 403, method
        assert Closed.asked[-1] == ("read", "zarr"), method


async def test_links_are_made_by_those_who_may_write(jp_fetch, jp_serverapp):
    for path, method in CHANGES:
        body = "{}" if method == "POST" else None
        anonymous = await answer(jp_fetch, path, method=method, body=body, headers={"Authorization": ""})
        assert anonymous.code == (401 if method in READING else 403), path
    jp_serverapp.web_app.settings["authorizer"] = Closed(parent=jp_serverapp)
    for path, method in CHANGES:
        Closed.asked.clear()
        body = "{}" if method == "POST" else None
        assert (await answer(jp_fetch, path, method=method, body=body)).code == 403, path
        assert Closed.asked[-1] == ("write", "zarr"), path


async def test_links_are_made_by_no_other_site(jp_fetch):
    cookie = await cookie_of(jp_fetch)
    for (path, method), origin in itertools.product(CHANGES, ("https://evil.example", "")):
        if not origin and method in READING:  # reading by one's own page needs nothing more
            continue
        headers = {"Authorization": "", "Cookie": cookie, **({"Origin": origin} if origin else {})}
        body = "{}" if method == "POST" else None
        foreign = await answer(jp_fetch, path, method=method, body=body, headers=headers)
        assert foreign.code in {403, 404}, path
        assert "Access-Control-Allow-Origin" not in foreign.headers, path


@pytest.mark.parametrize("path", [path for paths in LINKS.values() for path in paths])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_neither_login_nor_token_opens_a_link(jp_fetch, jp_serverapp, path, method):
    token = jp_serverapp.identity_provider.token
    for headers in ({}, {"Authorization": ""}, {"Cookie": "username-localhost=x"}):
        response = await answer(jp_fetch, path, method=method, headers=headers)
        assert response.code == 403
        assert "Set-Cookie" not in response.headers
    assert (await answer(jp_fetch, path, method=method, params={"token": token})).code == 403


async def test_the_authorizer_governs_every_route(jp_fetch, jp_serverapp):
    jp_serverapp.web_app.settings["authorizer"] = Closed(parent=jp_serverapp)
    for path, method in itertools.product(PATHS, READING):
        Closed.asked.clear()
        response = await answer(jp_fetch, path, method=method)
        assert response.code == 403, path
        assert ("read", "zarr") in Closed.asked, path
        if method == "GET":
            assert "not authorized" in json.loads(response.body)["message"], path


async def test_nothing_can_be_written(jp_fetch):
    for path, method in itertools.product(PATHS, ("POST", "PUT", "DELETE", "PATCH")):
        body = None if method == "DELETE" else "{}"
        response = await answer(jp_fetch, path, method=method, body=body)
        assert response.code == 405, path


STORES = EXAMPLES[r"zarr/v([23])(/.*)?"]


async def test_listing_by_webdav_is_reading(jp_fetch, jp_serverapp):
    """It needs a login and the authorizer's leave, but no XSRF token: it changes nothing."""
    asked = {"method": "PROPFIND", "allow_nonstandard_methods": True}
    own = {"Authorization": "", "Cookie": await cookie_of(jp_fetch), "Depth": "1"}
    for path in STORES:
        anonymous = await answer(jp_fetch, path, headers={"Authorization": "", "Depth": "1"}, **asked)
        assert anonymous.code == 401, path
        for headers in ({"Depth": "1"}, own):
            listed = await answer(jp_fetch, path, headers=headers, **asked)
            assert listed.code in {207, 404, 409, 422, 503}, path
        foreign = await answer(jp_fetch, path, headers={**own, "Origin": "https://evil.example"}, **asked)
        assert foreign.code == 403, path
    jp_serverapp.web_app.settings["authorizer"] = Closed(parent=jp_serverapp)
    for path in STORES:
        Closed.asked.clear()
        assert (await answer(jp_fetch, path, headers={"Depth": "1"}, **asked)).code == 403, path
        assert ("read", "zarr") in Closed.asked, path


async def test_a_foreign_page_cannot_use_the_cookie(jp_fetch):
    own = {"Authorization": "", "Cookie": await cookie_of(jp_fetch)}
    for path in PATHS:
        expected = {302} if path == "zarr" else {200, 400, 404, 409, 422}  # relative links need the slash
        assert (await answer(jp_fetch, path, headers=own)).code in expected, path
        foreign = await answer(jp_fetch, path, headers={**own, "Origin": "https://evil.example"})
        assert foreign.code == 403, path
        assert "Access-Control-Allow-Origin" not in foreign.headers, path
        embedded = {**own, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
        assert (await answer(jp_fetch, path, headers=embedded)).code == 403, path
