"""What somebody may try who has a link, or would like to have one."""

import json
import re
import time
from typing import Any

import numpy as np
import pytest
import requests

from jupyter_zarr_serve.shares.guard import _PER_ADDRESS
from tests.server import Server, running_server
from tests.shares.conftest import SECRET, below, share

SECRETS = [np.full(3, SECRET, dtype).tobytes() for dtype in ("<i8", "<f8", "<i4")]


def token_in(told: dict[str, Any]) -> str:
    found = re.search(r"/s/([^/]+)/", told["link"])
    assert found
    return found[1]


def change(text: str, at: int) -> str:
    """The text with another character there."""
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


WRONG = {
    "none": lambda token: "",
    "another": lambda token: "0" * len(token),
    "the id only": lambda token: token[:12],
    "truncated": lambda token: token[:-1],
    "longer": lambda token: f"{token}A",
    "padded": lambda token: f"{token}=",
    "id altered": lambda token: change(token, 3),
    "code altered": lambda token: change(token, 12),
    "end altered": lambda token: change(token, 43),
    "upper case": str.upper,
    "encoded": lambda token: f"%{ord(token[0]):02x}{token[1:]}",
    "with a way up": lambda token: f"{token}%2f..",
    "with a step": lambda token: f"{token}%2f.",
    "with a NUL": lambda token: f"{token}%00",
    "with a query": lambda token: f"{token}%3fa",
    "not ASCII": lambda token: "%c3%a9" * 44,
    "Jupyter's": lambda token: "JUPYTER",
}
KEYS = ["", "v3/", "v3/zarr.json", "v3/data.npy/c/0", "v2/data.npy/0", "v3/portable/zarr.json", "nowhere"]


@pytest.fixture(scope="module")
def refused(server: Server) -> requests.Response:
    return server.nobody(f"zarr/s/{'f' * 44}/v3/zarr.json")


def looks_the_same(answer: requests.Response, refused: requests.Response) -> bool:
    assert answer.status_code in {403, 429}  # once there were many
    if answer.status_code == 429:
        return int(answer.headers["Retry-After"]) > 0
    names = set(answer.headers) ^ set(refused.headers)
    return (answer.content, answer.status_code, names) == (refused.content, refused.status_code, set())


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_token_looks_like_any_other(server: Server, folder, kind, refused):
    token = token_in(share(server, "files/lab/open"))
    wrong = server.token if kind == "Jupyter's" else WRONG[kind](token)
    assert refused.status_code == 403
    assert "message" in refused.json()
    for key in KEYS[:: 1 if kind == "none" else 3]:
        answer = server.nobody(f"zarr/s/{wrong}/{key}")
        assert looks_the_same(answer, refused), (key, answer.text)
        with_login = server.get(f"zarr/s/{wrong}/{key}")  # it does not count there
        assert looks_the_same(with_login, refused)


def test_the_token_of_another_share_opens_that_one_only(server: Server, folder):
    one, other = share(server, "files/lab/open/deep"), share(server, "files/lab/open/run.h5")
    assert server.nobody(below(one, "v3/data.npy/zarr.json")).status_code == 200
    assert server.nobody(below(other, "v3/data.npy/zarr.json")).status_code == 404
    assert server.nobody(below(other, "v3/group/zarr.json")).status_code == 200


def test_revoked_is_refused_at_once_and_on_an_open_connection(server: Server, folder, refused):
    told = share(server, "files/lab/open")
    with requests.Session() as session:
        url = f"{server.url}{below(told, 'v3/data.npy/c/0')}"
        assert [session.get(url, timeout=60).status_code for _ in range(2)] == [200, 200]
        gone = server.get(f"zarr/api/shares/{told['id']}", "DELETE")
        assert gone.status_code == 200
        again = session.get(url, timeout=60)
    assert looks_the_same(again, refused)
    assert server.get(f"zarr/api/shares/{told['id']}").json()["state"] == "revoked"
    assert server.get(f"zarr/api/shares/{told['id']}", "DELETE").status_code == 404


WAYS_OUT = [
    "..", "../..", "..%2f..", "%2e%2e", "%2e%2e/%2e%2e", "%252e%252e", "%252e%252e%252f", ".%2e", "..%5c",
    "..\\closed", "%5c..%5cclosed", "deep/..", "deep/../../closed", "deep/%2e%2e/%2e%2e/closed",
    "deep%2f..%2f..%2fclosed", "./../closed", "//closed", "/closed", "closed", "lab/closed",
    "files/lab/closed", "%2e%2e%2fclosed", "..;/closed", "..%00/closed", "..%c0%afclosed",
    "..%ef%bc%8fclosed",
]  # fmt: skip
VIEWS = [
    "",
    "portable/",
    "ome/",
    "drawn/",
    "ome;y,x/",
    "ome;y,x/ome/",
    "ome;/",
    "portable/../",
    "ome/../../",
    "portable/portable/",
    "ome/portable/",
    "portable/ome/",
]


@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_way_leads_out(server: Server, folder, way):
    told = share(server, "files/lab/open")
    for view in VIEWS:
        for key in ("v3/{}/data.npy/c/0", "v3/{}/zarr.json", "v2/{}/data.npy/0"):
            answer = server.nobody(below(told, key.format(view + way)))
            assert answer.status_code in {400, 403, 404, 409, 422}, answer.text
            assert not any(secret in answer.content for secret in SECRETS)


@pytest.mark.parametrize(
    "path",
    ["v3/files/lab/open/zarr.json", "v3/kernels/zarr.json", "v3/demo/zarr.json", "../../v3/zarr.json",
     "../v3/zarr.json", "v4/", "api/shares", "shares", "../../api/shares", "view/../../../api/contents"],
)  # fmt: skip
def test_a_link_opens_nothing_else(server: Server, folder, path):
    told = share(server, "files/lab/open/deep")
    assert server.nobody(below(told, path)).status_code in {401, 403, 404}


@pytest.mark.parametrize(
    "route", ["zarr/", "zarr/v3/zarr.json", "zarr/v3/files/lab/open/zarr.json", "zarr/api/shares",
              "api/contents", "api/kernels", "lab", "tree"],
)  # fmt: skip
def test_a_token_is_worth_nothing_elsewhere(server: Server, folder, route):
    token = token_in(share(server, "files/lab/open"))
    for answer in (
        server.nobody(route, Authorization=f"token {token}"),
        server.nobody(route, Authorization=f"Bearer {token}"),
        server.nobody(f"{route}?token={token}"),
        server.nobody(route, Cookie=f"_xsrf={token}; username-127-0-0-1={token}"),
    ):
        assert answer.status_code in {302, 401, 403, 404}
        assert answer.status_code != 404 or route in {"lab", "tree"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPPATCH", "MKCOL"])
def test_nothing_can_be_written_by_a_link(server: Server, folder, method):
    told = share(server, "files/lab/open")
    for key in ("", "v3/data.npy/c/0", "v3/new/zarr.json"):
        assert server.nobody(below(told, key), method).status_code == 405


def test_links_of_the_file_system_are_not_followed(server: Server, folder, zarr_format):
    told = share(server, "files/lab/open")
    for path in ("way_out", "way_out.npy", "way_out/data.npy"):
        for view in ("", "portable/"):
            key = ".zattrs" if zarr_format == 2 else "zarr.json"
            answer = server.nobody(below(told, f"v{zarr_format}/{view}{path}/{key}"))
            assert answer.status_code == 403, answer.text
            assert "outside" in json.loads(answer.content)["message"]


def test_nor_those_of_a_store_whose_part_is_shared(server: Server, folder):
    assert server.get("zarr/v3/files/lab/x.zarr/open/way_out/a/c/0").status_code == 200
    told = share(server, "files/lab/x.zarr/open")
    assert server.nobody(below(told, "v3/way_out/a/c/0")).status_code == 403
    assert "way_out" not in server.nobody(below(told, "v3/zarr.json")).text


def test_nor_those_of_an_hdf5_file(server: Server, folder):
    told = share(server, "files/lab/open")
    assert server.nobody(below(told, "v3/run.h5/external/c/0")).status_code == 422
    part = share(server, "files/lab/open/run.h5/group")
    assert server.nobody(below(part, "v3/other/zarr.json")).status_code == 404
    assert server.nobody(below(part, "v3/other/c/0")).status_code == 409, "no fill value either"


@pytest.mark.parametrize("path", ["files/lab/link", "files/lab/link/data.npy", "files/lab/open/way_out"])
def test_what_a_link_of_the_file_system_leads_to_is_not_shared_by_it(server: Server, folder, path):
    answer = server.get("zarr/api/shares", "POST", json={"path": path})
    assert answer.status_code == 403
    assert "outside" in answer.json()["message"]


def test_a_child_that_becomes_a_link(server: Server, folder):
    place = folder / "swapping" / "swapped"
    place.mkdir(parents=True)
    np.save(place / "data.npy", np.ones(3))
    told = share(server, "files/lab/swapping")
    key = below(told, "v3/swapped/data.npy/c/0")
    assert [server.nobody(key).status_code for _ in range(3)] == [200] * 3  # now it is remembered
    moved = place.rename(folder / "moved")
    place.symlink_to(folder / "closed")
    answers = [server.nobody(key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [403, 403]
    place.unlink()
    moved.rename(place)
    assert server.nobody(key).status_code == 200


@pytest.mark.parametrize("part", ["parent", "parent/shared"])
def test_what_is_shared_becomes_a_link(server: Server, folder, part):
    shared = folder / "parent" / "shared"
    shared.mkdir(parents=True, exist_ok=True)
    np.save(shared / "data.npy", np.ones(3))
    told = share(server, "files/lab/parent/shared")
    key = below(told, "v3/data.npy/c/0")
    assert server.nobody(key).status_code == 200
    (folder / "elsewhere" / "shared").mkdir(parents=True, exist_ok=True)
    np.save(folder / "elsewhere" / "shared" / "data.npy", np.full(3, SECRET))
    kept = (folder / part).rename(folder / "kept")
    target = folder / "elsewhere" if part == "parent" else folder / "elsewhere" / "shared"
    (folder / part).symlink_to(target)
    assert server.nobody(key).status_code == 403
    (folder / part).unlink()
    kept.rename(folder / part)
    assert server.nobody(key).status_code == 200


def test_what_is_gone_is_not_empty(server: Server, folder):
    place = folder / "going.npy"
    np.save(place, np.ones(3))
    told = share(server, "files/lab/going.npy")
    place.unlink()
    for key in ("v3/zarr.json", "v3/c/0", "v2/0"):
        assert server.nobody(below(told, key)).status_code == 503


@pytest.mark.parametrize(
    "path", ["", "/", "kernels", "notebooks", "portable/files/lab", "ome/files/lab", "ome;y,x/files/lab"]
)
def test_what_is_too_much_for_one_link(server: Server, folder, path):
    assert server.get("zarr/api/shares", "POST", json={"path": path}).status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("files/nothing", 404),
        ("files/lab/open/data.npy/c/0", 404),
        ("files/../x", 404),
        ("files/.hidden", 404),
    ],
)
def test_what_does_not_exist_is_not_shared(server: Server, folder, path, status):
    assert server.get("zarr/api/shares", "POST", json={"path": path}).status_code == status


def test_no_log_line_has_a_token(server: Server, folder):
    told = share(server, "files/lab/open")
    token = token_in(told)
    for key in (
        "v3/zarr.json",
        "v3/way_out/zarr.json",
        "nowhere",
        "v3/%ff%fe/zarr.json",
        f"v3/x?again={told['link']}",
    ):
        server.nobody(below(told, key), Referer=f"{server.url}{below(told)}view?path=x")
    for method in ("POST", "PROPFIND", "NONSENSE", "OPTIONS"):
        server.nobody(below(told, "v3/zarr.json"), method)
    for path in (
        f"zarr/%73/{token}/v3/",
        f"zarr//s/{token}/v3/",
        f"zarr/s//{token}/v3/",
        f"zarr/s/{token}x/v3/",
    ):
        server.nobody(path, Referer=f"{server.url}{below(told)}")
    server.nobody("zarr/v3/zarr.json", Referer=f"{server.url}{below(told)}")
    server.nobody(below(told, "v3/zarr.json"), Host="evil.example")
    server.get(f"zarr/api/shares/{told['id']}", "DELETE")
    server.nobody(below(told, "v3/zarr.json"))
    deadline = time.monotonic() + 10
    while "[secret]" not in (log := server.log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "[secret]" in log
    assert token[12:] not in log
    metrics = server.get("metrics").text
    assert token[12:] not in metrics


def test_guessing_ends_soon_and_disturbs_nobody(tmp_path):
    np.save(tmp_path / "data.npy", np.ones(3))
    (private := tmp_path / "private").mkdir()
    with running_server(tmp_path, private) as server, requests.Session() as session:
        own = f"{server.url}{below(share(server, 'files/data.npy'), 'v3/c/0')}"
        assert session.get(own, timeout=60).status_code == 200
        answered = []
        for guess in range(3 * _PER_ADDRESS):
            url = f"{server.url}zarr/s/{guess:044d}/v3/c/0"
            answered.append(session.get(url, timeout=60).status_code)
        assert set(answered) == {403, 429}
        assert answered.count(403) <= 2 * _PER_ADDRESS  # the minute may end meanwhile
        assert session.get(own, timeout=60).status_code == 200
