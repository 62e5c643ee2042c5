"""The description and the previews of nodes over HTTP, of files and of variables in kernels."""

import html
import json

import numpy as np
import pytest

from tests.kernels.jupyter import running_kernel
from tests.preview.pictures import pixels_of
from tests.server import Server

PUBLISH = """
import numpy as np, pandas as pd
import jupyter_zarr_serve as jz
jz.publish(
    line=np.arange(5000.0), image=np.arange(600).reshape(20, 30),
    table=pd.DataFrame({"n": [1, 2], "t": ["a", None]}),
)
"""


@pytest.fixture(scope="module")
def places(server: Server, served_dir):
    """The path of the same three nodes in files and in a kernel."""
    folder = served_dir / "api <b>"
    folder.mkdir()
    np.save(folder / "line", np.arange(5000.0))
    np.save(folder / "image", np.arange(600).reshape(20, 30))
    (folder / "table.csv").write_text("n,t\n1,a\n2,\n")
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        disk = {name: f"files/api%20%3Cb%3E/{name}.npy" for name in ("line", "image")}
        disk |= {"table": "files/api%20%3Cb%3E/table.csv", "": "files/api%20%3Cb%3E"}
        yield {"disk": disk, "kernel": {name: f"{kernel.path}/{name}" for name in disk}}


@pytest.fixture(params=["disk", "kernel"])
def place(request, places):
    return places[request.param]


def test_a_group(server: Server, place):
    for slash in ("", "/"):
        found = server.get(f"zarr/api/node/{place[''].rstrip('/')}{slash}").json()
        assert (found["kind"], found["members"]["total"]) == ("group", 3)
        kinds = {item["name"].partition(".")[0]: item["kind"] for item in found["members"]["items"]}
        assert kinds == {"line": "array", "image": "array", "table": "group"}
    found = server.get(f"zarr/api/node/{place[''].rstrip('/')}?search=LINE&limit=1").json()
    assert (found["members"]["total"], found["members"]["limit"]) == (1, 1)


def test_the_root(server: Server):
    found = server.get("zarr/api/node").json()
    assert {"files", "kernels", "demo"} <= {item["name"] for item in found["members"]["items"]}
    assert found["path"] == ""
    assert server.get("zarr/api/node/kernels").json()["kind"] == "group"


def test_an_array(server: Server, place):
    answer = server.get(f"zarr/api/node/{place['image']}")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["shape"] == [20, 30]
    assert "stats" in answer.json()["previews"]
    head = server.get(f"zarr/api/node/{place['image']}", "HEAD")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]


def test_a_view(server: Server, place):
    assert server.get(f"zarr/api/node/portable/{place['image']}").json()["shape"] == [20, 30]


def test_a_line(server: Server, place):
    found = server.get(f"zarr/api/preview/{place['line']}?form=line&start=10&stop=20&points=5").json()
    assert (found["min"], found["max"]) == ([10, 12, 14, 16, 18], [11, 13, 15, 17, 19])


def test_statistics(server: Server, place):
    found = server.get(f"zarr/api/preview/{place['line']}?form=stats").json()
    assert (found["min"], found["max"], found["count"]) == (0, 4999, 5000)


def test_a_picture(server: Server, place):
    answer = server.get(f"zarr/api/preview/{place['image']}?form=image")
    assert answer.headers["Content-Type"] == "image/png"
    assert pixels_of(answer.content).shape == (20, 30, 1)
    unchanged = {"If-None-Match": answer.headers["ETag"]}
    assert server.get(f"zarr/api/preview/{place['image']}?form=image", headers=unchanged).status_code == 304


def test_rows(server: Server, place):
    found = server.get(f"zarr/api/preview/{place['table']}?form=rows&limit=1").json()
    assert [column["name"] for column in found["columns"]][-2:] == ["n", "t"]
    assert [row[-2:] for row in found["rows"]] == [["1", "a"]]


def test_rows_in_order(server: Server, place):
    address = f"zarr/api/preview/{place['table']}?form=rows&columns=n,t"
    assert server.get(f"{address}&sort=-n").json()["rows"] == [["2", None], ["1", "a"]]
    assert server.get(f"{address}&sort=t,-n").json()["rows"] == [["1", "a"], ["2", None]]
    found = server.get(f"{address}&where=n:gt:1&where=t:null").json()
    assert (found["rows"], found["total"], found["of"]) == ([["2", None]], 1, 2)
    assert server.get(f"{address}&find=A").json()["rows"] == [["1", "a"]]
    for query in ("sort=z", "where=n", "where=n:eq:x", "where=n:null:1", 'sort="n', "columns=n&columns=z"):
        refused = server.get(f"{address}&{query}")
        assert (refused.status_code, bool(refused.json()["message"])) == (400, True), query


def test_columns_against_one_another(server: Server, place):
    address = f"zarr/api/preview/{place['table']}?form=points&columns=t"
    found = server.get(f"{address}&x=n").json()
    assert [axis["values"] for axis in found["axes"]] == [[0, 1], [0, None]]
    assert (found["axes"][0]["least"], found["axes"][1]["texts"]) == ("1", ["a"])
    assert server.get(f"{address}&where=n:gt:1").json()["rows"] == [1]
    for query in ("x=z", "x=n,t", "joined=x", "columns=z", "x=n&where=n"):
        refused = server.get(f"{address}&{query}")
        assert (refused.status_code, bool(refused.json()["message"])) == (400, True), query
    assert server.get(f"zarr/api/preview/{place['image']}?form=points&columns=0").status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?form=x", 400), ("?form=node", 400), ("?form=line&points=x", 400),
     ("?form=line&points=-1", 400), ("?form=line&start=" + "9" * 30, 400), ("?form=rows", 200),
     ("?form=image", 422), ("?form=line&start=9999999999999999999", 200), ("?form=line&points=0", 200)],
)  # fmt: skip
def test_queries(server: Server, place, query, status):
    answer = server.get(f"zarr/api/preview/{place['line']}{query}")
    assert answer.status_code == status
    if status != 200:
        assert json.loads(answer.content)["message"]


@pytest.mark.parametrize("key", ["c/0", "zarr.json", "nothing"])
def test_keys_are_no_nodes(server: Server, place, key):
    assert server.get(f"zarr/api/node/{place['line']}/{key}").status_code == 404
    assert server.get(f"zarr/api/node/{place['line']}/{key}").status_code == 404, "it was remembered"


def test_a_chunk_that_is_remembered_is_no_preview(server: Server, place):
    assert server.get(f"zarr/v3/{place['line']}/c/0").status_code == 200
    assert server.get(f"zarr/api/node/{place['line']}/c/0").status_code == 404


def test_a_file_that_changes_is_seen_anew(server: Server, served_dir):
    seen = []
    for value in (1, 2):
        np.save(served_dir / "seen.npy", np.full(3, value))
        seen.append(server.get("zarr/api/preview/files/seen.npy?form=stats"))
    assert [answer.json()["max"] for answer in seen] == [1, 2]
    assert seen[0].headers["ETag"] != seen[1].headers["ETag"]


def test_damaged_files_say_so(server: Server, served_dir):
    (served_dir / "half-written <i>.npy").write_bytes(b"\x93NUMPY but no more")
    answer = server.get("zarr/api/node/files/half-written%20%3Ci%3E.npy")
    assert answer.status_code == 422
    items = server.get("zarr/api/node/files?search=half-written").json()["members"]["items"]
    assert [item["kind"] for item in items] == ["unavailable"]
    assert "half-written <i>.npy" in items[0]["message"]


def code_of(server: Server, path: str) -> dict[str, str]:
    """The code that opens a node, by the names of clients."""
    told = server.get(f"zarr/api/code/{path}")
    assert told.status_code == 200, told.text
    return {each["title"]: each["code"] for each in told.json()["snippets"]}


def test_code_is_that_of_the_page(server: Server, place):
    for name in ("image", "table"):
        code = code_of(server, place[name])
        assert next(iter(code)) == "jupyter_zarr_serve"
        page = html.unescape(server.get(f"zarr/v3/{place[name]}", headers={"Accept": "text/html"}).text)
        for each in code.values():
            assert each.rstrip() in page
            assert server.token not in each
    assert "as_='pandas'" in code_of(server, place["table"])["jupyter_zarr_serve"]
    assert "tensorstore" in code_of(server, place["image"])


def test_code_of_nothing(server: Server):
    told = server.get("zarr/api/code/files/nothing.npy")
    assert told.status_code == 404
    assert "nothing.npy" in told.json()["message"]
