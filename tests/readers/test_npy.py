import contextlib
import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.lib import format as npy_format
from upath import UPath

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import npy
from jupyter_zarr_serve.readers.npy import parse_header, read
from tests.nodes import FILE_FAILURES, read_all

POLICY = Policy()
SMALL = Policy(target_bytes=64)

DTYPES = ["?", "i1", "u1", "<i2", ">i4", "<u8", ">f2", "<f4", ">f8", "<c8", ">c16", "<U3", ">U2", "S4"]
DTYPES += ["M8[ns]", ">m8[s]", "V3", [("x", ">i4"), ("y", [("z", "<f8"), ("w", "S2")])]]


def save(path, array, version=None):
    with path.open("wb") as file:
        npy_format.write_array(file, np.asanyarray(array), version, allow_pickle=False)
    return path


def sample(dtype, shape=(3, 5)):
    dtype = np.dtype(dtype)
    if dtype.kind in "US":
        return np.arange(15).reshape(shape).astype(dtype)
    bits = np.random.default_rng(1).integers(
        0, 2 if dtype.kind == "b" else 60, 15 * dtype.itemsize, np.uint8
    )
    return bits.view(dtype).reshape(shape)


def raw(text, version=b"\1\0", data=b"\0" * 64):
    body = text if isinstance(text, bytes) else text.encode("utf8")
    length = struct.pack("<H" if version == b"\1\0" else "<I", len(body))
    return b"\x93NUMPY" + version + length + body + data


def header(descr="'<i4'", shape="(2, 3)", order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}}}"


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_values_are_those_of_numpy_load(tmp_path, dtype, order):
    path = save(tmp_path / "a.npy", sample(dtype).copy(order))
    expected = np.load(path, allow_pickle=False)
    got = read_all(read(path, SMALL))
    assert got.tobytes() == expected.astype(got.dtype).tobytes()
    assert got.dtype == npy.make_array(expected.shape, expected.dtype, None, SMALL).dtype


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header(tmp_path, version):
    path = save(tmp_path / "a.npy", np.arange(6.0).reshape(2, 3), version)
    np.testing.assert_array_equal(read_all(read(path, POLICY)), np.load(path))


def test_field_names_beyond_latin1(tmp_path):
    array = np.zeros(3, [("длина", "<f8")])
    with pytest.warns(UserWarning, match="format 3.0"):
        np.save(tmp_path / "a.npy", array)
    assert read(tmp_path / "a.npy", POLICY).dtype == array.dtype


@given(
    hnp.arrays(st.sampled_from(["u1", ">i2", "<f8"]), hnp.array_shapes(min_dims=0, min_side=0)), st.data()
)
def test_shapes_and_orders(array, data):
    file = io.BytesIO()
    np.save(file, np.asarray(array, order=data.draw(st.sampled_from("CF"))))
    head = parse_header(file.getvalue(), "a")
    assert (head.shape, head.dtype, head.end) == (array.shape, array.dtype, len(file.getvalue()))
    region = tuple(slice(n // 3, n) for n in array.shape)
    got = head.read(lambda at, n: file.getvalue()[at : at + n], region)
    np.testing.assert_array_equal(got, array[region])


def test_padded_structures_are_packed(tmp_path):
    array = np.zeros(4, np.dtype([("a", "u1"), ("b", "<f8")], align=True))
    array["b"] = range(4)
    path = save(tmp_path / "a.npy", array)
    got = read_all(read(path, POLICY))
    assert got.dtype.itemsize == 9
    np.testing.assert_array_equal(got["b"], array["b"])


def test_a_header_written_by_python_2(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(raw(header(shape="(2L, 3L)"), data=np.arange(6, dtype="<i4").tobytes()))
    np.testing.assert_array_equal(read_all(read(path, POLICY)), np.arange(6).reshape(2, 3))


def test_an_image_in_a_npy_file_has_no_image_tiles(tmp_path):
    path = save(tmp_path / "a.npy", np.zeros((300, 400, 3), "u1"))
    assert read(path, POLICY).chunk_shape == (300, 400, 3)


def test_only_the_region_is_read(tmp_path, monkeypatch):
    path = save(tmp_path / "a.npy", np.zeros((1000, 1000)))
    array = read(path, POLICY)
    reads = []

    class Counting(io.FileIO):
        def read(self, size=-1):
            reads.append(size)
            return super().read(size)

    monkeypatch.setattr("jupyter_zarr_serve.readers.files.open_binary", Counting)
    assert array.read((slice(500, 510), slice(0, 1000))).shape == (10, 1000)
    assert sum(reads) == 10 * 1000 * 8
    reads.clear()
    read(path, POLICY)
    assert sum(reads) <= npy.MAX_HEAD


def test_large_arrays_are_opened_without_reading(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(raw(header("'<f8'", "(100000, 100000)"), data=b""))
    with path.open("r+b") as file:
        file.truncate(80_000_000_128)  # sparse
    array = read(path, POLICY)
    np.testing.assert_array_equal(array.read((slice(99_000, 99_010), slice(5, 9))), np.zeros((10, 4)))


OBJECT_FILE = raw(header("'|O'", "(2,)"), data=b"cos\nsystem\n(S'touch /tmp/pwned'\ntR.")

BAD = {
    "empty": (b"", "magic"),
    "other file": (b"hello world, this is no array", "magic"),
    "only the magic": (b"\x93NUMPY", "version"),
    "version 9": (raw(header(), b"\x09\0"), "version"),
    "ends in the length": (b"\x93NUMPY\1\0\x40", "ends within"),
    "ends in the header": (raw(header())[:40], "ends within"),
    "absurd length": (b"\x93NUMPY\2\0\xff\xff\xff\xff" + b" " * 100, "4,294,967,295 bytes"),
    "long header": (raw(header() + " " * 20_000), "20,"),
    "deep literal": (raw("-" * 9_000 + "1"), "header"),
    "nested literal": (raw("[" * 9_000), "header"),
    "a call": (raw("__import__('os').system('touch /tmp/pwned')"), "header"),
    "no dictionary": (raw("[1, 2]"), "dictionary"),
    "keys missing": (raw("{'descr': '<i4'}"), "fortran_order"),
    "no dtype": (raw(header("'nonsense'")), "nonsense"),
    "dtype is a number": (raw(header("5")), "header"),
    "duplicate fields": (raw(header("[('a', '<i4'), ('a', '<i4')]")), "name"),
    "subarray": (raw(header("('<i4', (3,))")), "are arrays"),
    "shape is a number": (raw(header(shape="6")), "header"),
    "shape of floats": (raw(header(shape="(2.0, 3)")), "float"),
    "negative shape": (raw(header(shape="(-2, 3)")), "impossible"),
    "huge empty shape": (raw(header(shape=f"(0, {10**40})")), "impossible"),
    "too many axes": (raw(header(shape=f"({'1, ' * 65})")), "impossible"),
    "not latin1": (raw(b"{'descr'\xff", b"\3\0"), "header"),
    "shape beyond the file": (raw(header(shape="(2000, 3000)")), "truncated"),
    "shape beyond all memory": (raw(header(shape=f"({2**62}, {2**62})")), "truncated"),
    "one byte short": (raw(header(), data=b"\0" * 23), "truncated"),
    "objects": (OBJECT_FILE, "allow_pickle=False"),
    "objects in a field": (raw(header("[('a', '<i4'), ('b', '|O')]")), "allow_pickle=False"),
    "StringDType": (raw(header("'T'")), "allow_pickle=False"),
    "extended precision": (raw(header("'<f16'"), data=bytes(96)), "extended precision"),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD)
def test_bad_files_are_refused_by_name(tmp_path, content, reason):
    path = tmp_path / "bad.npy"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=reason) as failure:
        read(path, POLICY)
    if "precision" not in reason:
        assert str(failure.value).startswith("bad.npy: ")


@given(st.data())
def test_damaged_headers_never_do_worse_than_fail(data):
    content = bytearray(raw(header()))
    at = data.draw(st.integers(0, len(content) - 65))
    content[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unreadable):
        assert parse_header(bytes(content), "a").end >= 0


def test_a_file_that_shrinks_fails(tmp_path):
    path = save(tmp_path / "a.npy", np.arange(1000))
    array = read(path, POLICY)
    with path.open("r+b") as file:
        file.truncate(500)
    with pytest.raises(Unreadable, match="ends before byte 8,128"):
        read_all(array)


def test_a_file_that_vanishes_is_an_os_error(tmp_path):
    path = save(tmp_path / "a.npy", np.arange(10))
    array = read(path, POLICY)
    path.unlink()
    with pytest.raises(FILE_FAILURES):
        read_all(array)


def test_remote_files_are_read_the_same(tmp_path):
    remote = UPath("memory://npy-test/a.npy")
    file = io.BytesIO()
    np.save(file, np.arange(1000.0).reshape(10, 100))
    remote.write_bytes(file.getvalue())
    np.testing.assert_array_equal(read_all(read(remote, SMALL)), np.arange(1000.0).reshape(10, 100))
