"""Rows of tables that are sorted, searched and chosen: as pandas does it, wherever the columns lie."""

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.errors import BadRequest, Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy, make_array
from jupyter_zarr_serve.preview import orders
from jupyter_zarr_serve.preview.column import values_at
from jupyter_zarr_serve.preview.conditions import Condition
from jupyter_zarr_serve.preview.orders import Wanted
from jupyter_zarr_serve.preview.rows import rows
from jupyter_zarr_serve.preview.table import table_of

FRAME = pd.DataFrame(
    {
        "n": pd.array([3, None, 1, 3, 2], "Int64"),
        "x": [0.5, np.nan, -1.5, np.inf, 0.5],
        "t": ["b", "Äpfel", None, "a", "birne"],
        "d": pd.to_datetime(["2020-01-02", None, "2019-05-01", "2020-01-01", "2021-01-01"]),
        "big": np.array([2**63, 2**63 + 1, 2**53 + 1, 2**53, 0], "u8"),
    }
)


TEXTS = ["", "a", "b", "ä", "\U0001f600", "\uffff"]


def told(obj: Any, offset: int = 0, limit: int = 100, columns=(), **wanted: Any) -> dict[str, Any]:
    node = obj if isinstance(obj, Group) else adapt(obj, Policy())
    where = tuple(Condition(*text.split(":", 2)) for text in wanted.pop("where", ()))
    return rows(node, offset, limit, path=("x",), columns=columns, wanted=Wanted(where=where, **wanted))


def column(obj: Any, name: str, **wanted: Any) -> list[str | None]:
    return [row[0] for row in told(obj, columns=(name,), **wanted)["rows"]]


def numbers(**wanted: Any) -> list[int]:
    """The numbers of the frame's rows."""
    return list(map(int, column(FRAME.assign(i=range(5)), "i", **wanted)))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (("n",), [2, 4, 0, 3, 1]),
        (("-n",), [0, 3, 4, 2, 1]),
        (("x",), [2, 0, 4, 3, 1]),
        (("-x",), [3, 0, 4, 2, 1]),
        (("t",), [3, 0, 4, 1, 2]),
        (("-t",), [1, 4, 0, 3, 2]),
        (("d",), [2, 3, 0, 4, 1]),
        (("big",), [4, 3, 2, 0, 1]),
        (("-n", "t"), [3, 0, 4, 2, 1]),
        (("x", "-t"), [2, 4, 0, 3, 1]),
    ],
)
def test_sorting(sort, expected):
    assert numbers(sort=sort) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (["n:eq:3"], [0, 3]),
        (["n:ne:3"], [2, 4]),
        (["n:gt:1.5"], [0, 3, 4]),
        (["n:eq:1.5"], []),
        (["n:ne:1.5"], [0, 2, 3, 4]),
        (["n:lt:1e300"], [0, 2, 3, 4]),
        (["n:null"], [1]),
        (["n:notnull"], [0, 2, 3, 4]),
        (["big:eq:9007199254740993"], [2]),
        (["big:ge:9223372036854775809"], [1]),
        (["big:gt:-1"], [0, 1, 2, 3, 4]),
        (["x:le:0.5"], [0, 2, 4]),
        (["x:eq:inf"], [3]),
        (["t:has:B"], [0, 4]),
        (["t:has:äp"], [1]),
        (["t:eq:a"], [3]),
        (["t:ge:b"], [0, 1, 4]),
        (["t:null"], [2]),
        (["d:lt:2020-01-02"], [2, 3]),
        (["d:ge:2020-01-01T12"], [0, 4]),
        (["d:has:2020-01"], [0, 3]),
        (["n:ge:2", "x:lt:1"], [0, 4]),
    ],
)
def test_conditions(where, expected):
    assert numbers(where=where) == expected


def test_finding():
    assert numbers(find="b") == [0, 4]
    assert numbers(find="2019-05") == [2]
    assert numbers(find="9007199254740993") == [2]
    assert numbers(find="b", where=["x:le:0.5"], sort=("-t",)) == [4, 0]


def test_pages_and_totals():
    found = told(FRAME, 1, 2, sort=("-n",))
    assert (found["total"], found["of"], found["offset"], len(found["rows"])) == (5, 5, 1, 2)
    found = told(FRAME, 1, 10, where=["n:eq:3"], columns=("t", "n"))
    assert (found["total"], found["of"], found["rows"]) == (2, 5, [["a", "3"]])
    assert [one["name"] for one in found["columns"]] == ["t", "n"]
    assert told(FRAME, where=["n:eq:77"])["rows"] == []


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.sampled_from(TEXTS)), max_size=30),
    st.booleans(),
    st.booleans(),
)
def test_sorting_is_stable_and_by_code_points(values, first, second):
    numbered = [(n, t, i) for i, (n, t) in enumerate(values)]
    # reverse=True keeps equal values in their order, as we do
    by_text = sorted(numbered, key=lambda row: row[1], reverse=second)
    by_both = sorted(by_text, key=lambda row: row[0], reverse=first)
    records = np.array(numbered, [("n", "i8"), ("t", "U2"), ("i", "i8")])
    text = "-t" if second else "t"
    assert column(records, "i", sort=("-n" if first else "n", text)) == [str(i) for *_, i in by_both]
    frame = pd.DataFrame({"t": pd.Series(records["t"].tolist(), dtype="object"), "i": records["i"]})
    assert column(frame, "i", sort=(text,)) == [str(i) for *_, i in by_text]


@pytest.mark.parametrize("obj", [np.array([3, 1, 2]), np.array([[3, 9], [1, 8], [2, 7]]), {"a": [3, 1, 2]}])
def test_other_things_with_rows(obj):
    if isinstance(obj, dict):
        obj = pd.DataFrame(obj)
        assert [row[-1] for row in told(obj, sort=("a",))["rows"]] == ["1", "2", "3"]
        return
    name = "" if obj.ndim == 1 else "0"
    assert [row[0] for row in told(obj, sort=(name,))["rows"]] == ["1", "2", "3"]
    if obj.ndim == 2:
        assert told(obj, sort=("1",))["rows"] == [["2", "7"], ["1", "8"], ["3", "9"]]
        assert told(obj, columns=("1",))["rows"] == [["9"], ["8"], ["7"]]


def test_a_name_that_begins_with_a_minus_is_a_name():
    frame = pd.DataFrame({"-a": [2, 1], "a": [1, 2]})
    assert column(frame, "a", sort=("-a",)) == ["2", "1"]
    assert column(frame, "a", sort=("--a",)) == ["1", "2"]


def test_wide_arrays_have_all_columns_by_name():
    wide = np.arange(3000).reshape(3, 1000)
    found = told(wide)
    assert len(found["columns"]) == 64
    assert told(wide, columns=("999", "0", "500"), sort=("-999",))["rows"][0] == ["2999", "2000", "2500"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"sort": ("z",)}, "'z'"),
        ({"sort": ("-z",)}, "'z'"),
        ({"where": ["z:eq:1"]}, "no column 'z'"),
        ({"where": ["n:eq:x"]}, "no value"),
        ({"where": ["n:eq:1e9999999"]}, "no value"),
        ({"where": ["n:eq:nan"]}, "no value"),
        ({"where": ["d:eq:gestern"]}, "no value"),
        ({"where": ["x:gt:"]}, "no value"),
        ({"columns": ("z" * 9999,)}, "no column"),
    ],
)
def test_what_has_no_meaning_is_refused(wanted, words):
    with pytest.raises(BadRequest, match=words) as refused:
        told(FRAME, **wanted)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("wanted", [{"sort": ("",)}, {"where": [":eq:5"]}, {"find": "5"}])
def test_a_single_value_has_no_rows_to_choose_among(wanted):
    assert told(np.array(5.5))["rows"] == [["5.5"]]
    with pytest.raises(BadRequest, match="a single value has no rows"):
        told(np.array(5.5), **wanted)


def test_records_and_complex_numbers_have_no_order():
    nested = np.zeros(2, [("r", [("a", "i4"), ("b", "i4")]), ("c", "c8")])
    with pytest.raises(BadRequest, match="no order"):
        told(nested, sort=("r",))
    with pytest.raises(BadRequest, match="no order"):
        told(nested, where=["c:lt:1"])
    assert len(told(nested, where=["c:eq:0j"])["rows"]) == 2


def counted(count: int, version: str | None, sample: bool = False):
    """A table of one column, and a list of what was read of it."""
    read: list[tuple[int, int]] = []

    def values(region):
        read.append((region[0].start, region[0].stop))
        return -np.arange(region[0].start, region[0].stop)

    array = make_array(
        (count,),
        np.dtype("i8"),
        values,
        Policy(),
        dimension_names=("row",),
        version=version,
        chunk_shape=(1000,),
    )
    return Group({"a": array}, version=version), read


def test_the_next_page_costs_no_sorting():
    group, read = counted(100_000, "1")
    assert told(group, 0, 2, sort=("a",))["rows"] == [["-99999"], ["-99998"]]
    read.clear()
    assert told(group, 5000, 2, sort=("a",))["rows"] == [["-94999"], ["-94998"]]
    assert read == [(94998, 95000)]


def test_what_changed_is_sorted_anew(monkeypatch):
    told(counted(2000, "1")[0], sort=("a",))
    group, read = counted(2000, "2")
    told(group, sort=("a",), limit=1)
    assert (0, 2000) in read, "the order of another version"
    group, read = counted(2000, None)
    told(group, sort=("a",), limit=1)
    read.clear()
    told(group, sort=("a",), limit=1)
    assert (0, 2000) not in read
    now = time.monotonic()
    monkeypatch.setattr(orders, "monotonic", lambda: now + 60)
    told(group, sort=("a",), limit=1)
    assert (0, 2000) in read, "a variable may have changed meanwhile"
    other, read = counted(2000, None)
    told(other, sort=("a",), limit=1)
    assert (0, 2000) in read, "another variable of the same form"


def test_rows_that_lie_apart_are_read_by_chunks():
    group, read = counted(10_000, "3")
    columns = table_of(group).columns()
    (found,) = values_at(columns, [9000, 5, 1001, 7, 9999, 5])
    assert found.tolist() == [-9000, -5, -1001, -7, -9999, -5]
    assert read == [(5, 8), (1001, 1002), (9000, 10_000)]


def test_it_is_bounded(monkeypatch):
    huge, _ = counted(10**12, "1")
    with pytest.raises(Unreadable, match="too many"):
        told(huge, sort=("a",))
    assert told(huge, 10**12 - 2, 5)["rows"] == [[str(2 - 10**12)], [str(1 - 10**12)]]
    monkeypatch.setattr(limits, "ROW_BYTES", 1000)
    with pytest.raises(Unreadable, match="where="):
        told(counted(10_000, "4")[0], sort=("a",))
    with pytest.raises(Unreadable, match="where="):
        told(pd.DataFrame({"a": ["x" * 2000, "y"]}), sort=("a",))
    monkeypatch.setattr(limits, "ROW_SECONDS", -1)
    with pytest.raises(Unreadable, match="longer than"):
        told(counted(10_000, "5")[0], where=["a:lt:0"])
