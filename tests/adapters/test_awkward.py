"""awkward's arrays, by objects that have their methods."""

import numpy as np
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from tests.nodes import child, read_all
from tests.store import open_node


class Awkward:
    """What gives its elements as an array, or raises as awkward does where they make none."""

    __module__ = "awkward.highlevel"

    def __init__(self, values, **fields):
        self._values, self._fields, self.fields = values, fields, list(fields)

    def __getitem__(self, field):
        return self._fields[field]

    def __array__(self, dtype=None, copy=None):
        raise ValueError("cannot convert 'None' values")

    def to_numpy(self, *, allow_missing):
        assert allow_missing
        if self._values is None:
            raise ValueError("cannot convert to RegularArray")
        return self._values


RAGGED = Awkward(None)
MASKED = np.ma.array([1, 2], "i4", mask=[0, 1])


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_missing_elements_are_marked(zarr_format):
    array = open_node(adapt(Awkward(MASKED), Policy()), zarr_format)
    assert array[...].tolist() == [1, -(2**31)]
    assert array.attrs["_FillValue"] == -(2**31)


def test_what_is_regular_is_an_array_records_too():
    records = np.array([(1, 2.5)], [("a", "i8"), ("b", "f8")])
    node = adapt(Awkward(records, a=Awkward(records["a"]), b=Awkward(records["b"])), Policy())
    assert isinstance(node, Array)
    assert read_all(node).tolist() == [(1, 2.5)]


@pytest.mark.parametrize("values", [None, np.ma.array([(1,)], [("a", "i8")], mask=[(True,)])])
def test_other_records_are_groups_of_their_fields(values):
    fields = {"a#b": Awkward(MASKED), "ragged": RAGGED}
    node = adapt(Awkward(values, **fields), Policy())
    assert isinstance(node, Group)
    assert list(node.children) == ["a_b", "ragged"]
    assert child(node, "a_b").attributes["original_name"] == "a#b"
    with pytest.raises(Unreadable, match="lists of different lengths"):
        child(node, "ragged")
    left_out = open_node(node, 3).attrs["left_out"]
    assert len(left_out) == 1
    assert left_out[0].startswith("ragged: ")


def test_lists_of_different_lengths_say_what_to_do():
    with pytest.raises(Unreadable, match=r"ak\.pad_none"):
        adapt(RAGGED, Policy())
