"""Columns against one another: every row of a short table, of a long one those that make the picture."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.errors import BadRequest, Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.preview import points as module
from jupyter_zarr_serve.preview.conditions import Condition
from jupyter_zarr_serve.preview.orders import Wanted
from jupyter_zarr_serve.preview.points import points

BIG = 2**63 - 1
DAY = 86400 * 10**9


def told(obj: Any, along: str | None, *columns: str, most: int = 1000, **how: Any) -> dict[str, Any]:
    return points(adapt(obj, Policy()), along, columns, most, **how)


def values(found: dict[str, Any]) -> list[list[Any]]:
    return [axis["values"] for axis in found["axes"]]


def test_all_rows_of_a_short_table_are_told_in_the_order_of_the_first_axis():
    found = told(pd.DataFrame({"x": [3.5, 1.0, 2.0], "y": [1, 2, 5], "z": [0.0, 0.5, 0.25]}), "x", "y", "z")
    assert values(found) == [[1.0, 2.0, 3.5], [1, 4, 0], [0.5, 0.25, 0.0]]
    assert found["axes"][1]["least"] == "1"
    assert (found["rows"], found["total"], found["of"]) == ([1, 2, 0], 3, 3)
    assert not found["is_reduced"]


def test_what_is_missing_or_infinite_has_no_place_and_is_counted():
    found = told(pd.DataFrame({"x": [1.0, np.nan, np.inf, 4.0], "y": [np.nan, 1.0, 2.0, 3.0]}), "x", "y")
    assert values(found) == [[1.0, 4.0], [None, 3.0]]
    assert found["axes"][0]["missing"] == found["axes"][0]["infinite"] == found["axes"][1]["missing"] == 1


@pytest.mark.parametrize(
    ("column", "least", "places"),
    [
        (np.array([BIG, BIG - 1, -(2**63)]), str(-(2**63)), [2.0**64, 2.0**64, 0.0]),
        (np.array([2**64 - 1, 2**64 - 3, 2**64 - 2], "u8"), str(2**64 - 3), [2, 0, 1]),
        (np.array([BIG, BIG - 2, BIG - 1]), str(BIG - 2), [2, 0, 1]),
        (np.array(["2020-01-02", "NaT", "2020-01-01"], "M8[ns]"), f"{1577836800 * 10**9}", [DAY, None, 0]),
    ],
)  # fmt: skip
def test_integers_and_times_of_64_bits_keep_their_digits(column, least, places):
    axis = told(pd.DataFrame({"x": [1, 2, 3], "y": column}), "x", "y")["axes"][1]
    assert (axis["least"], axis["values"]) == (least, places)


def test_texts_and_truth_values_have_places_of_their_own():
    frame = pd.DataFrame({"kind": ["b", None, "a", "b"], "on": [True, False, True, True]})
    kind, on = told(frame, None, "kind", "on")["axes"][1:]
    assert (kind["texts"], kind["values"], kind["missing"]) == (["a", "b"], [1, None, 0, 1], 1)
    assert (on["texts"], on["values"]) == (["False", "True"], [1, 0, 1, 1])


def test_too_many_texts_are_refused_by_name():
    frame = pd.DataFrame({"name": [f"n{i}" for i in range(101)], "y": range(101)})
    with pytest.raises(BadRequest, match="name: has more than 100 different texts"):
        told(frame, "name", "y")


def test_chosen_rows_alone_are_drawn():
    wanted = Wanted(where=(Condition("x", "ge", "2"),), sort=("-x",))
    found = told(pd.DataFrame({"x": [3, 1, 2], "y": [1, 2, 5]}), None, "y", wanted=wanted)
    assert (found["rows"], found["total"], found["of"]) == ([0, 2], 2, 3)


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(where=(Condition("y", "ne", "5"),))])
def test_a_part_of_the_rows_is_drawn(wanted):
    found = told(pd.DataFrame({"y": range(10)}), None, "y", part=(4, 8), wanted=wanted)
    assert found["rows"] == ([4, 5, 6, 7] if not wanted.where else [4, 6, 7])
    assert found["total"] == len(found["rows"])
    assert told(pd.DataFrame({"y": range(10)}), None, "y", part=(8, 4))["rows"] == []


@pytest.mark.parametrize("columns", [(), ("y",) * 9, ("no such",)])
def test_what_cannot_be_drawn_is_refused(columns):
    with pytest.raises(BadRequest):
        told(pd.DataFrame({"x": [1], "y": [1]}), "x", *columns)


def test_records_within_records_have_no_place():
    with pytest.raises(BadRequest, match="have no place along an axis"):
        told(np.zeros(3, [("a", "i4"), ("b", [("c", "i4")])]), "a", "b")


def test_fields_of_records_are_columns():
    found = told(np.array([(1, 0.5), (2, 0.25)], [("a", "i4"), ("b", "f4")]), "a", "b")
    assert values(found) == [[0, 1], [0.5, 0.25]]


def many(count: int = 200_000) -> pd.DataFrame:
    random = np.random.default_rng(5)
    x = random.normal(size=count)
    return pd.DataFrame({"x": x, "y": x**2 + random.normal(size=count), "row": np.arange(count)})


def test_of_many_points_one_is_kept_in_each_place():
    frame = many()
    found = told(frame, "x", "y", most=2000)
    assert found["is_reduced"]
    assert 200 < len(found["rows"]) <= 2000
    kept = frame.iloc[found["rows"]]
    assert kept.x.tolist() == found["axes"][0]["values"]
    assert kept.y.tolist() == found["axes"][1]["values"]
    # Wherever a row lies, one of those that are kept lies in the same cell.
    wide, high = 62, 31

    def cells(rows: pd.DataFrame) -> set[tuple[int, int]]:
        ends = [(frame[name].min(), frame[name].max()) for name in ("x", "y")]
        at = [
            np.minimum((rows[name] - low) / (top - low) * parts, parts - 1).astype(int)
            for name, (low, top), parts in zip(("x", "y"), ends, (wide, high), strict=True)
        ]
        return set(zip(*at, strict=True))

    assert len(cells(frame) - cells(kept)) <= 2  # rounded otherwise at an edge


@pytest.mark.parametrize("held", [1 << 26, 0])
def test_of_a_long_line_each_extreme_is_kept(held, monkeypatch):
    monkeypatch.setattr(module, "_HELD", held)
    count = 200_000
    y = np.sin(np.arange(count) / 1000)
    y[77_777], y[123_456] = 50, -50
    y[150_000:160_000] = np.nan
    found = told(pd.DataFrame({"t": np.arange(count), "y": y}), "t", "y", most=2000, is_joined=True)
    assert len(found["rows"]) <= 2000
    assert {77_777, 123_456} <= set(found["rows"])
    gap = [value for row, value in zip(found["rows"], found["axes"][1]["values"], strict=True)
           if 150_200 < row < 159_800]  # fmt: skip
    assert gap
    assert set(gap) == {None}  # a hole remains a hole


def test_parts_of_a_logarithmic_axis_are_those_of_its_logarithms():
    t = np.arange(200_000)
    frame = pd.DataFrame({"t": t, "y": np.where(t % 3 == 0, -1.0, 1 + t % 7)})
    found = told(frame, "t", "y", most=2000, is_joined=True, logarithmic=[0])
    assert set(range(1, 30)) <= set(found["rows"])
    assert 0 not in found["rows"]  # 0 has no logarithm
    assert (found["axes"][0]["low"], "low" in found["axes"][1]) == (1, False)

    def ends(rows: pd.DataFrame) -> pd.DataFrame:
        part = np.minimum(np.log(rows.t) / np.log(t[-1]) * 1000, 999).astype(int)
        return rows.groupby(part).y.agg(["min", "max"])

    differing = ends(frame[1:]) != ends(frame.iloc[found["rows"]])
    assert differing.to_numpy().sum() <= 2  # rounded otherwise at an edge
    by_row = told(frame, None, "y", most=2000, is_joined=True, logarithmic=[0])
    assert by_row["rows"] == found["rows"]


def test_the_least_that_a_logarithmic_axis_shows_is_kept():
    t = np.arange(100_000)
    y = np.where(t % 10 == 0, -5.0, 1.0 + t % 997)
    for column, scale in ((y, 1.0), (y.astype("i8"), 1.0), ((y * -2).astype("i4"), -0.5)):
        values = ("t", column, {} if scale == 1 else {"scale_factor": scale})
        table = xr.Dataset({"t": ("t", t), "y": values})
        found = told(table, "t", "y", most=100, is_joined=True, logarithmic=[1])
        axis = found["axes"][1]
        shown = (np.array(axis["values"], float) + int(axis.get("least", 0))) * scale
        assert axis["low"] == 10_000
        assert np.nanmin(shown) == y[y > 0].min()
        assert np.nanmax(shown) == y.max()


def test_cells_of_logarithmic_axes_are_those_of_logarithms():
    x = np.geomspace(1e-300, 1e300, 50_000)
    found = told(pd.DataFrame({"x": x, "y": x**0.5}), "x", "y", most=1000, logarithmic=[0, 1])
    gaps = np.diff(np.log10(found["axes"][0]["values"]))
    assert 20 < len(found["rows"]) <= 1000
    assert gaps.max() < 2 * 600 / 22  # nowhere is a cell left out


def test_rows_read_in_blocks_are_those_read_at_once(monkeypatch):
    frame = many(20_000)
    whole = told(frame, "x", "y", "row", most=500)
    monkeypatch.setattr("jupyter_zarr_serve.preview.column._AT_ONCE", 1 << 14)
    assert told(frame, "x", "y", "row", most=500) == whole


@given(st.lists(st.tuples(*[st.floats(width=64)] * 2), min_size=1, max_size=60), st.booleans())
def test_any_numbers(pairs, is_joined):
    x, y = map(np.array, zip(*pairs, strict=True))
    found = told(pd.DataFrame({"x": x, "y": y}), "x", "y", most=10, is_joined=is_joined)
    drawn = [row for row in found["rows"] if math.isfinite(x[row])]
    assert drawn == found["rows"]
    assert found["axes"][0]["values"] == x[found["rows"]].tolist()


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "ROWS", 2)
    with pytest.raises(Unreadable, match="too many to be drawn"):
        told(pd.DataFrame({"x": [1, 2, 3]}), None, "x")


def test_what_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "ROW_SECONDS", -1)
    with pytest.raises(Unreadable, match="drawing takes longer"):
        told(pd.DataFrame({"x": [1, 2, 3]}), None, "x")
