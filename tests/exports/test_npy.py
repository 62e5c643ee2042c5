"""A ``.npy`` file has the values and the dtype of the region, for each dtype that it can hold."""

import io

import numpy as np
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Policy, make_array
from jupyter_zarr_serve.exports.npy import header
from jupyter_zarr_serve.serve.request import PART
from tests.exports.parts import ask, file, plan, refusal

RECORDS = np.array([(1, "ä", [1.5, 2]), (2, "b", [3, 4])], [("n", ">i4"), ("ß€", "U3"), ("xy", "f8", (2,))])


def loaded(obj, **options):
    return np.load(io.BytesIO(file(obj, "npy", **options)), allow_pickle=False)


@pytest.mark.parametrize(
    "dtype",
    [
        "?",
        "i1",
        ">i2",
        "u4",
        "i8",
        "u8",
        "f2",
        ">f4",
        "f8",
        "c8",
        "c16",
        "M8[ns]",
        "M8[D]",
        "m8[s]",
        "S3",
        ">U4",
        "V5",
    ],
)
def test_it_reads_back(dtype):
    values = np.frombuffer(np.random.default_rng(1).bytes(24 * np.dtype(dtype).itemsize), "u1")
    values = (values % 2 if dtype == "?" else values % 64).astype("u1")
    values = values.view(dtype).reshape(2, 3, 4)
    if np.dtype(dtype).kind == "U":
        values = np.array([f"é{i}" for i in range(24)], dtype).reshape(2, 3, 4)
    found = loaded(values, region="1,:2")
    assert found.dtype == values.dtype.newbyteorder("<")
    assert found.tobytes() == values[1, :2].astype(found.dtype).tobytes()


def test_records_read_back():
    found = loaded(RECORDS)
    assert found["n"].tolist() == [1, 2]
    assert found["ß€"].tolist() == ["ä", "b"]
    assert found["xy"]["1"].tolist() == [2, 4]


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1, 1)])
def test_shapes_without_length(shape):
    found = loaded(np.full(shape, 7.5))
    assert (found.shape, found.dtype) == (shape, np.dtype("f8"))
    assert (found == 7.5).all()


def test_other_layouts_of_memory():
    values = np.arange(24).reshape(4, 6)
    for strange in (values.T, values[::-1], values[:, ::2], np.asfortranarray(values)):
        assert loaded(strange).tolist() == strange.tolist()


@pytest.mark.parametrize("names", [["a"], ["ß" * 70_000], ["日本"], [f"field {i}" for i in range(4000)]])
def test_headers_of_each_version(names):
    dtype = np.dtype([(name, "u1") for name in names])
    begin = header(dtype, (2,))
    assert len(begin) % 64 == 0
    found = np.lib.format.read_array(io.BytesIO(begin + bytes(2 * len(names))), max_header_size=10**7)
    assert (found.dtype, found.shape) == (dtype, (2,))


def test_a_large_array_comes_in_parts():
    values = np.arange(9 << 20).reshape(9, 1024, 1024)
    node = adapt(values, Policy())
    sizes = plan(node, "npy")["sizes"]
    assert max(sizes) < 17 << 20
    assert len(sizes) == 5
    assert sum(sizes) == values.nbytes + 128
    assert (loaded(node) == values).all()


@pytest.mark.parametrize(
    ("obj", "options", "status", "words"),
    [(np.array(["a"], np.dtypes.StringDType()), {}, 422, "json or csv"),
     ({"a": np.zeros(3)}, {}, 400, "name one"),
     (np.zeros(3), {"region": "4"}, 400, "region"), (np.zeros(3), {"columns": '["a"]'}, 400, "one array")],
)  # fmt: skip
def test_what_it_cannot_hold(obj, options, status, words):
    found, message = refusal(obj, "npy", **options)
    assert found == status
    assert words in message


def test_what_changed_meanwhile_is_not_mixed():
    values = np.arange(6.0)
    told = plan(adapt(values, Policy()), "npy")
    other = adapt(np.arange(6), Policy())
    assert ask(other, PART, **{"as": "npy"}, mark=told["mark"], part=0).status == 409
    same = adapt(values, Policy())
    assert ask(same, PART, **{"as": "npy"}, mark=told["mark"], part=0).status == 200
    assert ask(same, PART, **{"as": "npy"}, mark=told["mark"], part=1).status == 400
    versioned = [make_array((6,), np.dtype("f8"), values.__getitem__, Policy(), version=v) for v in "ab"]
    told = plan(versioned[0], "npy")
    assert told["is_versioned"] is True
    assert ask(versioned[1], PART, **{"as": "npy"}, mark=told["mark"], part=0).status == 409
