"""Arrays whose elements have another sign than the one that is stored."""

import numpy as np
import pytest

from jupyter_zarr_serve.core.chunks import read_region
from jupyter_zarr_serve.core.meant import as_meant
from jupyter_zarr_serve.core.nodes import Array
from jupyter_zarr_serve.core.reading import Reading


def array_of(values: np.ndarray, **attributes: object) -> Array:
    return Array(
        values.shape, values.dtype, values.shape, Reading(lambda region: values[region]),
        fill_value=values[0], attributes=attributes,
    )  # fmt: skip


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("mark", [np.int16(-1), 65_535])
def test_values_and_marks_are_those_that_are_meant(order: str, mark: int):
    meant = np.array([40_000, 1, 65_535], f"{order}u2")
    attributes = {"_Unsigned": "true", "_FillValue": mark, "units": "K"}
    stored = array_of(meant.view(f"{order}i2"), **attributes)
    seen = as_meant(stored)
    np.testing.assert_array_equal(read_region(seen, (slice(0, 3),)), meant)
    assert seen.dtype == meant.dtype
    assert (seen.fill, seen.missing_mark, stored.missing_mark) == (40_000, 65_535, -1)
    assert set(seen.attributes) == {"_FillValue", "units"}


def test_attributes_that_hold_elements_have_their_sign():
    told = {"valid_range": np.array([0, -2], "i1"), "flag_values": [1, 200], "valid_min": 0.5}
    seen = as_meant(array_of(np.zeros(1, "i1"), _Unsigned="true", **told)).attributes
    assert seen["valid_range"].tolist() == [0, 254]
    assert seen["flag_values"].tolist() == [1, 200]
    assert seen["valid_min"] == 0.5


def test_what_has_its_sign_stays_as_it_is():
    plain = array_of(np.arange(3))
    assert as_meant(plain) is plain


def test_an_array_is_made_once():
    stored = array_of(np.arange(3), _Unsigned="true")
    assert as_meant(stored) is as_meant(stored)
