"""The judge is strict: it tells apart what looks alike."""

import json

import numpy as np
import pytest

from tests.clients.jury import shown
from tests.clients.verdicts import EXACT, REFUSED, WRONG, answer_of, error_of, judge

STRUCT = np.array([(1, 2.5)], [("a", "<i2"), ("b", "<f4")])
NAN = np.array([0x7FF8000000000001], "<u8").view("<f8")


def said(values):
    return json.loads(json.dumps(answer_of("x", values)))


@pytest.mark.parametrize(
    "values",
    [
        np.arange(3), np.arange(3, dtype=">i4"), np.array(2.5), np.zeros((0, 3)), STRUCT, NAN,
        STRUCT.astype([("a", ">i2"), ("b", ">f4")]), np.array(["a", "🦀"]), np.array(["NaT"], "M8[s]"),
        np.array(["", "x\0"], object), np.array([b"", b"\xff"], object), np.array([], object),
    ],
    ids=str,
)  # fmt: skip
def test_the_same_is_exact(values):
    assert judge(said(values), values) == EXACT


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (np.array([0.0]), np.array([-0.0])),
        (np.array([np.nan]), NAN),
        (np.arange(3), np.arange(3, dtype="i4")),
        (np.arange(3), np.arange(3).reshape(3, 1)),
        (np.array([1]), np.array([2])),
        (np.array([1], "M8[s]"), np.array([1], "M8[ms]")),
        (np.array([b"a"]), np.array(["a"])),
        (np.array(["None"], object), np.array([""], object)),
        (np.array([b"a"], object), np.array(["a"], object)),
        (STRUCT, STRUCT.astype([("a", "<i2"), ("c", "<f4")])),
    ],
    ids=str,
)
def test_what_differs_is_wrong(answer, expected):
    assert judge(said(answer), expected) == WRONG


def test_an_error_is_a_refusal():
    assert judge(error_of("x", KeyError("y")), np.arange(3)) == REFUSED


def test_times_that_numpy_cannot_print_are_shown():
    far = np.array([2**62, -(2**63) + 1], "i8").view("M8[25s]")
    assert str(2**62) in shown(far)
    assert "datetime64[25s]" in shown(far)
