import collections
import datetime as dt
import types

import numpy as np
import pytest

from jupyter_zarr_serve.adapters import adapt as adapt_any
from jupyter_zarr_serve.adapters import from_builtins
from jupyter_zarr_serve.core.dtypes import BYTES, STRING
from jupyter_zarr_serve.core.errors import NotFound, Unreadable
from jupyter_zarr_serve.core.names import ORIGINAL
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.core.walk import child_of, members
from tests.nodes import child, read_all

POLICY = Policy()
SMALL = Policy(target_bytes=64)


def values(obj, policy=SMALL):
    array = adapt_any(obj, policy)
    assert isinstance(array, Array)
    return array.read(()).astype(array.dtype) if array.shape == () else read_all(array)


@pytest.mark.parametrize(
    ("obj", "dtype"),
    [
        (True, "?"),
        (-(2**63), "i8"),
        (2**63 - 1, "i8"),
        (1.5, "f8"),
        (1j, "c16"),
        ("héllo", "<U5"),
        ("", "<U1"),
        (b"abc", "S3"),
        ("zero\0", STRING),
        (b"zero\0", BYTES),
    ],
)
def test_python_scalars(obj, dtype):
    got = values(obj)
    assert got.dtype == dtype
    assert got.shape == ()
    assert got[()] == obj


def test_times():
    moment = dt.datetime(2024, 2, 29, 12, 30, 15, 123456)
    assert from_builtins.adapt(moment, POLICY).read(())[()] == np.datetime64(moment)
    assert from_builtins.adapt(dt.date(2024, 2, 29), POLICY).dtype == "M8[D]"
    assert from_builtins.adapt(dt.timedelta(days=-1), POLICY).read(())[()] == np.timedelta64(-1, "D")
    zoned = moment.replace(tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert from_builtins.adapt(zoned, POLICY).read(())[()] == np.datetime64("2024-02-29T10:30:15.123456")


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**5000], ids=["above", "below", "far above"])
def test_integers_beyond_64_bits_are_refused(number):
    with pytest.raises(Unreadable, match="64 bits"):
        adapt_any(number, POLICY)


def test_integers_above_those_with_a_sign_have_none():
    assert (adapt_any(2**64 - 1, POLICY).dtype, adapt_any(2**64 - 1, POLICY).read(())) == ("u8", 2**64 - 1)


@pytest.mark.parametrize("obj", [None, {1, 2}, object(), print, slice(0, 1), ...])
def test_other_python_objects_are_refused(obj):
    with pytest.raises(Unreadable, match="cannot be served"):
        adapt_any(obj, POLICY)


@pytest.mark.parametrize(
    ("items", "dtype"),
    [
        ([1, 2, 3], "i8"),
        ((1, 2.5), "f8"),
        ([[1, 2], (3, 4)], "i8"),
        ([True, False], "?"),
        ([1, 2j], "c16"),
        ([], "f8"),
        ([[], []], "f8"),
        (["a", "b\0", "c" * 100], STRING),
        ([[b"a\0"], [b"b"]], BYTES),
        ([np.int32(5), 7], "i8"),
        ([2**63, 2**64 - 1], "u8"),
        ([dt.date(2024, 1, 1), dt.date(2024, 1, 2)], "M8[D]"),
        ([dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 2)], "M8[us]"),
        ([dt.timedelta(1)], "m8[us]"),
    ],
)
def test_lists_of_one_kind_are_arrays(items, dtype):
    got = values(items)
    assert got.dtype == dtype
    assert got.shape == np.asarray(items, object if dtype in (STRING, BYTES) else None).shape
    assert got.tolist() == np.asarray(items, object if dtype in (STRING, BYTES) else dtype).tolist()


def test_other_lists_are_groups_named_by_index():
    array = np.arange(4)
    group = adapt_any([1, "a", [1, 2], [[1], [2, 3]], array, None, True], POLICY)
    assert isinstance(group, Group)
    assert list(group.children) == ["0", "1", "2", "3", "4", "5", "6"]
    assert [name for name, _ in members(group)] == ["0", "1", "2", "3", "4", "6"]
    assert read_all(child(group, "1")) == "a"
    assert read_all(child(group, "3/1")).tolist() == [2, 3]
    assert np.shares_memory(child(group, "4").read((slice(0, 4),)), array)


@pytest.mark.parametrize("items", [[1, True], ["a", b"a"], [1, None], [1, -1, 2**64]])
def test_lists_of_several_kinds_are_not_converted(items):
    assert isinstance(adapt_any(items, POLICY), Group)


def test_lists_of_arrays_are_not_stacked():
    group = adapt_any([np.zeros(3), np.zeros(3)], POLICY)
    assert child(group, "1").shape == (3,)


def test_a_list_in_itself_is_refused_at_some_depth_only():
    items = [1, "a"]
    items.append(items)
    group = adapt_any(items, POLICY)
    assert read_all(child(group, "2/2/2/0")) == 1


def test_times_with_zones_in_a_list_are_converted_one_by_one():
    items = [dt.datetime(2024, 1, 1, tzinfo=dt.UTC)]
    assert isinstance(adapt_any(items, POLICY), Group)


@pytest.mark.parametrize(
    "kind", [dict, collections.OrderedDict, types.MappingProxyType, collections.UserDict]
)
def test_mappings_are_groups(kind):
    group = from_builtins.adapt(kind({"a": 1, 5: np.arange(3), "g": {"x": "y"}}), POLICY)
    assert list(group.children) == ["a", "5", "g"]
    assert read_all(child(group, "5")).tolist() == [0, 1, 2]
    assert read_all(child(group, "g/x")) == "y"


def test_one_bad_value_or_key_does_not_break_its_siblings():
    content = {
        "good": 1,
        "bad": object(),
        object: 1,
    }
    group = adapt_any(content, POLICY)
    assert [name for name, _ in members(group)] == ["good"]
    with pytest.raises(Unreadable, match="object"):
        child_of(group, "bad", "")
    with pytest.raises(Unreadable, match="a key of the type type"):
        child_of(group, "<class 'object'>", "")
    with pytest.raises(NotFound):
        child_of(group, "absent", "")


def test_every_key_has_a_name_of_its_own():
    keys = ["a/b", "a_b", "a\\b", "", "..", "zarr.json", (1, 2), 7, "7", None, 1.5, "\udce9", True]
    group = adapt_any({key: number for number, key in enumerate(keys)}, POLICY)
    served = {name: int(read_all(node)) for name, node in members(group)}
    assert served == {
        "a_b_1": 0, "a_b": 1, "a_b_2": 2, "unnamed": 3, "_..": 4, "_zarr.json": 5, "1_2": 6, "7_1": 7,
        "7": 8, "None": 9, "1.5": 10, "_": 11, "True": 12,
    }  # fmt: skip
    originals = {name: node.attributes.get(ORIGINAL, name) for name, node in members(group)}
    assert list(originals.values()) == [*keys[:11], "\\xe9", True]


def test_a_key_that_is_gone_is_not_found():
    content = {"a": 1}
    group = adapt_any(content, POLICY)
    del content["a"]
    with pytest.raises(NotFound):
        child_of(group, "a", "")


def test_a_mapping_in_itself_is_adapted_as_far_as_it_is_walked():
    content = {"n": 1}
    content["self"] = content
    assert read_all(child(adapt_any(content, POLICY), "self/self/self/n")) == 1
