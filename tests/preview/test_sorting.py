"""Sorting in pieces gives what sorting at once gives."""

import numpy as np
import pytest

from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.errors import Unavailable
from jupyter_zarr_serve.core.progress import reporting
from jupyter_zarr_serve.preview import sorting as module
from jupyter_zarr_serve.preview.sorting import sorting
from tests.core.test_progress import Ear

RNG = np.random.default_rng(7)
VALUES = {
    "floats": RNG.normal(size=5000),
    "with infinities": np.where(RNG.random(5000) < 0.2, -np.inf, RNG.normal(size=5000)),
    "few": RNG.integers(0, 3, 5000),
    "all equal": np.zeros(5000, "i8"),
    "large": RNG.integers(0, 2**64 - 1, 5000, "u8"),
    "sorted": np.arange(5000),
    "falling": np.arange(5000)[::-1],
    "truth": RNG.random(5000) < 0.5,
    "text": RNG.integers(0, 50, 5000).astype("U"),
    "text of any length": np.array(["b", "ä", "\U0001f600", "\uffff", "", "a", "ab"] * 700, STRING),
    "text with zeros": np.array(["a\0", "a", "a\0\0", "b", "a\0b"] * 700, STRING),
    "long text": np.array(["x" * 40 + end for end in "ba"] * 700, STRING),
}


@pytest.mark.parametrize("kind", VALUES)
def test_it_is_the_stable_order(monkeypatch, kind):
    monkeypatch.setattr(module, "_PIECE", 100)
    with reporting(Ear()):
        order = sorting(VALUES[kind])
    np.testing.assert_array_equal(order, np.argsort(VALUES[kind], kind="stable"))


def test_it_ends_between_pieces(monkeypatch):
    monkeypatch.setattr(module, "_PIECE", 100)
    monkeypatch.setattr("jupyter_zarr_serve.core.progress._LOOK_SECONDS", 0.0)
    with reporting(Ear(wanted=5)), pytest.raises(Unavailable):
        sorting(VALUES["floats"])
