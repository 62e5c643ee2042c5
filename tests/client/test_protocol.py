"""``jupyter://`` where others open addresses: fsspec, zarr-python, xarray, dask and its workers."""

import json
import os
import pickle
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from jupyter_zarr_serve.client.filesystem import JupyterFileSystem

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
import dask.array as da, fsspec, xarray as xr, zarr
from dask.distributed import Client, LocalCluster
import jupyter_zarr_serve as jz

KEY = "jupyter://files/protocol/x.npy/zarr.json"

if __name__ == "__main__":
    told = {
        "zarr": zarr.open("jupyter://files/protocol/x.npy", mode="r")[:].tolist(),
        "short": zarr.open("jupyter://protocol/x.npy", mode="r")[:].tolist(),
        "xarray": list(xr.open_zarr("jupyter://protocol/d.nc")),
        "engine": list(xr.open_dataset("jupyter://protocol/d.nc", engine="jupyter")),
        "named": list(xr.open_dataset("protocol/d.nc", engine="jupyter", chunks={})),
        "fsspec": json.loads(fsspec.open(KEY).open().read())["shape"],
    }
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster):
        told["dask"] = int(da.from_zarr("jupyter://files/protocol/x.npy").sum().compute())
        told["open"] = int(jz.open("protocol/x.npy", as_="dask").sum().compute())
    print(json.dumps(told))
"""


@pytest.fixture
def files(served_dir):
    folder = served_dir / "protocol"
    folder.mkdir(exist_ok=True)
    np.save(folder / "x.npy", np.arange(5))
    xr.Dataset({"t": ("x", [1.0, 2])}, {"x": [3, 4]}).to_netcdf(folder / "d.nc", engine="h5netcdf")
    return folder


def test_every_library_opens_it_with_no_token_in_sight(mine, files, tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    metadata = tmp_path / "ours-1.dist-info"  # as an installation of this very checkout has them
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1\n")
    points = project["entry-points"]
    groups = [f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in points[name].items()) for name in points]
    (metadata / "entry_points.txt").write_text("\n".join(groups))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=False, timeout=250
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        **{"zarr": [0, 1, 2, 3, 4], "short": [0, 1, 2, 3, 4]},
        **{"xarray": ["t"], "engine": ["t"], "named": ["t"], "fsspec": [5], "dask": 10, "open": 10},
    }
    assert mine.token not in done.stdout + done.stderr


def test_files_are_keys_and_folders_are_groups(mine, files):
    system = JupyterFileSystem()
    assert "protocol/x.npy" in system.ls("jupyter://protocol", detail=False)
    assert system.info("protocol/x.npy")["type"] == "directory"
    whole = system.cat_file("protocol/x.npy/zarr.json")
    assert system.info("protocol/x.npy/zarr.json")["size"] == len(whole)
    assert system.cat_file("protocol/x.npy/zarr.json", 2, 9) == whole[2:9]
    assert system.cat_file("protocol/x.npy/zarr.json", -5) == whole[-5:]
    assert not system.exists("protocol/none.npy/zarr.json")
    with pytest.raises(FileNotFoundError, match=r"none\.npy"):
        system.cat_file("protocol/none.npy/zarr.json")


def test_a_token_that_was_given_is_in_no_pickle(mine, files, environment, tmp_path):
    environment.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    system = JupyterFileSystem(token=mine.token, server=mine.url)
    pickled = pickle.dumps(system)
    assert mine.token.encode() not in pickled
    assert mine.token not in repr(system.storage_options)
    assert pickle.loads(pickled).exists("protocol/x.npy/zarr.json")
