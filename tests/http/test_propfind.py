"""WebDAV's PROPFIND, by which obstore and zarrs list: read-only, as deep as one group."""

from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from tests.server import Server

DAV = "{DAV:}"


@pytest.fixture(scope="module", autouse=True)
def folder(served_dir):
    (served_dir / "dav").mkdir()
    np.save(served_dir / "dav" / "a b é.npy", np.arange(12).reshape(3, 4))
    (served_dir / "dav" / "empty").mkdir()


def propfind(server: Server, path: str, depth: str | None = "1", **headers: str):
    return server.get(path, "PROPFIND", headers={**({"Depth": depth} if depth else {}), **headers})


def found(answer) -> dict[str, bool]:
    """By address: whether it is a collection."""
    assert answer.status_code == 207, answer.text
    assert answer.headers["Content-Type"].startswith("application/xml")
    return {
        response.findtext(f"{DAV}href"): response.find(f".//{DAV}collection") is not None
        for response in fromstring(answer.content).iter(f"{DAV}response")
    }


def test_a_group_has_its_members(server: Server, zarr_format):
    path = f"zarr/v{zarr_format}/files/dav"
    members = {f"/{path}/": True, f"/{path}/a%20b%20%C3%A9.npy/": True, f"/{path}/empty/": True}
    for slash in ("", "/"):
        assert found(propfind(server, path + slash)) == members
        assert found(propfind(server, path + slash, "0")) == {f"/{path}/": True}
    assert found(propfind(server, f"{path}/a%20b%20%C3%A9.npy")) == {f"/{path}/a%20b%20%C3%A9.npy/": True}
    prefixed = propfind(server, path, "0", **{"X-Forwarded-Prefix": "/user/ann"})
    assert found(prefixed) == {f"/user/ann/{path}/": True}


@pytest.mark.parametrize("key", ["zarr.json", "c/0/0"])
def test_a_document_and_a_chunk_have_a_size(server: Server, key):
    path = f"zarr/v3/files/dav/a%20b%20%C3%A9.npy/{key}"
    answer = propfind(server, path, "0")
    assert found(answer) == {f"/{path}": False}
    size = fromstring(answer.content).findtext(f".//{DAV}getcontentlength")
    assert size == str(len(server.get(path).content))


@pytest.mark.parametrize("depth", ["infinity", "2", None])
def test_nobody_walks_the_whole_tree(server: Server, depth):
    answer = propfind(server, "zarr/v3/files/dav", depth)
    assert answer.status_code == 403
    assert fromstring(answer.content).find(f"{DAV}propfind-finite-depth") is not None


def test_what_is_not_there_is_not_there(server: Server):
    assert propfind(server, "zarr/v3/files/dav/nothing").status_code == 404
    assert propfind(server, "zarr/v3/files/dav/nothing/zarr.json", "0").status_code == 404


def test_it_is_for_those_who_may_read(server: Server):
    assert server.nobody("zarr/v3/files/dav", "PROPFIND", Depth="1").status_code == 401
    cookie = server.get("zarr/", headers={"Accept": "text/html"}).headers["Set-Cookie"].split(";")[0]
    headers = {"Cookie": cookie, "Depth": "1", "Origin": "https://evil.example"}
    foreign = server.nobody("zarr/v3/files/dav", "PROPFIND", **headers)
    assert foreign.status_code == 403
    assert "Access-Control-Allow-Origin" not in foreign.headers
    preflight = server.nobody(
        "zarr/v3/files/dav", "OPTIONS",
        **{"Origin": "https://evil.example", "Access-Control-Request-Method": "PROPFIND"},
    )  # fmt: skip
    assert "PROPFIND" not in preflight.headers.get("Access-Control-Allow-Methods", "")


def test_links_are_listed_and_bounded(server: Server):
    body = {"path": "files/dav/empty", "expires": "1h"}
    url = server.get("zarr/api/shares", "POST", json=body).json()["url"].partition("/zarr/")[2]
    told = server.nobody(f"zarr/{url}v3", "PROPFIND", Depth="1")
    assert found(told) == {f"/zarr/{url}v3/": True}
    assert server.nobody(f"zarr/{url}v3/../dav", "PROPFIND", Depth="1").status_code in {403, 404}
