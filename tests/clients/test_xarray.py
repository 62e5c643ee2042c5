"""xarray opens groups of the torture tree: as they are stored, and decoded to what they stand for."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.clients.cannot import is_asked_of_xarray
from tests.clients.conftest import Jury
from tests.clients.jury import hear
from tests.clients.verdicts import Answer, Question, answer_of, error_of
from tests.torture import datasets
from tests.torture.tables import FRAMES

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*does not have a Zarr V3 specification",
    "ignore:Failed to open Zarr store with consolidated metadata",  # folders have none
)


def opened(question: Question, group: str, **options: Any) -> xr.Dataset:
    return xr.open_zarr(
        question.url_of(group), storage_options={"client_kwargs": {"headers": question.headers}},
        zarr_format=question.zarr_format, chunks=None, **options,
    )  # fmt: skip


def answers(question: Question) -> list[Answer]:
    """Every variable as it is stored."""
    found: list[Answer] = []
    for group in sorted({path.rpartition("/")[0] for path in question.paths}):
        paths = [path for path in question.paths if path.rpartition("/")[0] == group]
        try:
            dataset = opened(question, group, decode_cf=False, consolidated=None)
        except Exception as error:  # noqa: BLE001 (whatever a client raises is its answer)
            found += [error_of(path, error) for path in paths]
            continue
        found += [answer_of(path, dataset.variables[path.rpartition("/")[2]].values) for path in paths]
    return found


def test_every_value(jury_server: Jury, side, zarr_format):
    question = jury_server.question(side, zarr_format)
    paths = list(filter(is_asked_of_xarray, question.paths))
    question = Question(question.url, zarr_format, paths, question.headers)
    hear("xarray", side, zarr_format, answers(question), paths)


@pytest.mark.parametrize("way", ["open_zarr", "open_dataset"])
def test_a_dataset_is_decoded(jury_server: Jury, side, zarr_format, way):
    question = jury_server.question(side, zarr_format)
    if way == "open_zarr":
        read = opened(question, "dataset.nc")
    else:
        options = {"client_kwargs": {"headers": question.headers}}
        read = xr.open_dataset(question.url_of("dataset.nc"), engine="zarr", storage_options=options)
    expected = xr.decode_cf(datasets.dataset())
    xr.testing.assert_identical(read.drop_vars("station").load(), expected.drop_vars("station"))
    assert read["station"].values.tolist() == expected["station"].values.tolist()
    assert np.isnan(read["temperature"].values[1, 1, 1])
    assert read["counts"].dtype == np.dtype("i4")


def test_a_tree_of_datasets(jury_server: Jury, side, zarr_format):
    url = jury_server.url(side, zarr_format, "datatree.nc")
    options = {"client_kwargs": {"headers": jury_server.server.headers}}
    read = xr.open_datatree(url, engine="zarr", storage_options=options).load()
    xr.testing.assert_identical(read, datasets.tree())


@pytest.mark.parametrize("table", [name for name in FRAMES if name != "empty"])
def test_a_table_is_decoded(jury_server: Jury, side, zarr_format, table):
    question = jury_server.question(side, zarr_format)
    read = opened(question, f"tables/{table}.parquet").load()
    _, stored = FRAMES[table]()
    assert set(read.variables) == set(stored)
    for name, values in stored.items():
        np.testing.assert_array_equal(read[name].values, _decoded(values, read[name]))


def _decoded(values: np.ndarray, array: xr.DataArray) -> np.ndarray:
    """Values as xarray decodes them: marked integers are missing, text has a dtype of its own."""
    mark = array.encoding.get("_FillValue")
    if mark is not None and values.dtype.kind in "iu":
        assert mark in values
        return np.where(values == mark, np.nan, values)
    return values.astype(array.dtype) if values.dtype.kind == "O" else values
