"""Objects of packages without an adapter: what they can do says what they are."""

import ctypes
import mmap
from array import array
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Replaced, Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from tests.nodes import read_all
from tests.store import open_node

POLICY = Policy()


class Measured(np.ndarray):
    """An array of NumPy's kind with a unit, as those of astropy and unyt are."""

    unit: object = "m"


class Marked(np.ndarray):
    """An array of NumPy's kind whose elements may be masked."""

    mask: np.ndarray


class Quantity:
    """An array-like with units, as pint's."""

    def __init__(self, values, units, mask=None):
        self.values, self.units, self.mask = values, units, mask
        self.shape, self.dtype = values.shape, values.dtype

    def __getitem__(self, region):
        return self.values[region]

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


class Relation:
    """A query, as DuckDB's, which gives its rows by Arrow whenever it is asked."""

    def __init__(self):
        self.rows = [1, None, 3]

    def __arrow_c_stream__(self, requested_schema=None):
        return pa.table({"a": self.rows, "b": ["x", "y", None]}).__arrow_c_stream__(requested_schema)


def measured(unit):
    found = np.arange(3.0).view(Measured)
    found.unit = unit
    return found


@pytest.mark.parametrize("of", [measured, lambda unit: Quantity(np.arange(3.0), unit)])
@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ("km / s", {"units": "km / s"}),
        ("", {}),
        ("dimensionless", {}),
        (None, {}),
        ("x" * 101, {}),
    ],
)
def test_units_are_told(of, unit, told):
    node = adapt(of(unit), POLICY)
    assert read_all(node).tolist() == [0, 1, 2]
    assert node.attributes == told


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_masked_elements_are_not_shown(zarr_format):
    marked = np.arange(4).view(Marked)
    marked.mask = np.array([False, True, False, False])
    for obj in (marked, Quantity(np.arange(4), None, marked.mask)):
        served = open_node(adapt(obj, POLICY), zarr_format)
        assert served[...].tolist() == [0, served.attrs["_FillValue"], 2, 3]
        assert served.attrs["_FillValue"] not in (0, 1, 2, 3)


def test_an_element_that_is_masked_later_is_never_shown():
    quantity = Quantity(np.arange(4), None, np.zeros(4, bool))
    node = adapt(quantity, POLICY)
    assert read_all(node).tolist() == [0, 1, 2, 3]
    quantity.mask[1] = True
    with pytest.raises(Replaced):
        read_all(node)


def test_fields_of_records_are_neither_masks_nor_units():
    records = np.rec.array([(True, 1.0)], dtype=[("mask", "?"), ("unit", "f8")])
    node = adapt(records, POLICY)
    assert node.attributes == {}
    assert read_all(node).tolist() == [(True, 1.0)]


@pytest.mark.parametrize(
    ("make", "dtype", "values"),
    [
        (lambda: bytearray(b"ab"), "u1", [97, 98]),
        (lambda: memoryview(np.arange(4, dtype="i2").reshape(2, 2)), "i2", [[0, 1], [2, 3]]),
        (lambda: array("d", [1, 2]), "f8", [1, 2]),
        (lambda: ((ctypes.c_int16 * 2) * 2)((1, 2), (3, 4)), "i2", [[1, 2], [3, 4]]),
        (lambda: mmap.mmap(-1, 4096), "u1", [0] * 4096),
    ],
)
def test_memory_that_objects_lend_is_an_array(make, dtype, values):
    node = adapt(make(), POLICY)
    assert node.dtype == dtype
    assert read_all(node).tolist() == values


def test_memory_is_live():
    memory = bytearray(b"ab")
    node = adapt(memory, POLICY)
    memory[0] = 7
    assert read_all(node).tolist() == [7, 98]


def test_what_gives_rows_by_arrow_is_a_table():
    table = open_node(adapt(Relation(), POLICY), 3)
    assert table["a"][...].tolist() == [1, table["a"].attrs["_FillValue"], 3]
    assert table["b"][...].tolist() == ["x", "y", ""]


@dataclass
class Run:
    counts: np.ndarray
    _seconds: float
    note: str = ""


@pytest.mark.parametrize(
    ("obj", "names"),
    [
        (namedtuple("Point", "x y")(np.arange(2), [1.5]), ["x", "y"]),
        (SimpleNamespace(a=np.arange(2), b=1), ["a", "b"]),
        (Run(np.arange(2), 1.0), ["counts", "_seconds", "note"]),
    ],
)
def test_fields_are_members_by_their_names(obj, names):
    node = adapt(obj, POLICY)
    assert isinstance(node, Group)
    assert list(node.children) == names
    first = node.children[names[0]]
    assert isinstance(first, Array)
    assert read_all(first).tolist() == [0, 1]


def test_a_file_is_no_data(tmp_path: Path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    with path.open("rb") as file:
        for obj in (path, file):
            with pytest.raises(Unreadable, match="a file is served where it is"):
                adapt(obj, POLICY)


@pytest.mark.parametrize("fit", [1, {}, [], np.arange(2)])
def test_a_group_with_something_in_it_names_the_rest(fit):
    served = open_node(adapt({"odd": object(), "fit": fit}, POLICY), 3)
    assert "odd" in served.attrs["left_out"][0]
    assert "fit" in served


def test_a_mapping_that_holds_itself_is_no_loop():
    loop: dict[str, object] = {}
    loop["me"] = loop
    assert list(adapt(loop, POLICY).children) == ["me"]
