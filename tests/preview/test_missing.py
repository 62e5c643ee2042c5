"""What is missing is missing wherever values are shown, by whichever attribute the source marks it."""

import json
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve.core.meant import as_meant
from jupyter_zarr_serve.core.nodes import Array, Group, Policy, make_array
from jupyter_zarr_serve.preview.rows import rows
from jupyter_zarr_serve.preview.values import line, stats
from jupyter_zarr_serve.views import viewed
from tests.exports.parts import file
from tests.nodes import read_all

MARKS: dict[str, dict[str, Any]] = {
    "_FillValue": {"_FillValue": -9},
    "missing_value": {"missing_value": -9},
    "missing_value in an array": {"missing_value": np.array([-9], "i2")},
    "both, alike": {"_FillValue": -9, "missing_value": -9},
    "both, of which one does not occur": {"_FillValue": -1, "missing_value": -9},
    "several": {"missing_value": [-99, -9]},
    "a mark that is no element": {"_FillValue": 0.5, "missing_value": -9},
}


def array_of(values: np.ndarray, **attributes: Any) -> Array:
    return make_array(
        values.shape, values.dtype, values.__getitem__, Policy(), attributes=attributes
    )  # fmt: skip


@pytest.mark.parametrize("dtype", ["i2", "f4"])
@pytest.mark.parametrize("mark", MARKS)
def test_a_column_has_holes_where_its_source_says_so(mark: str, dtype: str):
    array = array_of(np.array([5, -9, 7], dtype), **MARKS[mark])
    shown = [text and float(text) for (text,) in rows(array, 0, 9)["rows"]]
    assert shown == [5, None, 7]
    told = stats(array)
    assert (told["min"], told["max"], told["nan_count"]) == (5, 7, 1)
    assert line(array, 0, 3, 3)["min"] == [5, None, 7]
    assert json.loads(file(array, "json"))["values"] == [5, None, 7]
    assert [line and float(line) for line in file(array, "csv").decode().splitlines()] == [5, "", 7]


def test_two_marks_are_both_missing():
    array = array_of(np.array([5, -9, -1, 7], "i2"), _FillValue=-1, missing_value=[-9, -99])
    assert [text for (text,) in rows(array, 0, 9)["rows"]] == ["5", None, None, "7"]
    assert stats(array)["nan_count"] == 2


def test_marks_may_have_the_sign_that_is_meant():
    array = array_of(np.array([5, 250, 7], "u1").view("i1"), _Unsigned="true", missing_value=250)
    assert [text for (text,) in rows(array, 0, 9)["rows"]] == ["5", None, "7"]


def test_projections_leave_out_what_is_missing():
    stack = np.full((3, 2, 2), -9, "i2")
    stack[1:] = 4
    group = viewed(array_of(stack, missing_value=-9), "ome;mean,y,x")
    assert isinstance(group, Group)
    np.testing.assert_array_equal(read_all(group.children["0"]), np.full((2, 2), 4.0))


@pytest.mark.parametrize("told", ["none", None, [], {}, np.nan, 0.5, [0.5, [2]], [[0.5], [0.25]]])
def test_what_marks_nothing_changes_nothing(told: Any):
    array = array_of(np.arange(3, dtype="i2"), missing_value=told)
    assert as_meant(array) is array


def test_chunks_are_sent_as_they_are_stored_where_one_mark_suffices():
    array = array_of(np.arange(3.0), missing_value=-9)
    seen = as_meant(array)
    assert (seen.reading, seen.stored, seen.missing_mark) == (array.reading, array.stored, -9)
    assert as_meant(seen) is seen
