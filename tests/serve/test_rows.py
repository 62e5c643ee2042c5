"""Rows as plain bytes: those of the array that the client knows, and never of memory that may change."""

import json

import numpy as np
import pytest

from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry
from jupyter_zarr_serve.serve.request import VALUES, Request
from jupyter_zarr_serve.serve.rows import array_told

ARRAY = np.arange(12.0).reshape(4, 3)


def rows(obj, *, frozen=False, path=("x",), **options):
    registry = Registry()
    registry.put({"x": registry.make("x", obj, Options(frozen=frozen))})
    shape, dtype = array_told(ARRAY.shape, ARRAY.dtype)
    told = {"start": 0, "stop": 4, "shape": shape, "dtype": dtype, **options}
    return registry.answer(Request(3, path, form=VALUES, options=tuple(told.items())))


@pytest.mark.parametrize("frozen", [True, False])
def test_they_are_in_c_order_and_live_ones_are_copied(frozen):
    array = ARRAY.copy()
    response = rows(array, frozen=frozen, start=1, stop=3)
    assert (response.status, response.form, response.size) == (200, VALUES, 48)
    array[1] = -1
    first = np.frombuffer(response.body).reshape(2, 3)[0]
    assert first.tolist() == ([-1, -1, -1] if frozen else [3, 4, 5])


def test_live_ones_are_not_copied_for_who_copies_them_from_memory():
    array = ARRAY.copy()
    assert np.shares_memory(np.frombuffer(rows(array, memory=1).body), array)
    assert not np.shares_memory(np.frombuffer(rows(array).body), array)


@pytest.mark.parametrize(
    ("obj", "options", "status", "words"),
    [
        (ARRAY, {"dtype": "<i8"}, 409, "open it anew"),
        (ARRAY, {"shape": "3,4"}, 409, "open it anew"),
        (ARRAY, {"shape": 4}, 409, "open it anew"),
        ({"a": ARRAY}, {}, 409, "open it anew"),
        (ARRAY, {"start": 3, "stop": 3}, 422, "chunks"),
        (ARRAY, {"start": -1}, 422, "chunks"),
        (ARRAY, {"stop": 5}, 422, "chunks"),
        (ARRAY, {"stop": "4"}, 422, "number"),
        (ARRAY, {"path": ("x", "c", "0", "0")}, 409, "open it anew"),
        (ARRAY, {"path": ("y",)}, 404, "y"),
    ],
)
def test_what_there_is_not_is_refused(obj, options, status, words):
    response = rows(obj, **options)
    assert response.status == status
    assert words in json.loads(response.body)["message"]
