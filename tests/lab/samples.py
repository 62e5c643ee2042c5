"""A small file for each suffix that a reader knows."""

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import eccodes
import h5py
import netCDF4
import numpy as np
import pyarrow as pa
import tifffile
import zarr
from PIL import Image
from pyarrow import feather, parquet

from jupyter_zarr_serve.readers import FORMATS

VALUES = np.arange(12, dtype="u1").reshape(3, 4)
TABLE = pa.table({"a": [1, 2], "b": [3.5, 4.5]})


def hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["image"] = VALUES


def netcdf(path: Path) -> None:
    with netCDF4.Dataset(
        path, "w", format="NETCDF4" if path.suffix == ".nc" else "NETCDF3_CLASSIC"
    ) as file:
        file.createDimension("x", 3)
        file.createVariable("t", "f8", ("x",))[:] = range(3)


def zarr_store(path: Path) -> None:
    if path.suffix == ".tar":
        folder = path.with_name("in-a-tar.zarr")
        zarr_store(folder)
        with tarfile.open(path, "w") as archive:
            archive.add(folder, folder.name)
        shutil.rmtree(folder)
        return
    store = (
        zarr.storage.ZipStore(path, mode="w") if path.suffix == ".zip" else zarr.storage.LocalStore(path)
    )
    zarr.create_array(store, data=VALUES)
    store.close()


def text(path: Path) -> None:
    path.write_text("a\tb\n1\t2\n" if path.suffix == ".tsv" else "a,b\n1,2\n")


def arrow(path: Path) -> None:
    if path.suffix != ".arrows":
        feather.write_feather(TABLE, path, compression="uncompressed")
        return
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)


def grib(path: Path) -> None:
    edition = 2 if path.suffix.endswith("2") else 1
    handle = eccodes.codes_grib_new_from_samples(f"regular_ll_sfc_grib{edition}")
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)


WRITERS: dict[str, Callable[[Path], object]] = {  # by the readers' modules
    "npy": lambda path: np.save(path, VALUES),
    "npz": lambda path: np.savez(path, a=VALUES),
    "hdf5": hdf5,
    "netcdf": netcdf,
    "zarr_store": zarr_store,
    "csv": text,
    "arrow.parquet": lambda path: parquet.write_table(TABLE, path),
    "arrow.feather": arrow,
    "tiff": lambda path: tifffile.imwrite(path, VALUES, bigtiff=path.suffix in {".btf", ".tf8"}),
    "image": lambda path: Image.fromarray(VALUES).save(path),
    "grib": grib,
}


def write_samples(folder: Path) -> list[str]:
    """Write a file of each suffix; returns their names, of one format after those of another."""
    folder.mkdir()
    names = []
    for row in FORMATS:
        for suffix in row.suffixes:
            WRITERS[row.module](folder / f"a{suffix}")
            names.append(f"a{suffix}")
    return names
