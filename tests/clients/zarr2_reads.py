"""Run by zarr-python 2.18: save every array of a store, and the keys of every group, to a file.

Arguments: the store's URL, its token, the paths to read as JSON, the target.
"""

import json
import pickle
import sys
from pathlib import Path

import fsspec
import zarr

url, token, paths, target = sys.argv[1:]
headers = {"Authorization": f"token {token}"}
root = zarr.open(fsspec.get_mapper(url, client_kwargs={"headers": headers}), mode="r")
arrays = {path: root[path][...] for path in json.loads(paths)}
with Path(target).open("wb") as file:
    pickle.dump({"version": zarr.__version__, "keys": sorted(root.keys()), "arrays": arrays}, file)
