"""CSV that pandas and NumPy read back as it was."""

import io
import tracemalloc

import numpy as np
import pandas as pd
import pytest

from jupyter_zarr_serve.core.nodes import Group, Policy, make_array
from tests.exports.parts import file, plan, refusal

FRAME = pd.DataFrame(
    {
        "n": [2**63 - 1, -5, 0],
        "x": [0.1, np.nan, 1e-320],
        "f": np.array([0.1, 3, np.inf], "f4"),
        "b": [True, False, True],
        'a "b", c': ['é,\n"x"', "", None],
        "d": pd.to_datetime(["2020-01-02T03:04:05.678901234", None, "1970-01-01"], format="ISO8601"),
    }
)


EXACT = {} if int(pd.__version__.split(".")[0]) >= 3 else {"float_precision": "round_trip"}


def read(obj, **options):
    return pd.read_csv(io.BytesIO(file(obj, "csv", **options)), index_col=0, **EXACT)


def test_a_frame_reads_back():
    found = read(FRAME)
    assert found["n"].tolist() == FRAME["n"].tolist()
    assert found["x"].tolist()[::2] == FRAME["x"].tolist()[::2]
    assert np.isnan(found["x"][1])
    assert found["f"].astype("f4").tolist() == FRAME["f"].tolist()
    assert found["b"].tolist() == [True, False, True]
    assert found['a "b", c'][0] == 'é,\n"x"'
    assert pd.to_datetime(found["d"])[0] == FRAME["d"][0]
    assert pd.isna(found["d"][1])


def test_missing_is_not_empty():
    text = file(
        pd.DataFrame({"a": pd.array([1, None], "Int64"), "t": ["", "x"]}), "csv", columns='["a", "t"]'
    )
    assert text == b'"a","t"\n1,""\n,"x"\n'
    assert file(pd.DataFrame({"x": [1.5, np.nan]}), "csv", columns='["x"]') == b'"x"\n1.5\n""\n'


def test_few_numbers_are_texts_at_once():
    """As a text a number takes several times as much as in the file."""
    frame = pd.DataFrame({f"x{column}": np.arange(80_000) / 7 for column in range(8)})
    text = file(frame, "csv")
    tracemalloc.start()
    try:
        assert file(frame, "csv") == text
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(text)  # all parts, and all of them as one


def test_columns_rows_and_order():
    text = file(FRAME, "csv", columns='["n"]', sort='["-x"]', region="0:2")
    assert text == b'"n"\n9223372036854775807\n0\n'
    assert file(FRAME, "csv", columns='["b", "n"]', where='[["n", "lt", "0"]]') == b'"b","n"\nFalse,-5\n'
    assert file(FRAME, "csv", columns='["n"]', region="7:7".replace("7", "3")) == b'"n"\n'


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "u8", "?", "c16"])
def test_arrays_read_back(dtype):
    values = np.arange(24).reshape(2, 3, 4).astype(dtype) / (3 if np.dtype(dtype).kind in "fc" else 1)
    values = values.astype(dtype)
    text = file(values, "csv", region="1").decode()
    found = np.array([[_value(one, dtype) for one in line.split(",")] for line in text.splitlines()])
    assert (found.astype(dtype) == values[1]).all()
    assert (
        np.dtype(dtype).kind in "bc"
        or (np.loadtxt(io.StringIO(text), dtype, delimiter=",") == values[1]).all()
    )
    assert file(values[0, 0], "csv").count(b"\n") == 4


def _value(text, dtype):
    return {"?": lambda: text == "True", "c16": lambda: complex(text)}.get(
        dtype, lambda: np.dtype(dtype).type(text)
    )()


def test_records_have_their_fields_for_a_header():
    records = np.array([(1, "a"), (2, "b")], [("n", "i8"), ("t", "U2")])
    assert file(records, "csv") == b'"n","t"\n1,"a"\n2,"b"\n'


def test_large_tables_come_in_parts():
    frame = pd.DataFrame({"a": np.arange(2_000_000), "t": ["text"] * 2_000_000})
    assert len(plan_of(frame)) > 3
    found = pd.read_csv(io.BytesIO(file(frame, "csv", columns='["a","t"]')))
    assert (found["a"] == frame["a"]).all()
    assert (found["t"] == "text").all()


def plan_of(obj):
    from jupyter_zarr_serve.adapters import adapt

    return plan(adapt(obj, Policy()), "csv")["sizes"]


def test_wide_arrays_come_in_whole_lines():
    values = np.arange(3 * (1 << 20)).reshape(3, 1 << 20)
    assert len(plan_of(values)) == 2
    lines = file(values, "csv").splitlines()
    assert [len(line.split(b",")) for line in lines] == [1 << 20] * 3


@pytest.mark.parametrize(
    ("obj", "options", "status", "words"),
    [
        (np.zeros((2, 2, 2)), {}, 422, "region="),
        (np.zeros(2, "V3"), {}, 422, "npy"),
        (FRAME, {"columns": '["z"]'}, 400, "'z'"),
        (FRAME, {"region": "9"}, 400, "region"),
        ({"a": {"b": np.zeros(2)}}, {}, 422, "csv"),
    ],
)
def test_what_it_cannot_hold(obj, options, status, words):
    found, message = refusal(obj, "csv", **options)
    assert (found, words in message) == (status, True), message


def test_an_endless_table_is_refused_before_it_is_cut():
    array = make_array(
        (10**14,), np.dtype("i8"), lambda region: pytest.fail("read"), Policy(), dimension_names=("r",)
    )
    assert refusal(Group({"a": array}), "csv")[0] == 422
    assert refusal(array, "csv")[0] == 422
