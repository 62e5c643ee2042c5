"""Files that are exported over HTTP: of files and kernels, in parts, and below share links."""

import io
import json
import zipfile
from collections import deque
from urllib.parse import unquote

import h5py
import numpy as np
import pandas as pd
import pytest
import requests
import tifffile
import xarray as xr
import zarr

from tests.kernels.jupyter import running_kernel
from tests.server import Server, running_server

VALUES = np.arange(24.0).reshape(4, 6)
FRAME = pd.DataFrame({"n": [3, 1, 2], "t": ["a", "b", "ß"]})
PUBLISH = """
import numpy as np, pandas as pd
import jupyter_zarr_serve as jz
jz.publish(
    values=np.arange(24.0).reshape(4, 6), big=np.arange(9 << 20).reshape(9, 1024, 1024),
    table=pd.DataFrame({"n": [3, 1, 2], "t": ["a", "b", "ß"]}),
    group={"a": np.arange(6), "b": {"c": np.zeros((2, 3)), "d": np.array(["x", "y"])}},
)
"""


@pytest.fixture(scope="module")
def places(server: Server, served_dir):
    folder = served_dir / "export"
    folder.mkdir()
    np.save(folder / "values", VALUES)
    FRAME.to_parquet(folder / "table.parquet")
    with h5py.File(folder / "group.h5", "w") as made:
        made["a"], made["b/c"], made["b/d"] = np.arange(6), np.zeros((2, 3)), ["x", "y"]
    np.save(folder / "big", np.arange(9 << 20).reshape(9, 1024, 1024))
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        made = server.get("zarr/api/shares", "POST", json={"path": "files/export"}).json()
        link = made["url"].partition("/zarr/")[2].rstrip("/")
        suffixes = {"values": "npy", "big": "npy", "table": "parquet", "group": "h5"}
        files = {name: f"{name}.{suffix}" for name, suffix in suffixes.items()}
        disk = {name: f"zarr/api/export/files/export/{file}" for name, file in files.items()}
        linked = {name: f"zarr/{link}/api/export/{file}" for name, file in files.items()}
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


def test_a_table_as_csv_and_parquet(server: Server, place):
    answer = server.get(f"{place['table']}?form=csv&columns=t,n&sort=-n")
    assert answer.content.decode() == '"t","n"\n"a",3\n"ß",2\n"b",1\n'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    answer = server.get(f"{place['table']}?form=parquet&columns=n,t&where=n:ge:2")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert pd.read_parquet(io.BytesIO(answer.content)).values.tolist() == [[3, "a"], [2, "ß"]]


def test_an_image_as_tiff(server: Server, place):
    answer = server.get(f"{place['big']}?form=tiff&region=2:4,:100")
    expected = np.arange(9 << 20).reshape(9, 1024, 1024)[2:4, :100]
    assert (tifffile.imread(io.BytesIO(answer.content)) == expected).all()
    assert answer.headers["Content-Length"] == str(len(answer.content))


def test_an_array_and_a_group_as_netcdf(server: Server, place):
    answer = server.get(f"{place['big']}?form=netcdf&region=1:2")
    with xr.open_dataset(io.BytesIO(answer.content), engine="h5netcdf") as found:
        (values,) = found.data_vars.values()
        assert (values.values == np.arange(1 << 20, 2 << 20).reshape(1, 1024, 1024)).all()
    answer = server.get(f"{place['group']}/b?form=netcdf")
    with xr.open_dataset(io.BytesIO(answer.content), engine="h5netcdf") as found:
        assert found["c"].shape == (2, 3)
        assert found["d"].values.tolist() == ["x", "y"]


def test_a_store_as_an_archive(server: Server, place, tmp_path):
    for name, path in (("group", ""), ("group", "/b"), ("big", "")):
        answer = server.get(f"{place[name]}{path}?form=zarr.zip&download=1")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].endswith(".zarr.zip")
        archive = tmp_path / "made.zarr.zip"
        archive.write_bytes(answer.content)
        with zipfile.ZipFile(archive) as members:
            assert members.testzip() is None
            assert members.namelist()[0] == "zarr.json"
        with zarr.storage.ZipStore(archive, mode="r") as store:
            found = zarr.open(store, mode="r")
            if name == "big":
                assert (found[:] == np.arange(9 << 20).reshape(9, 1024, 1024)).all()
            elif path:
                assert (found["c"][:].tolist(), found["d"][:].tolist()) == ([[0.0] * 3] * 2, ["x", "y"])
            else:
                assert found["a"][:].tolist() == [0, 1, 2, 3, 4, 5]
                assert sorted(zarr.open_consolidated(store, mode="r")["b"].keys()) == ["c", "d"]


def test_an_archive_that_was_made_is_served_again(server: Server, places, served_dir):
    answer = server.get(f"{places['kernel']['group']}?form=zarr.zip")
    (served_dir / "export" / "again.zarr.zip").write_bytes(answer.content)
    again = server.get("zarr/api/export/files/export/again.zarr.zip/a?form=json").json()
    assert again["values"] == [0, 1, 2, 3, 4, 5]


def test_an_image_as_one_file_of_ome_zarr(server: Server, places, tmp_path):
    address = places["disk"]["big"].replace("/export/files", "/export/ome/files")
    answer = server.get(f"{address}?form=ozx")
    archive = tmp_path / "made.ozx"
    archive.write_bytes(answer.content)
    with zipfile.ZipFile(archive) as members:
        names = members.namelist()
        documents = [name for name in names if name.endswith("zarr.json")]
        assert names[: len(documents)] == documents
        assert json.loads(members.comment)["ome"]["zipFile"]["centralDirectory"]["jsonFirst"] is True
    with zarr.storage.ZipStore(archive, mode="r") as store:
        found = zarr.open(store, mode="r")
        assert found.attrs["ome"]["version"] == "0.5"
        assert found["0"].shape[-2:] == (1024, 1024)
    assert server.get(f"{places['disk']['big']}?form=ozx").status_code == 422


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("values?form=zarr.zip&region=1", "region"),
        ("values?form=parquet&columns=z", "column"),
        ("group?form=npy", "csv"),
        ("group?form=tiff", "netcdf"),
        ("table?form=tiff", "netcdf"),
        ("values?form=csv&where=x", "where"),
    ],
)
def test_what_a_form_cannot_hold(server: Server, place, query, words):
    name, _, options = query.partition("?")
    answer = server.get(f"{place[name]}?{options}")
    assert (answer.status_code, words in answer.json()["message"]) == (400, True), answer.text


def test_folders_are_no_archives(server: Server, places):
    folder = places["disk"]["values"].rpartition("/")[0]
    assert server.get(f"{folder}?form=zarr.zip").status_code == 422


def test_without_workers_and_of_a_mount(tmp_path):
    data, root, private = (tmp_path / name for name in ("data", "root", "private"))
    for folder in (data, root, private):
        folder.mkdir()
    FRAME.to_parquet(data / "table.parquet")
    np.save(data / "values", VALUES)
    settings = ["--ZarrServeApp.workers=0", f"--ZarrServeApp.mounts=mine={data}"]
    with running_server(root, private, *settings) as server:
        npy = server.get("zarr/api/export/mine/values.npy?form=npy&region=1").content
        assert np.load(io.BytesIO(npy)).tolist() == VALUES[1].tolist()
        tiff = server.get("zarr/api/export/mine/values.npy?form=tiff").content
        assert (tifffile.imread(io.BytesIO(tiff)) == VALUES).all()
        csv = server.get("zarr/api/export/mine/table.parquet?form=csv&columns=n&sort=n").content
        assert csv == b'"n"\n1\n2\n3\n'
        archive = server.get("zarr/api/export/mine/table.parquet?form=zarr.zip").content
        with zipfile.ZipFile(io.BytesIO(archive)) as members:
            assert {"zarr.json", "n/zarr.json", "t/zarr.json"} <= set(members.namelist())
        rows = server.get("zarr/api/preview/mine/table.parquet?form=rows&columns=t&sort=-t&limit=2").json()
        assert (rows["rows"], rows["total"]) == ([["ß"], ["b"]], 3)


def test_what_changes_meanwhile_ends_short(server: Server, served_dir):
    place = served_dir / "export" / "changing.npy"
    np.save(place, np.zeros((64, 1024, 1024)))
    address = f"{server.url}zarr/api/export/files/export/changing.npy?form=npy"
    with requests.get(address, headers=server.headers, stream=True, timeout=60) as answer:
        blocks = answer.iter_content(1 << 20)
        seen = bytearray(next(blocks))
        np.save(served_dir / "export" / "other.npy", np.ones((64, 1024, 1024)))
        (served_dir / "export" / "other.npy").replace(place)
        with pytest.raises(requests.exceptions.RequestException):
            deque(map(seen.extend, blocks), 0)
    place.unlink()
    assert len(seen) < int(answer.headers["Content-Length"])
    assert b"\x3f" not in seen[128:], "it is mixed"


def test_nobody_who_leaves_is_waited_for(server: Server, places):
    for _ in range(20):
        with requests.get(
            f"{server.url}{places['disk']['big']}?form=npy", headers=server.headers, stream=True, timeout=60
        ) as answer:
            next(answer.iter_content(1000))
    assert server.get(f"{places['disk']['values']}?form=json").status_code == 200
