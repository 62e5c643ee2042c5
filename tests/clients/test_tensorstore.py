"""tensorstore reads every array of the torture tree, and of its portable view."""

from collections.abc import Iterator

import numpy as np
import tensorstore as ts

from tests.clients.conftest import Jury
from tests.clients.native_jury import hear_native, hear_portable
from tests.clients.verdicts import Answer, Question, answer_of, error_of

DRIVERS = {2: "zarr", 3: "zarr3"}


def opened(question: Question, path: str) -> "ts.Future[ts.TensorStore]":
    headers = [f"{name}: {value}" for name, value in question.headers.items()]
    store = {"driver": "http", "base_url": f"{question.url_of(path)}/", "headers": headers}
    return ts.open({"driver": DRIVERS[question.zarr_format], "kvstore": store}, read=True, open=True)


def read(question: Question) -> Iterator[Answer]:
    """The answers; all arrays are opened at once."""
    waiting = {path: opened(question, path) for path in question.paths}
    for path, future in waiting.items():
        try:
            yield answer_of(path, values_of(future.result()))
        except (ValueError, TypeError) as error:
            yield error_of(path, error)


def values_of(array: ts.TensorStore) -> np.ndarray:
    values = array.read().result()
    if values.dtype.itemsize == 0:
        raise TypeError(f"{array.dtype} becomes elements of no size in NumPy")
    return np.asarray(values)


def test_every_value(jury_server: Jury, side, zarr_format):
    hear_native("tensorstore", jury_server, side, zarr_format, read)


def test_every_portable_value(jury_server: Jury, side, zarr_format):
    hear_portable("tensorstore", jury_server, side, zarr_format, read)
