"""The portable view over HTTP: of files and of live variables, under the names of the tree itself."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.server import Server

TIMES = np.array(["2000-01-01", "NaT", "1970-01-02"], "M8[s]")
PUBLISH = """
import numpy as np, pandas as pd, xarray as xr, jupyter_zarr_serve as jz
times = np.array(["2000-01-01", "NaT", "1970-01-02"], "M8[s]")
frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "c": pd.Categorical(["a", "b"])})
dataset = xr.Dataset({"t": ("time", [1.0, 2.0])}, {"time": pd.date_range("2001", periods=2)})
jz.publish(times=times, frozen=True)
jz.publish(frame=frame, dataset=dataset, pair=np.zeros(3, [("x", "i4"), ("y", "f2")]))
"""


@pytest.fixture(scope="module")
def folder(served_dir):
    place = served_dir / "portable data"
    place.mkdir(exist_ok=True)
    np.save(place / "times.npy", TIMES)
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "c": pd.Categorical(["a", "b"])})
    frame.to_parquet(place / "frame.parquet")
    return f"portable/files/{place.name}"


def test_files(server: Server, folder, zarr_format):
    times = server.open(zarr_format, f"{folder}/times.npy")
    assert times.dtype == np.int64
    np.testing.assert_array_equal(times[:], TIMES.astype("i8"))
    frame = server.open(zarr_format, f"{folder}/frame.parquet")
    assert set(frame.keys()) == {"index", "n", "n_mask", "c", "c_categories"}
    assert frame["n_mask"][:].tolist() == [False, True]
    assert frame["c_categories"][:][frame["c"][:]].tolist() == ["a", "b"]


def test_variables(server: Server, kernel, zarr_format):
    group = server.open(zarr_format, f"portable/{kernel.path}")
    np.testing.assert_array_equal(group["times"][:], TIMES.astype("i8"))
    assert set(group["pair"].keys()) == {"x", "y"}
    assert group["pair"]["y"].dtype == np.float32
    assert group["frame"]["n_mask"][:].tolist() == [False, True]
    native = server.open(zarr_format, f"{kernel.path}/times")
    np.testing.assert_array_equal(native[:], TIMES)


def test_xarray_sees_the_same(server: Server, kernel, zarr_format):
    options = {"storage_options": server.storage_options, "zarr_format": zarr_format}
    native = xr.open_zarr(server.store_url(zarr_format, f"{kernel.path}/dataset"), **options)
    portable = xr.open_zarr(server.store_url(zarr_format, f"portable/{kernel.path}/dataset"), **options)
    xr.testing.assert_identical(portable.load(), native.load())
    assert np.issubdtype(portable["time"].dtype, np.datetime64)


def test_the_root_and_what_is_between(server: Server, kernel, zarr_format):
    def members(path: str) -> set[str]:
        accept = {"Accept": "application/json"}
        return set(server.get(f"zarr/v{zarr_format}/{path}", headers=accept).json()["members"])

    assert members("portable") == members("") >= {"files", "kernels", "demo"}
    assert kernel.id in members("portable/kernels/")
    assert "portable" not in members("")  # a view is no member


def test_outdated_metadata_of_a_view_get_no_chunks(server: Server, kernel):
    path = f"zarr/v3/portable/{kernel.path}/changing"
    kernel.run("jz.publish(changing=np.array(['2000'], 'M8[s]'))")
    assert server.get(f"{path}/zarr.json").status_code == 200
    kernel.run("jz.publish(changing=np.zeros(1, 'c16'))")
    assert server.get(f"{path}/c/0").status_code == 409
    assert server.get(f"{path}/zarr.json").json()["shape"] == [1, 2]
    assert server.get(f"{path}/c/0/0").status_code == 404  # fill value
    assert server.get(f"zarr/v3/{kernel.path}/changing/c/0").status_code == 404


def test_versions_make_etags_of_their_own(server: Server, kernel):
    native = server.get(f"zarr/v3/{kernel.path}/times/c/0")
    portable = server.get(f"zarr/v3/portable/{kernel.path}/times/c/0")
    assert native.headers["ETag"] != portable.headers["ETag"]
    again = server.get(
        f"zarr/v3/portable/{kernel.path}/times/c/0", headers={"If-None-Match": portable.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["portable/portable/files", "portable/nowhere", "portable/files/../x"])
def test_nothing_else_is_there(server: Server, path):
    assert server.get(f"zarr/v3/{path}/zarr.json").status_code == 404
