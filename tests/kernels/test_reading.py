"""Variables of a live kernel through a real server: HTTP, listings, names, identity."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import requests

from tests.kernels.conftest import PUBLISH
from tests.kernels.jupyter import api, running_kernel, running_notebook

T = np.arange(12.0).reshape(3, 4)
KEY = {2: "0.0", 3: "c/0/0"}
BIG_KEY = {2: "0", 3: "c/0"}
DOCUMENT = {2: ".zarray", 3: "zarr.json"}


def test_values_arrive(busy_server, shared_kernel, zarr_format):
    group = busy_server.open(zarr_format, shared_kernel.path)
    np.testing.assert_array_equal(group["t"][:], T)
    np.testing.assert_array_equal(group["big"][:], np.arange(500_000))


def test_many_chunks_at_once(busy_server, shared_kernel, zarr_format):
    path = f"zarr/v{zarr_format}/{shared_kernel.path}/big/{BIG_KEY[zarr_format]}"
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda _: busy_server.get(path), range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def test_changes_are_seen_at_once(busy_server, kernel, zarr_format):
    kernel.run(PUBLISH)
    path = f"zarr/v{zarr_format}/{kernel.path}/t/{KEY[zarr_format]}"
    before = busy_server.get(path)
    kernel.run("t[0, 0] = 77")
    after = busy_server.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert busy_server.open(zarr_format, f"{kernel.path}/t")[0, 0] == 77


class TestHttp:
    @pytest.fixture(params=["t", "big"])
    def path(self, request, shared_kernel, zarr_format):
        keys = {"t": KEY, "big": BIG_KEY}[request.param]
        return f"zarr/v{zarr_format}/{shared_kernel.path}/{request.param}/{keys[zarr_format]}"

    def test_head_has_the_length_of_get(self, busy_server, path):
        whole, head = busy_server.get(path), busy_server.get(path, "HEAD")
        assert head.content == b""
        assert head.headers["Content-Length"] == str(len(whole.content))
        assert head.headers["ETag"] == whole.headers["ETag"]

    def test_ranges(self, busy_server, path):
        whole = busy_server.get(path).content
        part = busy_server.get(path, headers={"Range": "bytes=3-9"})
        assert (part.status_code, part.content) == (206, whole[3:10])
        assert part.headers["Content-Range"] == f"bytes 3-9/{len(whole)}"
        assert busy_server.get(path, headers={"Range": "bytes=-5"}).content == whole[-5:]
        assert busy_server.get(path, headers={"Range": "bytes=999999999-"}).status_code == 416

    def test_revalidation(self, busy_server, path):
        etag = busy_server.get(path).headers["ETag"]
        same = busy_server.get(path, headers={"If-None-Match": etag})
        assert (same.status_code, same.content) == (304, b"")

    def test_failures_of_the_kernel_are_passed_on(self, busy_server, path):
        answer = busy_server.get(path[:-1] + "99")
        assert answer.status_code == 404
        assert json.loads(answer.content)["reason"] == "NotFound"

    def test_nobody_anonymous_gets_an_answer(self, busy_server, path):
        assert requests.get(busy_server.url + path, timeout=10).status_code == 401


class TestListing:
    def test_the_root_names_kernels_and_notebooks(self, busy_server, zarr_format):
        assert {"files", "kernels", "notebooks"} <= set(busy_server.open(zarr_format).keys())

    def test_only_kernels_that_publish_are_listed(self, busy_server, shared_kernel, kernel, zarr_format):
        listed = set(busy_server.open(zarr_format, "kernels").keys())
        assert shared_kernel.id in listed
        assert kernel.id not in listed

    def test_what_a_kernel_publishes_is_listed(self, busy_server, shared_kernel, zarr_format):
        for slash in ("", "/"):
            answer = busy_server.get(
                f"zarr/v{zarr_format}/{shared_kernel.path}{slash}", headers={"Accept": "application/json"}
            )
            assert answer.json()["members"] == {"t": "array", "big": "array"}

    @pytest.mark.parametrize("place", ["kernels", "notebooks"])
    def test_documents_of_the_groups_above(self, busy_server, place):
        assert busy_server.get(f"zarr/v3/{place}/zarr.json").json()["node_type"] == "group"
        assert busy_server.get(f"zarr/v2/{place}/.zgroup").json() == {"zarr_format": 2}
        assert busy_server.get(f"zarr/v2/{place}/zarr.json").status_code == 404
        assert busy_server.get(f"zarr/v3/{place}/.zgroup").status_code == 404


class TestNotebooks:
    @pytest.mark.parametrize(
        ("path", "served"),
        [
            ("plain.ipynb", "plain.ipynb"),
            ("a folder/ünï %20#?.ipynb", "a folder/ünï _20__.ipynb"),
            ("a/b/c/0.ipynb", "a/b/c/0.ipynb"),
        ],
    )
    def test_a_notebook_is_found_by_its_path(self, busy_server, zarr_format, path, served):
        with running_notebook(busy_server, path) as (kernel, _):
            kernel.run(PUBLISH)
            array = busy_server.get(busy_server_url(busy_server, zarr_format, f"notebooks/{served}/t/"))
            assert array.status_code == 200
            key = f"notebooks/{served}/t/{KEY[zarr_format]}"
            by_id = busy_server.get(f"zarr/v{zarr_format}/{kernel.path}/t/{KEY[zarr_format]}")
            assert busy_server.get(busy_server_url(busy_server, zarr_format, key)).content == by_id.content

    def test_folders_between_are_groups(self, busy_server, zarr_format):
        with running_notebook(busy_server, "one/two/three.ipynb") as (kernel, _):
            kernel.run(PUBLISH)
            group = busy_server.open(zarr_format, "notebooks/one")
            assert list(group.keys()) == ["two"]
            np.testing.assert_array_equal(group["two"]["three.ipynb"]["t"][:], T)
            assert busy_server.get(f"zarr/v{zarr_format}/notebooks/other/").status_code == 404

    def test_a_renamed_notebook_is_followed(self, busy_server):
        with running_notebook(busy_server, "old.ipynb") as (kernel, session):
            kernel.run(PUBLISH)
            assert busy_server.get("zarr/v3/notebooks/old.ipynb/t/zarr.json").status_code == 200
            api(busy_server, "PATCH", f"sessions/{session}", path="new/name.ipynb")
            assert busy_server.get("zarr/v3/notebooks/new/name.ipynb/t/zarr.json").status_code == 200
            for key in ("zarr.json", "c/0/0"):
                assert busy_server.get(f"zarr/v3/notebooks/old.ipynb/t/{key}").status_code == 503


def busy_server_url(server, zarr_format, path):
    return server.store_url(zarr_format, path).removeprefix(server.url) + "/" * path.endswith("/")


class TestOthers:
    def test_two_kernels_have_their_own(self, busy_server, shared_kernel, kernel):
        kernel.run(PUBLISH + "\nt += 100")
        assert busy_server.open(3, f"{kernel.path}/t")[0, 0] == 100
        assert busy_server.open(3, f"{shared_kernel.path}/t")[0, 0] == 0

    def test_a_kernel_that_publishes_nothing(self, busy_server, kernel, zarr_format):
        answer = busy_server.get(f"zarr/v{zarr_format}/{kernel.path}/t/{DOCUMENT[zarr_format]}")
        assert answer.status_code == 404
        assert "jz.publish" in answer.json()["message"]

    def test_an_unknown_kernel(self, busy_server, zarr_format):
        base = f"zarr/v{zarr_format}/kernels/00000000-0000-0000-0000-000000000000"
        assert busy_server.get(f"{base}/t/{DOCUMENT[zarr_format]}").status_code == 404
        assert busy_server.get(f"{base}/").status_code == 404
        assert busy_server.get(f"{base}/t/{KEY[zarr_format]}").status_code == 422

    def test_the_kernels_of_another_server_are_not_served(self, busy_server, server):
        with running_kernel(server) as other:
            other.run(PUBLISH)
            assert server.get(f"zarr/v3/{other.path}/t/zarr.json").status_code == 200
            assert busy_server.get(f"zarr/v3/{other.path}/t/zarr.json").status_code == 404

    def test_reading_counts_as_activity(self, busy_server, shared_kernel):
        before = shared_kernel.api("GET").json()["last_activity"]
        busy_server.get(f"zarr/v3/{shared_kernel.path}/t/c/0/0")
        assert shared_kernel.api("GET").json()["last_activity"] > before


def test_a_large_chunk_that_changes_is_sent_anew(busy_server, kernel, zarr_format):
    kernel.run("import numpy as np, jupyter_zarr_serve as jz\nn = np.random.default_rng(0).random(100_000)")
    kernel.run("jz.publish(live=n)\njz.publish(held=n.copy(), frozen=True)")
    for name in ("live", "held"):
        path = f"zarr/v{zarr_format}/{kernel.path}/{name}/{BIG_KEY[zarr_format]}"
        first = busy_server.get(path)
        assert busy_server.get(path).content == first.content
        kernel.run("n += 1\njz.publish(held=n.copy(), frozen=True)")
        assert busy_server.open(zarr_format, f"{kernel.path}/{name}")[0] == float(kernel.run("print(n[0])"))
        assert busy_server.get(path).content != first.content
    kernel.run("jz.unpublish()")
    assert busy_server.get(path).status_code in {409, 503}
