"""`jz.open` and ``jupyter://`` give what zarr-python 2.18 reads, where that is installed."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np

from tests.clients.environments import zarr2
from tests.kernels.jupyter import running_notebook

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, pickle, zarr, fsspec
import jupyter_zarr_serve as jz
fsspec.register_implementation("jupyter", "jupyter_zarr_serve.client.filesystem.JupyterFileSystem")
array, group = jz.open("two/x.npy"), jz.open("two/a.ipynb/g")
told = {
    "version": zarr.__version__,
    "values": array[:].tolist(),
    "again": pickle.loads(pickle.dumps(array))[1:3].tolist(),
    "members": sorted(group),
    "member": group["a"][...].tolist(),
    "nested": group["b/c"][:].tolist(),
    "past": "the kernel's socket" in repr(group.store),
    "whole": jz.open("two/a.ipynb/g/a", as_="numpy").tolist(),
    "frame": jz.open("two/a.ipynb/f", as_="pandas")["t"].fillna("").tolist(),
    "dask": int(jz.open("two/x.npy", as_="dask").sum().compute()),
    "table": list(jz.open("two/table.csv", as_="polars").columns),
    "array": jz.open("two/x.npy", as_="xarray").values.tolist(),
    "sparse": int(jz.open("two/a.ipynb/s", as_="sparse").nnz),
    "address": zarr.open("jupyter://two/x.npy", mode="r")[:].tolist(),
}
try:
    array[:] = 1
except (ValueError, PermissionError, zarr.errors.ReadOnlyError) as error:
    told["write"] = type(error).__name__
print(json.dumps(told))
"""
PUBLISH = """
import numpy as np, pandas as pd, jupyter_zarr_serve as jz
jz.publish(g={"a": np.arange(6.0).reshape(2, 3), "b": {"c": np.ones(2, "i2")}})
import scipy.sparse
jz.publish(s=scipy.sparse.csr_array(np.eye(3)))
jz.publish(f=pd.DataFrame({"n": [1, 2], "t": ["x", None]}))
"""


def test_it_gives_what_zarr_2_reads(mine, served_dir):
    folder = served_dir / "two"
    folder.mkdir()
    np.save(folder / "x.npy", np.arange(5))
    (folder / "table.csv").write_text("a,b\n1,2\n")
    with running_notebook(mine, "two/a.ipynb") as (kernel, _):
        kernel.run(PUBLISH)
        done = subprocess.run(
            [zarr2(), "-c", PROGRAM], env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=False, timeout=250,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        **{"version": "2.18.7", "values": [0, 1, 2, 3, 4], "again": [1, 2]},
        **{"members": ["a", "b"], "member": [[0, 1, 2], [3, 4, 5]], "nested": [1, 1], "past": True},
        **{"whole": [[0, 1, 2], [3, 4, 5]], "frame": ["x", ""], "dask": 10, "address": [0, 1, 2, 3, 4]},
        **{"table": ["a", "b"], "array": [0, 1, 2, 3, 4], "sparse": 3},
        "write": "ReadOnlyError",
    }
    assert mine.token not in done.stdout + done.stderr
