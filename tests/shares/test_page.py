"""The page on which people make and revoke links: with a login cookie and XSRF's token, never without."""

import re

import pytest
import requests

from tests.clients.browser import needs_browser
from tests.pages.visits import visits
from tests.server import Server


@pytest.fixture
def person(server: Server):
    """A browser that logged in."""
    with requests.Session() as session:
        session.headers["Accept"] = "text/html"
        assert session.get(f"{server.url}zarr/?token={server.token}", timeout=60).ok
        yield session


def fields(page: str) -> dict[str, str]:
    found = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert found
    return {"_xsrf": found[1]}


def test_a_link_is_made_and_revoked(server: Server, folder, person):
    url = f"{server.url}zarr/shares"
    form = person.get(f"{url}?path=files/lab/open", timeout=60)
    assert 'value="files/lab/open"' in form.text
    made = person.post(
        url,
        {**fields(form.text), "path": "files/lab/open", "expires": "30m", "note": "<b>", "origins": "*"},
        timeout=60,
    )
    assert made.status_code == 200
    assert made.headers["Referrer-Policy"] == "same-origin"
    assert made.headers["Cache-Control"] == "no-store"
    link = re.search(r'<code id="data"[^>]*>(http[^<]+)</code>', made.text)
    assert link
    assert requests.get(f"{link[1]}/zarr.json", timeout=60).status_code == 200
    assert "&lt;b&gt;" in made.text
    share_id = link[1].split("/")[-2][:12]
    again = person.get(url, timeout=60)
    assert link[1] not in again.text
    gone = person.post(url, {**fields(again.text), "revoke": share_id}, timeout=60)
    assert "is revoked" in gone.text
    assert requests.get(f"{link[1]}/zarr.json", timeout=60).status_code == 403


def test_a_page_below_a_link_says_what_it_is_from_whom_and_until_when(server: Server, folder):
    told = server.get(
        "zarr/api/shares", "POST", json={"path": "files/lab/open", "note": "for <Ann>", "expires": "7d"}
    ).json()
    for path in ("", "v3/", "v2/", "v3/deep/"):
        text = requests.get(told["url"] + path, headers={"Accept": "text/html"}, timeout=60).text
        assert "on this Jupyter server" not in text
        assert f"<h1>{'deep' if 'deep' in path else 'open'}</h1>" in text
        assert "<strong>for &lt;Ann&gt;</strong>" in text
        assert f'<time datetime="{told["expires"]}"' in text
        assert ">in 7 days</time>" in text
    server.get(f"zarr/api/shares/{told['id']}", "DELETE")


def test_the_list_is_in_words(server: Server, folder, person):
    told = server.get(
        "zarr/api/shares", "POST", json={"path": "files/lab/open", "note": "listed", "expires": "12h"}
    ).json()
    text = person.get(f"{server.url}zarr/shares", timeout=60).text
    row = next(row for row in text.split("<tr>") if "listed" in row)
    assert f'datetime="{told["expires"]}"' in row
    assert "in 12 hours" in row
    assert "by you" in row
    assert told["maker"] not in row
    assert 'href="./shares"' in person.get(f"{server.url}zarr/", timeout=60).text


@needs_browser
def test_a_browser_sends_the_form(server: Server, folder):
    """Which it does with the origin "null" where a page forbids referrers; Jupyter refuses that."""
    filled = {"#path": "files/lab/open", "#note": "by a browser"}
    (told,) = visits(server, [{"path": "zarr/shares", "fill": filled, "press": "form button"}])
    assert told["errors"] == []
    assert told["pressed"]["status"] == 200
    assert "Whoever has this link can read files/lab/open" in told["pressed"]["text"]


def test_what_is_not_granted_is_said_on_the_page(server: Server, folder, person):
    url = f"{server.url}zarr/shares"
    xsrf = fields(person.get(url, timeout=60).text)
    answer = person.post(url, {**xsrf, "path": "files/<nothing>"}, timeout=60)
    assert answer.status_code == 404
    assert "&lt;nothing&gt;" in answer.text
    assert "<nothing>" not in answer.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}])
def test_without_the_token_of_xsrf_nothing_is_made(server: Server, folder, person, headers):
    url = f"{server.url}zarr/shares"
    person.get(url, timeout=60)
    for body in (
        {"path": "files/lab/open"},
        {"revoke": "0" * 12},
        {"path": "files/lab/open", "_xsrf": "x"},
    ):
        assert person.post(url, body, headers=headers, timeout=60).status_code in {403, 404}
    answer = person.post(
        f"{server.url}zarr/api/shares", json={"path": "files/lab"}, headers=headers, timeout=60
    )
    assert answer.status_code in {403, 404}
