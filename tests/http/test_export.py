"""Files that are exported over HTTP: of files and kernels, in parts, and below share links."""

import io
import json
from urllib.parse import unquote

import numpy as np
import pytest

from tests.kernels.jupyter import running_kernel
from tests.server import Server

VALUES = np.arange(24.0).reshape(4, 6)
PUBLISH = """
import numpy as np
import jupyter_zarr_serve as jz
jz.publish(values=np.arange(24.0).reshape(4, 6), big=np.arange(9 << 20).reshape(9, 1024, 1024))
"""


@pytest.fixture(scope="module")
def places(server: Server, served_dir):
    folder = served_dir / "export"
    folder.mkdir()
    np.save(folder / "values", VALUES)
    np.save(folder / "big", np.arange(9 << 20).reshape(9, 1024, 1024))
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        made = server.get("zarr/api/shares", "POST", json={"path": "files/export"}).json()
        link = made["url"].partition("/zarr/")[2].rstrip("/")
        disk = {name: f"zarr/api/export/files/export/{name}.npy" for name in ("values", "big")}
        linked = {name: f"zarr/{link}/api/export/{name}.npy" for name in ("values", "big")}
        yield {
            "disk": disk,
            "link": linked,
            "kernel": {name: f"zarr/api/export/{kernel.path}/{name}" for name in disk},
        }
        server.get(f"zarr/api/shares/{made['id']}", "DELETE")


@pytest.fixture(params=["disk", "kernel", "link"])
def place(request, places):
    return places[request.param]


def test_a_region_as_npy(server: Server, place):
    answer = server.get(f"{place['values']}?form=npy&region=1:3,2")
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert "Content-Disposition" not in answer.headers
    assert np.load(io.BytesIO(answer.content)).tolist() == VALUES[1:3, 2].tolist()


def test_a_large_file_comes_in_parts(server: Server, place):
    answer = server.get(f"{place['big']}?form=npy")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert (np.load(io.BytesIO(answer.content)) == np.arange(9 << 20).reshape(9, 1024, 1024)).all()


def test_ranges(server: Server, place):
    whole = server.get(f"{place['big']}?form=npy").content
    for start, stop in [(0, 1), (100, 200), (16 << 20, (16 << 20) + 300), ((16 << 20) - 5, (50 << 20) + 7)]:
        part = server.get(f"{place['big']}?form=npy", headers={"Range": f"bytes={start}-{stop - 1}"})
        assert (part.status_code, len(part.content)) == (206, stop - start)
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"
        assert part.content == whole[start:stop]
    last = server.get(f"{place['values']}?form=npy", headers={"Range": "bytes=-8"})
    assert np.frombuffer(last.content)[0] == 23
    assert server.get(f"{place['values']}?form=npy", headers={"Range": "bytes=9999-"}).status_code == 416


def test_head_and_etag(server: Server, places):
    address = f"{places['disk']['values']}?form=npy"
    answer, head = server.get(address), server.get(address, "HEAD")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert head.headers["ETag"] == answer.headers["ETag"]
    assert server.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    outdated = {"Range": "bytes=0-1", "If-Range": '"other"'}
    assert server.get(address, headers=outdated).status_code == 200
    assert "ETag" not in server.get(f"{places['kernel']['values']}?form=npy").headers


def test_json(server: Server, place):
    answer = server.get(f"{place['values']}?form=json&region=1,:2")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.json() == {"shape": [2], "dtype": "float64", "values": [6.0, 7.0]}


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [("", 400, "form"), ("?form=x", 400, "npy"), ("?form=npy&region=9", 400, "axis 0"),
     ("?form=npy&region=" + "0" * 5000, 400, "characters"), ("?form=npy&region=::2", 400, "step")],
)  # fmt: skip
def test_queries(server: Server, place, query, status, words):
    for method in ("GET", "HEAD"):
        answer = server.get(f"{place['values']}{query}", method)
        assert answer.status_code == status
        if method == "GET":
            assert words in answer.json()["message"]
            assert answer.headers["Content-Type"] == "application/json"


def test_what_is_not_there(server: Server, place):
    folder = place["values"].rpartition("/")[0]
    assert server.get(f"{folder}/nothing?form=npy").status_code == 404
    assert server.get(f"{place['values']}/c/0?form=npy").status_code == 404


def test_what_people_save_has_a_safe_name(server: Server, served_dir, place):
    answer = server.get(f"{place['values']}?form=npy&download=1")
    kind, _, name = answer.headers["Content-Disposition"].partition("; filename*=UTF-8''")
    assert (kind, unquote(name)) == ("attachment", "values.npy")


def test_a_link_leads_nowhere_else(server: Server, places):
    outside = places["link"]["values"].replace("/values.npy", "/../values.npy")
    assert server.get(f"{outside}?form=npy").status_code in {400, 404}
    assert server.nobody(f"{places['disk']['values']}?form=npy").status_code == 401
    assert server.nobody(f"{places['link']['values']}?form=npy").status_code == 200
    assert json.loads(server.nobody(f"{places['link']['values']}?form=json").content)["shape"] == [4, 6]
