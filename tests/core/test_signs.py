"""Integers whose sign an attribute tells."""

import numpy as np
import pytest

from jupyter_zarr_serve.core.chunks import read_region
from jupyter_zarr_serve.core.nodes import Array
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.core.signs import as_meant, meant_dtype


def array_of(values: np.ndarray, **attributes: object) -> Array:
    return Array(
        values.shape, values.dtype, values.shape, Reading(lambda region: values[region]),
        fill_value=values[0], attributes=attributes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("dtype", "told", "meant"),
    [("i1", "true", "u1"), (">i2", "TRUE", ">u2"), ("u4", "false", "i4"), ("<i8", True, "u8"),
     ("i2", "false", "i2"), ("u2", "true", "u2"), ("f4", "true", "f4"), ("i2", "yes", "i2"),
     ("i2", None, "i2")],
)  # fmt: skip
def test_the_attribute_tells_the_sign(dtype, told, meant):
    assert meant_dtype(np.dtype(dtype), {"_Unsigned": told}) == np.dtype(meant)


@pytest.mark.parametrize("order", "<>")
def test_values_and_marks_are_those_that_are_meant(order: str):
    meant = np.array([40_000, 1, 65_535], f"{order}u2")
    attributes = {"_Unsigned": "true", "_FillValue": np.int16(-1), "units": "K"}
    seen = as_meant(array_of(meant.view(f"{order}i2"), **attributes))
    np.testing.assert_array_equal(read_region(seen, (slice(0, 3),)), meant)
    assert seen.dtype == meant.dtype
    assert (seen.fill, seen.missing_mark) == (40_000, 65_535)
    assert set(seen.attributes) == {"_FillValue", "units"}


def test_what_has_its_sign_stays_as_it_is():
    plain = array_of(np.arange(3))
    assert as_meant(plain) is plain
