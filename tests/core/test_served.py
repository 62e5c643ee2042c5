"""Members under the names they are served by, and what refers to them."""

from collections.abc import Iterator, Mapping

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xarray as xr

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.children import Children, Seen
from jupyter_zarr_serve.core.errors import NotFound, Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Node, Policy, make_array
from jupyter_zarr_serve.core.walk import child_of, names_of, resolve
from jupyter_zarr_serve.views.portable import portable
from tests.nodes import child, read_all


def numbers(*values: int, **fields) -> Array:
    data = np.array(values)
    return make_array(data.shape, data.dtype, data.__getitem__, Policy(), **fields)


class Counted(Mapping[str, Node]):
    """Members that may change, and how often they were listed."""

    def __init__(self, **members: Node) -> None:
        self.members = members
        self.listings = 0

    def __getitem__(self, name: str) -> Node:
        return self.members[name]

    def __iter__(self) -> Iterator[str]:
        self.listings += 1
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


def test_a_name_that_clients_mistake_is_another_and_says_so():
    group = Group({"a#b": numbers(1), "a_b": numbers(2), "a?b": Group({}, {"x": 1})})
    assert names_of(group) == ["a_b_1", "a_b", "a_b_2"]
    assert read_all(child(group, "a_b")).tolist() == [2]
    assert read_all(child(group, "a_b_1")).tolist() == [1]
    assert child(group, "a_b_1").attributes == {"original_name": "a#b"}
    assert child(group, "a_b").attributes == {}
    assert child(group, "a_b_2").attributes == {"x": 1, "original_name": "a?b"}
    assert [name in group.children for name in ("a_b_1", "a#b", "a_b_3")] == [True, False, False]


@pytest.mark.parametrize("name", ["a#b", "a?b"])
def test_the_error_says_under_what_name_it_is_served(name):
    with pytest.raises(NotFound, match=r"a_b"):
        child_of(Group({name: numbers(1)}), name, "")


@pytest.mark.parametrize("name", ["a#b", "c%d", "absent?"])
def test_no_member_is_looked_up_to_say_so(name):
    def make(name: str) -> Node:
        raise RuntimeError("the sibling is damaged")

    for group in (
        Group(Children(["a_b", "absent_", "c_d"], make, {"a#b": "a_b"})),
        Group(Seen(Group(Children(["a#b", "c_d"], make)).children, lambda _name, node: node)),
    ):
        with pytest.raises(NotFound) as raised:
            child_of(group, name, "")
        assert ("served as 'a_b'" in str(raised.value)) == (name == "a#b")


@pytest.mark.parametrize(
    "data",
    [
        {"a#b": np.arange(3), 7: np.arange(3)},
        pd.DataFrame({"a#b": [1], "x": [2]}),
        pa.table({"a#b": [1], "x": [2]}),
        xr.Dataset({"a#b": ("t", [1, 2]), "x": ("t", [1, 2])}),
        xr.DataTree(xr.Dataset({"a#b": ("t", [1, 2])}), {"sub": xr.DataTree()}),
        dd.from_pandas(pd.DataFrame({"a#b": [1], "x": [2]})),
    ],
    ids=lambda data: type(data).__qualname__,
)
def test_what_renames_its_members_itself_says_so_too(data):
    node = adapt(data, Policy())
    assert isinstance(node, Group)
    with pytest.raises(NotFound, match=r"served as 'a_b'"):
        child_of(node, "a#b", "")
    assert resolve(node, ("a#b",), frozenset(), by_any_name=True).names == ("a_b",)


def test_nothing_is_listed_to_find_a_name_that_is_as_it_was():
    members = Counted(air_temp=numbers(1), other=numbers(2))
    group = Group(members)
    assert read_all(child(group, "air_temp")).tolist() == [1]
    with pytest.raises(NotFound):
        child(group, "absent")
    assert members.listings == 0


def test_names_follow_what_comes_and_goes():
    members = Counted(**{"a#b": numbers(1)})
    group = Group(members)
    assert read_all(child(group, "a_b")).tolist() == [1]
    members.members["a_b"] = numbers(2)
    assert read_all(child(group, "a_b")).tolist() == [2]
    assert read_all(child(group, "a_b_1")).tolist() == [1]
    del members.members["a#b"]
    with pytest.raises(NotFound):
        child(group, "a_b_1")


def test_the_names_of_dimensions_and_references_follow():
    marks = {"coordinates": "lat? other", "grid_mapping": "crs#: x y", "bounds": "t%", "note": "lat?"}
    group = Group(
        {
            "v": numbers(1, 2, dimension_names=("t%",), attributes=marks),
            "t%": numbers(3, 4, dimension_names=("t%",)),
            "lat?": numbers(5, 6, dimension_names=("no#variable",)),
            "crs#": numbers(0),
        },
        {"coordinates": "lat?", "column-order": np.array(["t%", "v"], object), "_index": "lat?"},
    )
    array = child(group, "v")
    assert array.dimension_names == child(group, "t_").dimension_names == ("t_",)
    assert dict(array.attributes) == {
        "coordinates": "lat_ other", "grid_mapping": "crs_: x y", "bounds": "t_", "note": "lat?",
    }  # fmt: skip
    assert child(group, "lat_").dimension_names == ("no#variable",)
    assert group.attributes == {"coordinates": "lat_", "column-order": ["t_", "v"], "_index": "lat_"}


def test_a_damaged_member_says_why_under_its_new_name():
    def make(name: str) -> Node:
        raise Unreadable("is damaged")

    with pytest.raises(Unreadable, match="a_b: is damaged"):
        child_of(Group(Children(["a#b"], make)), "a_b", "")


def test_fields_that_collide_are_kept_apart_in_the_portable_view():
    data = np.array([(1, 2, 3)], [("a/b", "i4"), ("a_b", "i4"), ("", "i4")])
    array = make_array(data.shape, data.dtype, data.__getitem__, Policy())
    fields = portable(array)
    names = data.dtype.names
    assert {name: read_all(child(fields, name)).tolist() for name in names_of(fields)} == {
        "a_b_1": [1], "a_b": [2], names[2]: [3],
    }  # fmt: skip
    assert child(fields, "a_b_1").attributes == {"original_name": "a/b"}
