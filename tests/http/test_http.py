"""HTTP as Zarr clients need it, against a real server."""

import json

import numpy as np
import pytest
import requests

from tests.server import Server


@pytest.fixture(scope="module")
def array(served_dir, server: Server) -> np.ndarray:
    """A served array of 2 x 2 chunks, the last ones clipped."""
    values = np.arange(1000 * 700, dtype=">f8").reshape(1000, 700)
    np.save(served_dir / "http.npy", values)
    return values


CHUNKS = {2: "zarr/v2/files/http.npy/1.1", 3: "zarr/v3/files/http.npy/c/1/1"}
DOCUMENTS = {2: "zarr/v2/files/http.npy/.zarray", 3: "zarr/v3/files/http.npy/zarr.json"}


@pytest.fixture(params=["chunk", "document", "listing"])
def path(request, zarr_format, array) -> str:
    table = {"chunk": CHUNKS, "document": DOCUMENTS, "listing": {2: "zarr/v2/files/", 3: "zarr/v3/files/"}}
    return table[request.param][zarr_format]


def test_head_tells_the_true_length(server: Server, path):
    whole, head = server.get(path), server.get(path, "HEAD")
    assert whole.status_code == head.status_code == 200
    assert head.content == b""
    assert int(head.headers["Content-Length"]) == len(whole.content) > 0
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert "Transfer-Encoding" not in whole.headers


@pytest.mark.parametrize(
    ("spec", "part"),
    [("bytes=3-9", slice(3, 10)), ("bytes=5-", slice(5, None)), ("bytes=-7", slice(-7, None)),
     ("bytes=0-99999999", slice(0, None))],
)  # fmt: skip
def test_ranges(server: Server, path, spec, part):
    whole = server.get(path).content
    answer = server.get(path, headers={"Range": spec})
    assert answer.status_code == 206
    assert answer.content == whole[part]
    start = part.indices(len(whole))[0]
    expected = f"bytes {start}-{start + len(answer.content) - 1}/{len(whole)}"
    assert answer.headers["Content-Range"] == expected
    assert int(answer.headers["Content-Length"]) == len(answer.content)


@pytest.mark.parametrize("spec", ["bytes=9-3", "bytes=x-y", "lines=1-2", "bytes=0-1,3-4", "bytes=-"])
def test_ranges_that_mean_nothing_are_ignored(server: Server, path, spec):
    answer = server.get(path, headers={"Range": spec})
    assert answer.status_code == 200
    assert answer.content == server.get(path).content


@pytest.mark.parametrize("spec", ["bytes=999999999-", "bytes=-0"])
def test_ranges_outside_the_body(server: Server, path, spec):
    answer = server.get(path, headers={"Range": spec})
    assert answer.status_code == 416
    size = len(server.get(path).content)
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_an_unchanged_answer_is_not_sent_again(server: Server, path):
    first = server.get(path)
    again = server.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert server.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_changed_file_is_another_answer(server: Server, served_dir, zarr_format):
    file, key = served_dir / "changing.npy", {2: "0", 3: "c/0"}[zarr_format]
    path = f"zarr/v{zarr_format}/files/changing.npy/{key}"
    seen = []
    for value in (1, 2):
        np.save(file, np.full(3, value))
        answer = server.get(path)
        seen.append((answer.headers["ETag"], answer.content))
        assert server.open(zarr_format, "files/changing.npy")[:].tolist() == [value] * 3
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]


@pytest.mark.parametrize(
    "key",
    ["c/0/00", "c/+1/0", "c/-1/0", "c/0", "c/0/0/0", "c/0/4", "c/9999999999999999999/0", "c/٠/0", "c/0/0/",
     "0.0", "c/1.0/0", "c/ 0/0", ".zarray", ".zgroup", "zarr.json/", "x", "c/", "C/0/0", "c//0"],
)  # fmt: skip
def test_only_the_canonical_chunk_key_exists_in_v3(server: Server, array, key):
    answer = server.get(f"zarr/v3/files/http.npy/{key}")
    expected = {"zarr.json/": 200, "c/0/0/": 200}.get(key, 404)
    assert answer.status_code == expected, key


@pytest.mark.parametrize(
    "key", ["0", "0.0.0", "00.0", "0.9", "-1.0", "+0.0", "c/0/0", "0/0", "zarr.json", "0.0.", ".0"]
)
def test_only_the_canonical_chunk_key_exists_in_v2(server: Server, array, key):
    answer = server.get(f"zarr/v2/files/http.npy/{key}")
    assert answer.status_code == 404, key
    assert json.loads(answer.content)["message"]


@pytest.mark.parametrize("authentication", ["token", "Bearer", "query", "none"])
def test_each_way_to_send_a_token(server: Server, array, path, authentication):
    headers = {"Authorization": ""}
    if authentication in {"token", "Bearer"}:
        headers["Authorization"] = f"{authentication} {server.token}"
    query = f"?token={server.token}" if authentication == "query" else ""
    answer = server.get(path + query, headers=headers)
    assert answer.status_code == (401 if authentication == "none" else 200)
    assert "Set-Cookie" not in answer.headers


def test_a_page_of_another_origin_can_read_with_a_token(server: Server, path):
    answer = server.get(path, headers={"Origin": "https://viewer.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://viewer.example"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert "Origin" in answer.headers["Vary"]
    absent = server.get(path.rstrip("/") + "-nothing", headers={"Origin": "https://viewer.example"})
    assert absent.status_code == 404
    assert absent.headers["Access-Control-Allow-Origin"] == "https://viewer.example"


def test_preflights_need_no_credentials(server: Server, path):
    wanted = {"Origin": "https://viewer.example", "Access-Control-Request-Method": "GET"}
    answer = requests.options(server.url + path, headers=wanted, timeout=10)
    assert answer.status_code == 204
    assert "range" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.content == b""


def test_the_token_is_in_no_log(server: Server, array):
    server.get(f"zarr/v3/files/nothing.npy/zarr.json?token={server.token}")
    server.get(f"zarr/v3/files/http.npy/c/1/1?token={server.token}")
    lines = [line for line in server.log.read_text().splitlines() if " GET /" in line]
    assert not any(server.token in line for line in lines)


class TestListing:
    """What fsspec, GDAL, browsers and front ends see at a group."""

    def test_for_programs(self, server: Server, array, zarr_format):
        for slash in ("", "/"):
            answer = server.get(f"zarr/v{zarr_format}/files{slash}")
            assert answer.headers["Content-Type"].startswith("text/html")
            assert '<a href="%68ttp.npy/">' in answer.text, "fsspec takes http... for another address"
            assert "<title>Index of /zarr/" in answer.text
            assert ".." not in answer.text

    def test_for_people(self, server: Server, array):
        answer = server.get("zarr/v3/files/", headers={"Accept": "text/html,*/*"})
        assert '<a href="../../v3/files/http.npy/">http.npy</a>' in answer.text

    def test_as_json(self, server: Server, array):
        answer = server.get("zarr/v3/files/", headers={"Accept": "application/json"})
        assert answer.json()["members"]["http.npy"] == "array"


def test_head_ignores_ranges(server: Server, path):
    head = server.get(path, "HEAD", headers={"Range": "bytes=0-1"})
    assert head.status_code == 200
    assert head.headers["Content-Length"] == str(len(server.get(path).content))


def test_if_none_match_of_anything_needs_something(server: Server, path):
    anything = {"If-None-Match": "*"}
    assert server.get(path, headers=anything).status_code == 304
    assert server.get(path.rstrip("/") + "-nothing", headers=anything).status_code == 404


@pytest.mark.parametrize("digits", [19, 20, 5000])
def test_long_coordinates_do_not_exist(server: Server, array, digits):
    assert server.get(f"zarr/v3/files/http.npy/c/{'9' * digits}/0").status_code == 404
    assert server.get(f"zarr/v2/files/http.npy/{'9' * digits}.0").status_code == 404
