"""Values of Arrow's buffers are those that Arrow tells itself, wherever a slice begins, without pandas."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jupyter_zarr_serve.adapters.arrow_buffers import counts, numbers, truths


def sliced(values: list[object], kind: pa.DataType, begin: int) -> pa.ChunkedArray:
    """Some values in two chunks, the first of which begins within a byte."""
    whole = pa.array(values, kind)
    return pa.chunked_array([whole[begin:], whole[:0], whole[:3]], kind)


@pytest.mark.parametrize("begin", [0, 3, 9])
@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.int64(), pa.float16(), pa.float64()])
def test_numbers(kind, begin):
    values = [np.float16(1.5), None, *map(np.float16, range(10))] if kind == pa.float16() else [
        1, None, *range(10)]  # fmt: skip
    array = sliced(values, kind, begin)
    found = numbers(array)
    assert found.dtype == kind.to_pandas_dtype()
    assert found.tolist() == array.fill_null(0).to_pylist()


@pytest.mark.parametrize("begin", [0, 3, 9, 12])
def test_truths(begin):
    array = sliced(
        [True, None, False, True, True, False, True, True, False, True, None, True], pa.bool_(), begin
    )
    assert truths(array).tolist() == array.fill_null(False).to_pylist()


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [(pa.timestamp("ns"), "M8[ns]"), (pa.timestamp("s", "UTC"), "M8[s]"), (pa.duration("us"), "m8[us]"),
     (pa.date32(), "M8[D]"), (pa.date64(), "M8[ms]")],
)  # fmt: skip
def test_times(kind, dtype):
    day = 86_400_000
    array = sliced([day, None, *(day * i for i in range(5))], pa.int64(), 1)
    times = array.cast("int32").cast(kind) if kind == pa.date32() else array.cast(kind)
    found = counts(times, dtype)
    assert found.dtype == dtype
    expected = [None if value is None else value for value in array.to_pylist()]
    assert [None if np.isnat(value) else int(value.view("i8")) for value in found] == expected


def test_nothing():
    assert numbers(pa.chunked_array([], pa.int32())).dtype == "i4"
    assert truths(pa.chunked_array([], pa.bool_())).size == 0
    assert counts(pa.chunked_array([], pa.timestamp("s")), "M8[s]").size == 0


def test_the_first_rows_of_a_table_need_no_pandas(tmp_path: Path):
    table = pa.table(
        {"i": [1, 2], "x": [0.5, None], "t": ["a", None], "on": [True, None],
         "d": pa.array([1, None], pa.timestamp("ns")), "c": pa.array(["a", "b"]).dictionary_encode()}
    )  # fmt: skip
    pq.write_table(table, tmp_path / "t.parquet")
    code = (
        "import sys; from pathlib import Path\n"
        "from jupyter_zarr_serve.core.nodes import Policy\n"
        "from jupyter_zarr_serve.preview.rows import rows\n"
        "from jupyter_zarr_serve.readers import open_file\n"
        f"found = rows(open_file(Path({str(tmp_path / 't.parquet')!r}), Policy()), 0, 10)['rows']\n"
        "print(found[1], 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("] ")[1].strip() == "False"
