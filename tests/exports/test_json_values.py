"""Elements as JSON: exact, with names for what JSON has no numbers for."""

import json

import numpy as np
import pytest

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.nodes import Policy, make_array
from tests.exports.parts import file, refusal


def told(obj, **options):
    return json.loads(file(obj, "json", **options))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([2**63 - 1, -(2**63)]), [2**63 - 1, -(2**63)]),
        (np.array([2**64 - 1], "u8"), [2**64 - 1]),
        (np.array([True, False]), [True, False]),
        (np.array([0.1, np.nan, np.inf, -np.inf]), [0.1, "NaN", "Infinity", "-Infinity"]),
        (np.array([1 + 2j, complex(np.nan, -1)]), [[1.0, 2.0], ["NaN", -1.0]]),
        (np.array(["2020-01-01T00:00", "NaT"], "M8[m]"), ["2020-01-01T00:00", None]),
        (np.array([3, "NaT"], "m8[s]"), ["3 seconds", None]),
        (np.array(["é\u2028", "x" * 500]), ["é\u2028", "x" * 500]),
        (np.array([b"\xff\x01"]), [r"b'\xff\x01'"]),
        (np.array([(1, "a"), (2, "b")], [("n", "i8"), ("t", "U2")]), [[1, "a"], [2, "b"]]),
    ],
)
def test_values(values, expected):
    assert told(values)["values"] == expected


def test_shape_and_dtype():
    found = told(np.arange(24, dtype=">u2").reshape(2, 3, 4), region="1,:2,3")
    assert found == {"shape": [2], "dtype": "uint16", "values": [15, 19]}
    assert told(np.array(1.5)) == {"shape": [], "dtype": "float64", "values": [1.5]}


def test_missing_values_are_null():
    values = np.array([1, -1, 3])
    marked = make_array((3,), values.dtype, values.__getitem__, Policy(), attributes={"_FillValue": -1})
    assert told(marked)["values"] == [1, None, 3]


def test_text_of_any_length():
    assert told(np.array(["a", "ßßß" * 99], np.dtypes.StringDType()))["values"] == ["a", "ßßß" * 99]


def test_it_is_bounded(monkeypatch):
    huge = make_array((10**12,), np.dtype("f8"), lambda region: pytest.fail("it was read"), Policy())
    assert refusal(huge, "json")[0] == 422
    wide = make_array((1000,), np.dtype("S1000000"), lambda region: pytest.fail("it was read"), Policy())
    assert refusal(wide, "json")[0] == 422
    monkeypatch.setattr(limits, "EXPORT_JSON", 100)
    status, message = refusal(np.array(["x" * 1000], np.dtypes.StringDType()), "json")
    assert (status, "smaller region" in message) == (422, True)
