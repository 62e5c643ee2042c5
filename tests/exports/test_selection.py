"""Regions as texts: those that NumPy's indexing without steps knows, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.core.errors import BadRequest
from jupyter_zarr_serve.exports.selection import selected

SHAPE = (5, 4, 3)


@st.composite
def entries(draw, length):
    """An entry of a region, and the index of NumPy that means the same."""
    start, stop = sorted(draw(st.tuples(st.integers(0, length), st.integers(0, length))))
    index = draw(st.integers(0, length - 1))
    return draw(
        st.sampled_from(
            [(":", slice(None)), (f"{start}:{stop}", slice(start, stop)), (f"{start}:", slice(start, None)),
             (f":{stop}", slice(None, stop)), (str(index), index)]
        )
    )  # fmt: skip


@given(st.data(), st.integers(0, 3))
def test_a_region_is_what_numpy_takes_it_for(data, count):
    chosen = [data.draw(entries(length)) for length in SHAPE[:count]]
    array = np.arange(60).reshape(SHAPE)
    selection = selected(SHAPE, ",".join(text for text, _ in chosen))
    expected = array[tuple(index for _, index in chosen)]
    assert selection.shape == expected.shape
    assert array[selection.region].reshape(selection.shape).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("6:", "axis 0"),
        ("5", "none at 5"),
        ("0:6", "no part of its 5"),
        ("3:2", "no part"),
        ("::2", "without a step"),
        ("-1", "must be an index"),
        ("0,0,0,0", "4 entries"),
        ("a", "'a' of axis 0"),
        (",", "'' of axis 0"),
        ("0," * 5000, "5,001 entries"),
        ("9" * 19, "none at"),
        ("9" * 4000, "must be an index"),
        ("٣", "must be"),
        ("0:1\r\n", "must be"),
        (" 1", "must be"),
    ],
)
def test_what_is_no_region_is_refused(text, words):
    with pytest.raises(BadRequest, match=words) as refused:
        selected(SHAPE, text)
    assert len(str(refused.value)) < 300


def test_an_array_without_axes_has_one_region():
    assert selected((), "").shape == ()
    with pytest.raises(BadRequest, match="0 axes"):
        selected((), ":")
