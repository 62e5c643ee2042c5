"""Real files, written by other people's programs, read back through a real server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import imagecodecs
import numpy as np
import pandas as pd
import PIL.Image
import pyarrow.feather
import pyarrow.parquet
import pytest
import tifffile
import xarray as xr

from tests.real_data import collect
from tests.server import Server


@pytest.fixture(scope="module")
def real(served_dir: Path) -> Path:
    folder = served_dir / "real"
    collect(folder)
    return folder


def served(server: Server, zarr_format: int, path: str) -> Any:
    return server.open(zarr_format, f"files/real/{path}")


def files_of(real: Path, *suffixes: str) -> list[Path]:
    found = sorted(path for path in real.rglob("*") if path.suffix in suffixes)
    assert found
    return found


def name_of(real: Path, path: Path) -> str:
    return path.relative_to(real).as_posix()


def dataset(server: Server, zarr_format: int, path: str, **kwargs: Any) -> xr.Dataset:
    url = server.store_url(zarr_format, f"files/real/{path}")
    return xr.open_zarr(url, storage_options=server.storage_options, chunks=None, **kwargs)


def test_npz_and_npy(server: Server, real, zarr_format):
    compared = 0
    for path in files_of(real, ".npz"):
        with np.load(path) as archive:
            group = served(server, zarr_format, name_of(real, path))
            for name in archive.files:
                expected = archive[name]
                np.testing.assert_array_equal(np.asarray(group[name][...]), expected)
                compared += 1
    for path in files_of(real, ".npy"):
        expected = np.load(path)
        np.testing.assert_array_equal(served(server, zarr_format, name_of(real, path))[...], expected)
    assert compared > 5


def test_png_and_jpeg(server: Server, real, zarr_format):
    for path in files_of(real, ".png", ".jpg"):
        read = served(server, zarr_format, name_of(real, path))
        np.testing.assert_array_equal(read[...], pixels(path), err_msg=str(path))


def pixels(path: Path) -> np.ndarray:
    """What Pillow decodes; palettes as colours, and 16 bits a channel by a library that knows them."""
    data = path.read_bytes()
    if path.suffix == ".png" and data[24] == 16:
        return imagecodecs.png_decode(data)
    image = PIL.Image.open(path)
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    return np.asarray(image)


def test_tiff(server: Server, real, zarr_format):
    for path in files_of(real, ".tif"):
        read = served(server, zarr_format, name_of(real, path))
        np.testing.assert_array_equal(read[...], tifffile.imread(path))


def test_csv(server: Server, real, zarr_format):
    for path in files_of(real, ".csv"):
        try:
            expected = frame(path)
        except pd.errors.ParserError:  # a preface before the table
            answer = server.get(f"zarr/v{zarr_format}/files/real/{name_of(real, path)}/index/.zarray")
            assert answer.status_code == 422
            assert path.name in answer.json()["message"]
            assert "line" in answer.json()["message"]
            continue
        table = served(server, zarr_format, name_of(real, path))
        for name in expected.columns:
            if not set(str(name)) & set("/#?%"):
                compare_column(table[str(name)][:], expected[name], f"{path}: {name}")


def frame(path: Path) -> pd.DataFrame:
    """What pandas reads, told what it does not find out: the delimiter and the encoding."""
    data = path.read_bytes()
    head = data[:2000]
    delimiter = max(",;\t", key=lambda mark: head.count(mark.encode()))
    try:
        data.decode()
    except UnicodeDecodeError:
        return pd.read_csv(path, sep=delimiter, low_memory=False, encoding="latin-1")
    return pd.read_csv(path, sep=delimiter, low_memory=False)


def compare_column(read: np.ndarray, expected: pd.Series, what: str) -> None:
    if expected.dtype.kind in "OUT" or isinstance(expected.dtype, pd.StringDtype):
        assert [str(value) for value in read] == list(expected.fillna("")), what
    else:
        np.testing.assert_array_equal(read, expected.to_numpy(), err_msg=what)


NETCDF = ["xarray/xarray/tests/data/example_1.nc", "xarray/xarray/tests/data/bears.nc",
          "scipy/scipy/io/tests/data/example_1.nc", "scipy/scipy/io/tests/data/example_2.nc",
          "scipy/scipy/io/tests/data/example_3_maskedvals.nc"]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*has multiple fill values:xarray.SerializationWarning")
@pytest.mark.parametrize("path", NETCDF)
def test_netcdf_is_what_xarray_opens(server: Server, real, zarr_format, path):
    expected = xr.open_dataset(real / path)
    if zarr_format == 3:  # xarray knows no mark of missing data for bytes in version 3
        marked = [n for n, v in xr.open_dataset(real / path, decode_cf=False).items()
                  if v.dtype.kind == "S" and "_FillValue" in v.attrs]  # fmt: skip
        expected = expected.drop_vars(marked)
    served_dataset = dataset(server, zarr_format, path)
    xr.testing.assert_identical(served_dataset[list(expected.variables)], expected)


def test_hdf5(server: Server, real, zarr_format):
    compared = 0
    for path in files_of(real, ".h5", ".h5ad"):
        group = served(server, zarr_format, name_of(real, path))
        with h5py.File(path) as file:
            compared += compare_hdf5(group, file)
    assert compared > 10


def compare_hdf5(served_group: Any, group: h5py.Group) -> int:
    """Compare every dataset; the number compared."""
    compared = 0
    for name, item in group.items():
        if isinstance(item, h5py.Group):
            if not {"encoding-type", "h5sparse_format"} & set(item.attrs) or "indptr" not in item:
                compared += compare_hdf5(served_group[name], item)
        elif item.dtype.names is not None:
            compared += compare_fields(served_group[name], item)
        elif item.shape is not None:
            compare_values(served_group[name], item)
            compared += 1
    return compared


def compare_fields(structure: Any, item: h5py.Dataset) -> int:
    """A structure is one array, or a group if it has fields that are arrays or text of any length."""
    names = [name for name in item.dtype.names if item.dtype[name].kind != "O"]
    for name in names:
        read = structure[name][...] if hasattr(structure, "keys") else structure[...][name]
        np.testing.assert_array_equal(read, item[name])
    return len(names)


def compare_values(array: Any, item: h5py.Dataset) -> None:
    text = h5py.check_string_dtype(item.dtype)
    if text and text.length is None:
        read, expected = np.asarray(array[...], object), np.asarray(item.asstr()[()], object)
        assert read.tolist() == expected.tolist()
    else:
        np.testing.assert_array_equal(array[...], item[()])


@pytest.mark.parametrize(
    ("path", "matrix"),
    [
        ("scanpy/scanpy/datasets/10x_pbmc68k_reduced.h5ad", "raw/X"),
        ("scanpy-old/scanpy/datasets/10x_pbmc68k_reduced.h5ad", "raw.X"),
    ],
)
def test_h5ad_matrix(server: Server, real, zarr_format, path, matrix):
    with h5py.File(real / path) as file:
        group = file[matrix]
        counts, indices, indptr = (group[name][:] for name in ("data", "indices", "indptr"))
        shape = tuple(group.attrs.get("shape", group.attrs.get("h5sparse_shape")))
    expected = np.zeros(shape, counts.dtype)
    for row in range(shape[0]):
        part = slice(indptr[row], indptr[row + 1])
        expected[row, indices[part]] = counts[part]
    np.testing.assert_array_equal(served(server, zarr_format, path)[matrix][...], expected)


READ_TABLE: dict[str, Callable[[Path], Any]] = {
    ".parquet": pyarrow.parquet.read_table,
    ".feather": pyarrow.feather.read_table,
}


@pytest.mark.parametrize("suffix", READ_TABLE)
def test_arrow_tables(server: Server, real, zarr_format, suffix):
    for path in files_of(real, suffix):
        expected = READ_TABLE[suffix](path)
        group = served(server, zarr_format, name_of(real, path))
        assert len(list(group.keys())) > 0
        for name in expected.column_names:
            column = expected[name]
            if column.null_count == 0 and column.type.equals(pyarrow.float64()):
                np.testing.assert_array_equal(group[name][:], column.to_numpy())


def test_every_real_file_is_listed(server: Server, real, zarr_format):
    listed = set(served(server, zarr_format, "statsmodels/statsmodels/datasets/anes96").keys())
    assert "anes96.csv" in listed
