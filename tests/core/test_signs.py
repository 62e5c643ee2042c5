"""Integers whose sign an attribute tells."""

import numpy as np
import pytest

from jupyter_zarr_serve.core.fills import mark_of
from jupyter_zarr_serve.core.signs import in_sign, meant_dtype


@pytest.mark.parametrize(
    ("dtype", "told", "meant"),
    [("i1", "true", "u1"), (">i2", "TRUE", ">u2"), ("u4", "false", "i4"), ("<i8", True, "u8"),
     ("i2", "false", "i2"), ("u2", "true", "u2"), ("f4", "true", "f4"), ("i2", "yes", "i2"),
     ("i2", None, "i2")],
)  # fmt: skip
def test_the_attribute_tells_the_sign(dtype, told, meant):
    assert meant_dtype(np.dtype(dtype), {"_Unsigned": told}) == np.dtype(meant)


@pytest.mark.parametrize(
    ("value", "dtype", "found"),
    [(-1, "u1", 255), (255, "i1", -1), (255, "u1", 255), (np.int8(-128), "u1", 128),
     (256, "u1", 256), (2**64 - 1, "i8", -1), (-(2**63), "u8", 2**63), ("x", "u1", "x"), (1.0, "u1", 1.0)],
)  # fmt: skip
def test_numbers_keep_their_bits(value, dtype, found):
    assert in_sign(value, np.dtype(dtype)) == found


@pytest.mark.parametrize(
    ("mark", "told", "found"), [(255, "true", -1), (-1, "true", -1), (255, None, None), (256, "true", None)]
)
def test_a_mark_may_have_the_sign_that_is_meant(mark, told, found):
    assert mark_of({"_FillValue": mark, "_Unsigned": told}, np.dtype("i1")) == found
