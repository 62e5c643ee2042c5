"""Zarr stores: data types, shapes and fill values, as zarr-python reads them from the store itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
import zarr.codecs
import zarr.dtype

from jupyter_zarr_serve.core.dtypes import BYTES, STRING
from jupyter_zarr_serve.core.nodes import Array

from ..nodes import read_all
from .zarr_stores import QUIET, assert_same, check_array, edit, open_store, served, write

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]

NUMBERS = np.arange(7 * 10).reshape(7, 10)
TEXT = np.array(["a", "", "ünïcode", "𝄞", "long " * 40], "T")


STRUCT = np.dtype([("a", "<i4"), ("b", ">f8"), ("c", "S3")])


def test_structures_of_version_2(tmp_path: Path) -> None:
    data = np.zeros(6, STRUCT)
    data["a"], data["b"], data["c"] = np.arange(6), np.arange(6) / 3, b"xy"
    write(tmp_path, data, 2)
    check_array(tmp_path, (2,))


def test_nested_structures_and_subarrays_of_version_2(tmp_path: Path) -> None:
    dtype = np.dtype([("p", [("x", "<i2"), ("y", ">i2")]), ("m", "<f4", (2, 2))])
    data = np.zeros(4, dtype)
    data["p"]["x"], data["p"]["y"], data["m"] = np.arange(4), -np.arange(4), np.arange(16).reshape(4, 2, 2)
    write(tmp_path, np.zeros(4, "V20"), 2, compressors=None)
    edit(
        tmp_path / ".zarray",
        dtype=[["p", [["x", "<i2"], ["y", ">i2"]]], ["m", "<f4", [2, 2]]],
        chunks=[4],
        fill_value="AAEAAgAAgD8AAABAAABAQAAAgEA=",
    )
    (tmp_path / "0").write_bytes(data.tobytes())
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    block = node.read((slice(0, 4),))
    assert block.dtype == dtype
    assert block.tobytes() == data.tobytes()
    array = served(node, 3)
    assert array[...]["p"]["y"].tolist() == [0, -1, -2, -3]
    assert array[...]["m"]["3"].tolist() == [3, 7, 11, 15]


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("compressed", [False, True])
def test_text_of_variable_length_passes_in_both_formats(
    tmp_path: Path, zarr_format: int, compressed: bool
) -> None:
    write(tmp_path, TEXT, zarr_format, dtype="str", **({} if compressed else {"compressors": None}))
    assert check_array(tmp_path, (2, 3)).dtype == STRING


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_bytes_of_variable_length_pass_in_both_formats(tmp_path: Path, zarr_format: int) -> None:
    data = np.array([b"a", b"", b"\0nul\0", b"x" * 300, b"z"], object)
    write(tmp_path, data, zarr_format, dtype=zarr.dtype.VariableLengthBytes())
    assert check_array(tmp_path, (2, 3)).dtype == BYTES


def test_structures_of_version_3(tmp_path: Path) -> None:
    data = np.zeros(6, [("a", "<i4"), ("b", "<f8"), ("c", "S3")])
    data["a"], data["b"], data["c"] = np.arange(6), np.arange(6) / 3, b"xy"
    write(tmp_path, data, 3)
    check_array(tmp_path, (3,))


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (5, 1, 2)])
def test_shapes(tmp_path: Path, zarr_format: int, shape: tuple[int, ...]) -> None:
    data = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype("<i4") + 7
    write(tmp_path, data, zarr_format)
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    for fmt in (2, 3):
        assert_same(served(node, fmt)[...], data)
    assert_same(read_all(node), data)


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.0, 1.5])
@pytest.mark.parametrize("sharded", [False, True])
def test_absent_chunks_hold_the_fill_value(
    tmp_path: Path, zarr_format: int, value: float, sharded: bool
) -> None:
    extra = {"shards": (4, 4)} if sharded and zarr_format == 3 else {}
    array = zarr.create_array(
        tmp_path,
        shape=(6, 6),
        chunks=(2, 2),
        dtype="f4",
        fill_value=value,
        zarr_format=zarr_format,
        **extra,
    )
    array[:2, :3] = 1
    node = open_store(tmp_path)
    for fmt in (2, 3):
        assert_same(served(node, fmt)[...], array[...])


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("i8", 2**62), ("u8", 2**64 - 1), ("c8", 1 - 2j), ("b1", True), ("M8[s]", np.datetime64(9, "s")),
        ("M8[s]", np.datetime64("NaT", "s")), ("U3", "né"), ("S3", b"\xff\x00x"), ("str", "né"),
    ],
    ids=str,
)  # fmt: skip
def test_fill_values_of_all_kinds(tmp_path: Path, zarr_format: int, dtype: str, value: Any) -> None:
    array = zarr.create_array(
        tmp_path, shape=(3,), chunks=(2,), dtype=dtype, fill_value=value, zarr_format=zarr_format
    )
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    assert_same(read_all(node), array[...])
    for fmt in (2, 3):
        assert_same(served(node, fmt)[...], array[...])


@pytest.mark.parametrize(
    ("data_type", "spelling", "value"),
    [
        ("float32", "0x40490fdb", np.float32(np.pi)),
        ("float64", "Infinity", np.inf),
        ("complex64", ["NaN", 1], complex(np.nan, 1)),
        ({"name": "int16"}, -3, -3),
        ("r16", [1, 2], np.void(b"\1\2")),
        (
            {"name": "struct", "configuration": {"fields": [{"name": "x", "data_type": "int8"}]}},
            {"x": 5},
            (5,),
        ),
    ],
    ids=str,
)
def test_fill_values_of_version_3_as_others_spell_them(
    tmp_path: Path, data_type: Any, spelling: Any, value: Any
) -> None:
    write(tmp_path, NUMBERS, 3)
    edit(tmp_path / "zarr.json", data_type=data_type, fill_value=spelling)
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    assert_same(node.fill, np.array(value, node.dtype))
