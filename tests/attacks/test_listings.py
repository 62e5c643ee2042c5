"""No listing of a folder reads the data of its files, whatever their format."""

import itertools
import warnings
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import tifffile
import xarray as xr
import zarr
from PIL import Image
from pyarrow import feather
from scipy import sparse
from scipy.io import netcdf_file

from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.readers import FORMATS, suffix_of
from jupyter_zarr_serve.serve.request import JSON, LINKS, NODE, Request
from jupyter_zarr_serve.serve.respond import respond
from tests.readers.test_grib import message

NOISE = np.random.default_rng(0).random(50_000)
PIXELS = (NOISE[:40_000].reshape(200, 200) * 256).astype("u1")
TABLE = pd.DataFrame({"x": NOISE[:20_000], "s": NOISE[:20_000].astype(str)})
HEADS = 80_000  # bytes; of a CSV file 64 KiB are read to find its first two rows
BODY = 2 * HEADS


def _hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["x"] = NOISE
        file.create_dataset("c", data=NOISE, chunks=(1000,), compression="gzip")
        file.create_dataset("t", data=[*map(str, NOISE[:1000])], dtype=h5py.string_dtype())
        matrix = sparse.random(300, 300, 0.2, format="csr", random_state=0)
        group = file.create_group("s")
        group.attrs.update(
            {"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": [300, 300]}
        )
        for part in ("data", "indices", "indptr"):
            group[part] = getattr(matrix, part)


def _classic(path: Path) -> None:
    with netcdf_file(path, "w") as file:
        file.createDimension("t", len(NOISE))
        file.createVariable("x", "f8", ("t",))[:] = NOISE


def _version_1(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feather.write_feather(TABLE, path, version=1)


WRITERS = {
    "a.npy": lambda path: np.save(path, NOISE),
    "a.npz": lambda path: np.savez(path, x=NOISE),
    "b.npz": lambda path: np.savez_compressed(path, x=NOISE),
    "s.npz": lambda path: sparse.save_npz(path, sparse.random(500, 500, 0.2, format="csr", random_state=0)),
    "a.h5": _hdf5,
    "a.nc": lambda path: xr.Dataset({"x": ("t", NOISE)}).to_netcdf(path),
    "b.nc": _classic,
    "a.zarr": lambda path: zarr.save_array(path, NOISE),
    "a.zarr.zip": lambda path: zarr.save_array(zarr.storage.ZipStore(path, mode="w"), NOISE),
    "a.csv": lambda path: TABLE.to_csv(path, index=False),
    "a.tsv": lambda path: TABLE.to_csv(path, index=False, sep="\t"),
    "a.parquet": lambda path: TABLE.to_parquet(path, row_group_size=5000),
    "a.feather": TABLE.to_feather,
    "b.feather": _version_1,
    "a.tif": lambda path: tifffile.imwrite(path, np.stack([PIXELS] * 9)),
    "b.tif": lambda path: tifffile.imwrite(path, np.stack([PIXELS] * 9), tile=(64, 64), compression="lzw"),
    "a.png": lambda path: Image.fromarray(NOISE.view("u1")[:300_000].reshape(300, 1000)).save(path),
    "a.jpg": lambda path: Image.fromarray(NOISE.view("u1").reshape(400, 1000)).save(path, quality=99),
    "a.grib": lambda path: path.write_bytes(
        message(np.resize(NOISE, 120_000), Ni=400, Nj=300, latitudeOfFirstGridPointInDegrees=299)
    ),
}  # fmt: skip


def bytes_read() -> int:
    """What this process has read so far, by whatever library."""
    return int(Path("/proc/self/io").read_text().split()[1])


def listings(root: Group, name: str) -> set[bytes]:
    """All that lists or describes a folder; what PROPFIND tells is what the links tell."""
    asked = [Request(n, (name, ""), form=form) for n, form in itertools.product((2, 3), (JSON, LINKS))]
    asked.append(Request(3, (name,), form=NODE, options=(("limit", 100),)))
    documents = [
        Request(3, (name, "zarr.json")),
        *(Request(2, (name, key)) for key in (".zgroup", ".zattrs")),
    ]
    answers = [respond(root, request) for request in (*asked, *documents)]
    assert {answer.status for answer in answers} == {200}
    assert respond(root, Request(2, (name, ".zmetadata"))).status == 404
    return {bytes(answer.body) for answer in answers[: len(asked)]}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Group:
    """A folder of each file, and one of all: what is read there once are the libraries' own files."""
    top = tmp_path_factory.mktemp("listings")
    for name, write in WRITERS.items():
        for folder in ("all", name):
            (top / f"in {folder}").mkdir(exist_ok=True)
            write(top / f"in {folder}" / name)
    root = Library(top, Policy()).top()
    assert isinstance(root, Group)
    listings(root, "in all")
    return root


@pytest.mark.parametrize("name", WRITERS)
def test_no_listing_reads_data(library: Group, name: str) -> None:
    before = bytes_read()
    found = listings(library, f"in {name}")
    assert bytes_read() - before < HEADS
    assert all(name.encode() in body for body in found)


def test_each_format_is_tried_and_has_more_data_than_may_be_read(library: Group, tmp_path: Path) -> None:
    suffixes = {suffix_of(name) for name in WRITERS}
    assert all(suffixes & {*row.suffixes} for row in FORMATS)
    for name, write in WRITERS.items():
        write(tmp_path / name)
        parts = [tmp_path / name, *(tmp_path / name).rglob("*")]
        assert sum(part.stat().st_size for part in parts if part.is_file()) > BODY, name
