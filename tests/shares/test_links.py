"""What a link grants, over HTTP: one part of the tree, as the whole tree would give it."""

import json

import pytest

from tests.server import Server
from tests.shares.conftest import below, share

PARTS = {
    "files/lab/open": {
        2: [".zgroup", "deep/.zgroup", "data.npy/.zarray", "data.npy/0", "run.h5/.zmetadata",
            "portable/.zgroup", "portable/data.npy/0", ""],
        3: ["zarr.json", "deep/zarr.json", "data.npy/c/0", "way_in.npy/c/0", "run.h5/group/image/c/0/0",
            "portable/zarr.json", "deep/", ""],
    },
    "files/lab/open/data.npy": {2: [".zarray", "0"], 3: ["zarr.json", "c/0", "portable/c/0"]},
    "files/lab/open/run.h5/group": {2: [".zmetadata", "image/0.0"], 3: ["zarr.json", "image/c/0/0"]},
    "files/lab/x.zarr/open": {2: ["a/0"], 3: ["a/zarr.json", "a/c/0"]},
    "files/lab/x.zarr/open/a": {2: [".zarray", "0"], 3: ["zarr.json", "c/0"]},
    "demo/nested": {2: [".zmetadata"], 3: ["zarr.json", "images/medium_image/c/0/0"]},
    "demo/flat_array": {2: ["0"], 3: ["c/0"]},
}  # fmt: skip


@pytest.mark.parametrize("path", PARTS)
def test_it_gives_what_the_tree_gives(server: Server, folder, path, zarr_format):
    told = share(server, path)
    for key in PARTS[path][zarr_format]:
        view, _, rest = key.rpartition("portable/")
        prefix = "portable/" if "portable/" in key else view
        plain = server.get(f"zarr/v{zarr_format}/{prefix}{path}/{rest}")
        for _ in range(2):  # made, and remembered
            shared = server.nobody(below(told, f"v{zarr_format}/{key}"))
            assert shared.status_code == plain.status_code == 200, shared.text
            if not key.endswith("/") and key:
                assert shared.content == plain.content
                assert shared.headers.get("ETag") == plain.headers.get("ETag")


def test_listings_lead_on(server: Server, folder):
    told = share(server, "files/lab/open")
    listed = server.nobody(below(told, "v3/"), Accept="application/json").json()
    assert listed["members"] == {
        "data.npy": "array", "deep": "group", "run.h5": "group", "way_in.npy": "array",
    }  # fmt: skip
    for_people = server.nobody(below(told, "v3/deep/"), Accept="text/html").text
    assert "<h1>deep</h1>" in for_people
    assert told["link"].split("/")[-2] not in for_people


def test_conditional_and_partial_requests(server: Server, folder):
    told = share(server, "files/lab/open/data.npy")
    whole = server.nobody(below(told, "v3/c/0"))
    assert server.nobody(below(told, "v3/c/0"), Range="bytes=0-3").content == whole.content[:4]
    known = server.nobody(below(told, "v3/c/0"), **{"If-None-Match": whole.headers["ETag"]})
    assert known.status_code == 304
    head = server.nobody(below(told, "v3/c/0"), "HEAD")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_every_answer_keeps_the_link_to_itself(server: Server, folder):
    told = share(server, "files/lab/open")
    for path in (
        "",
        "v3/zarr.json",
        "v3/data.npy/c/0",
        "v3/nothing/zarr.json",
        "nowhere",
        "v3/way_out/zarr.json",
    ):
        answer = server.nobody(below(told, path), Cookie="a=b")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "report-uri" not in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers


def test_what_is_absent_is_absent(server: Server, folder, zarr_format):
    told = share(server, "files/lab/open")
    answer = server.nobody(
        below(told, f"v{zarr_format}/data.npy/c/7" if zarr_format == 3 else "v2/data.npy/7")
    )
    assert answer.status_code == 404


def test_messages_do_not_tell_where_it_lies(server: Server, folder):
    told = share(server, "files/lab/open/deep")
    answer = server.nobody(below(told, "v3/nothing/zarr.json"))
    assert "lab" not in json.loads(answer.content)["message"]


def test_members_of_the_same_name_are_not_mixed_up(server: Server, folder):
    one = share(server, "files/lab/open")
    other = share(server, "files/lab/closed")
    for _ in range(2):
        chunks = [server.nobody(below(told, "v3/data.npy/c/0")).content for told in (one, other)]
        assert chunks[0] != chunks[1]


def test_descriptions_previews_and_pages_are_of_the_part(server: Server, folder):
    told = share(server, "files/lab/open")
    node = server.nobody(below(told, "api/node/deep")).json()
    assert (node["path"], node["members"]["total"]) == ("deep", 1)
    assert server.nobody(below(told, "api/node")).json()["path"] == ""
    assert server.nobody(below(told, "api/node/way_out")).status_code == 403
    assert server.nobody(below(told, "api/preview/data.npy?form=stats")).json()["count"] == 3
    assert server.nobody(below(told, "api/preview/way_out.npy?form=stats")).status_code == 403
    assert server.nobody(below(told, "api/preview/../closed/data.npy?form=stats")).status_code == 404
