import io
import struct
import threading
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from upath import UPath

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.walk import child_of, members
from jupyter_zarr_serve.readers import zipped
from jupyter_zarr_serve.readers.npz import read
from tests.nodes import FILE_FAILURES, child, chunks_of, read_all

POLICY = Policy()
SMALL = Policy(target_bytes=256)
SAVERS = [np.savez, np.savez_compressed]


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def archive(path, contents, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as zipped_file:
        for name, content in contents.items():
            zipped_file.writestr(name, npy(content) if isinstance(content, np.ndarray) else content)
    return path


def whole(array):
    return tuple(slice(0, n) for n in array.shape)


# --- groups ------------------------------------------------------------------------------------


@pytest.mark.parametrize("save", SAVERS)
def test_every_member_equals_what_numpy_loads(tmp_path, save):
    rng = np.random.default_rng(0)
    arrays = {
        "plain": rng.random((30, 40)),
        "fortran": np.asfortranarray(rng.integers(0, 9, (20, 30, 4)).astype(">i2")),
        "scalar": np.array(5.0),
        "empty": np.zeros((0, 3)),
        "text": np.array(["a", "длина"]),
        "struct": np.zeros(3, [("a", ">i4"), ("b", "S3")]),
        "group/inner": np.arange(5),
        "group/deeper/inner": np.arange(6),
    }
    save(tmp_path / "a.npz", **arrays)
    root = read(tmp_path / "a.npz", SMALL)
    assert list(root.children) == ["plain", "fortran", "scalar", "empty", "text", "struct", "group"]
    for name, expected in arrays.items():
        got = read_all(child(root, name))
        np.testing.assert_array_equal(got, expected)
        assert got.shape == expected.shape


@given(st.data())
def test_any_region_of_a_deflated_array(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 20), min_size=1, max_size=3)))
    array = np.arange(np.prod(shape)).reshape(shape).copy(data.draw(st.sampled_from("CF")))
    remote = UPath("memory://npz-test/a.npz")
    file = io.BytesIO()
    np.savez_compressed(file, a=array)
    remote.write_bytes(file.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipped, "_STEP", data.draw(st.sampled_from([50, 1 << 20])))
        patch.setattr(zipped, "_INPUT", data.draw(st.sampled_from([7, 1 << 14])))
        node = child(read(remote, SMALL), "a")
        for _ in range(3):
            ends = [sorted((data.draw(st.integers(0, n)), data.draw(st.integers(0, n)))) for n in shape]
            region = tuple(slice(a, b) for a, b in ends)
            np.testing.assert_array_equal(node.read(region), array[region])


def test_chunks_of_compressed_members_are_runs_of_the_stream(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", c=np.zeros((9, 8, 10)), f=np.zeros((9, 8, 10), order="F"))
    root = read(tmp_path / "a.npz", SMALL)
    assert child(root, "c").chunk_shape == (1, 3, 10)
    assert child(root, "f").chunk_shape == (9, 3, 1)
    assert child(read(tmp_path / "a.npz", Policy(target_bytes=1440)), "c").chunk_shape == (2, 8, 10)


def test_names_that_clash(tmp_path):
    contents = {"a.npy": np.arange(3), "a/b.npy": np.arange(4), "x": b"other", "x.npy": np.arange(5)}
    root = read(archive(tmp_path / "a.npz", contents), POLICY)
    assert child(root, "a.npy").shape == (3,)
    assert child(root, "a/b").shape == (4,)
    assert child(root, "x").shape == (5,)


def test_one_bad_member_does_not_break_its_siblings(tmp_path):
    objects = io.BytesIO()
    np.save(objects, np.array([{}, []], object), allow_pickle=True)
    short = npy(np.arange(10))[:-1]
    contents = {
        "good.npy": np.arange(3),
        "objects.npy": objects.getvalue(),
        "readme.txt": b"hello",
        "short.npy": short,
        "long.npy": npy(np.arange(10)) + b"x",
        "nonsense.npy": b"nonsense",
        "empty.npy": b"",
        "/absolute.npy": np.arange(3),
        "../parent.npy": np.arange(3),
    }
    root = read(archive(tmp_path / "a.npz", contents), POLICY)
    assert [name for name, _ in members(root)] == ["good", "unnamed", "_.."]
    reasons = {
        "objects": "allow_pickle=False",
        "readme.txt": r"is no \.npy file",
        "short": "its header promises",
        "long": "its header promises",
        "nonsense": "magic",
        "empty": "magic",
    }
    for name, reason in reasons.items():
        with pytest.raises(Unreadable, match=reason) as failure:
            child_of(root, name, "")
        assert str(failure.value).count("a.npz")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(tmp_path, method):
    root = read(archive(tmp_path / "a.npz", {"a.npy": np.arange(3)}, method), POLICY)
    with pytest.raises(Unreadable, match="method"):
        child(root, "a")


def test_encrypted_members_are_refused(tmp_path):
    content = bytearray(archive(tmp_path / "a.npz", {"a.npy": np.arange(3)}).read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(Unreadable, match="encrypted"):
        child(read(tmp_path / "a.npz", POLICY), "a")


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"no archive" * 10, npy(np.arange(3))])
def test_what_is_no_archive_fails(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(FILE_FAILURES, match="zip"):
        read(tmp_path / "a.npz", POLICY)


def test_truncated_archives_fail(tmp_path):
    path = archive(tmp_path / "a.npz", {"a.npy": np.random.default_rng(0).random(1000)})
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(FILE_FAILURES):
        read(path, POLICY)


def test_an_archive_that_shrinks_fails(tmp_path):
    path = archive(tmp_path / "a.npz", {"a.npy": np.arange(1000)}, zipfile.ZIP_STORED)
    node = child(read(path, POLICY), "a")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(Unreadable, match="ends before byte"):
        read_all(node)


def test_a_member_whose_local_header_is_gone(tmp_path):
    path = archive(tmp_path / "a.npz", {"a.npy": np.arange(1000), "b.npy": np.arange(5)})
    path.write_bytes(b"XXXX" + path.read_bytes()[4:])
    root = read(path, POLICY)
    with pytest.raises(Unreadable, match="lies outside"):
        child(root, "a")
    assert child(root, "b").shape == (5,)


def test_extra_fields_before_stored_bytes(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        info = zipfile.ZipInfo("a.npy")
        info.extra = struct.pack("<HH5s", 0x7777, 5, b"extra")
        file.writestr(info, npy(np.arange(50)))
    content = b"something before the archive" + (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(content)
    np.testing.assert_array_equal(read_all(child(read(tmp_path / "a.npz", SMALL), "a")), np.arange(50))


# --- laziness and bounds -----------------------------------------------------------------------


def test_stored_members_are_read_in_place(tmp_path, bytes_read):
    np.savez(tmp_path / "a.npz", a=np.arange(10**6).reshape(1000, 1000))
    node = child(read(tmp_path / "a.npz", POLICY), "a")
    bytes_read.clear()
    assert node.read((slice(500, 510), slice(0, 1000)))[0, 0] == 500_000
    assert sum(bytes_read) == 10 * 1000 * 8


def test_a_group_is_opened_without_decoding(tmp_path, bytes_read):
    noise = np.random.default_rng(0).random(10**6)
    np.savez_compressed(tmp_path / "a.npz", a=noise, b=noise)
    root = read(tmp_path / "a.npz", POLICY)
    bytes_read.clear()
    assert child(root, "b").shape == (10**6,)
    assert sum(bytes_read) < 40_000


def test_later_reads_start_near_to_what_they_want(tmp_path, bytes_read, monkeypatch):
    monkeypatch.setattr(zipped, "_CHECKED", 0)
    noise = np.random.default_rng(0).random(10**6)
    np.savez_compressed(tmp_path / "a.npz", a=noise)
    node = child(read(tmp_path / "a.npz", POLICY), "a")
    region = (slice(900_000, 900_100),)
    bytes_read.clear()
    np.testing.assert_array_equal(node.read(region), noise[region])
    first = sum(bytes_read)
    bytes_read.clear()
    np.testing.assert_array_equal(node.read(region), noise[region])
    assert sum(bytes_read) < first / 4


def test_memory_is_bounded_by_the_region(tmp_path, monkeypatch):
    monkeypatch.setattr(zipped, "_CHECKED", 0)
    with (
        zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as file,
        file.open("a.npy", "w") as a,
    ):
        head = npy(np.zeros(0))
        header = "{'descr': '<f8', 'fortran_order': False, 'shape': (16777216,)}".ljust(117) + "\n"
        a.write(head[:8] + struct.pack("<H", 118) + header.encode())
        for _ in range(128):
            a.write(bytes(1 << 20))
    assert (tmp_path / "a.npz").stat().st_size < 200_000
    tracemalloc.start()
    node = child(read(tmp_path / "a.npz", POLICY), "a")
    assert not node.read((slice(16_000_000, 16_000_100),)).any()
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_many_threads_read_at_once(tmp_path):
    array = np.random.default_rng(0).integers(0, 50, (500, 1000))
    np.savez_compressed(tmp_path / "a.npz", a=array)
    node = child(read(tmp_path / "a.npz", Policy(target_bytes=1 << 16)), "a")
    regions = list(chunks_of(node))
    wrong = []

    def work(some):
        wrong.extend(region for region in some if not np.array_equal(node.read(region), array[region]))

    threads = [threading.Thread(target=work, args=(regions[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# --- damage in compressed members --------------------------------------------------------------


def rewritten(path, **changes):
    """The archive with fields of its directory's first entry changed."""
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\1\2")
    for name, offset in [("crc", 16), ("packed", 20), ("size", 24)]:
        if name in changes:
            struct.pack_into("<I", content, at + offset, changes[name])
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("checked", [0, 1 << 26], ids=["large", "small"])
@pytest.mark.parametrize("size", [99_999, 100_001, 400_000])
def test_a_stream_of_another_length_than_claimed(tmp_path, monkeypatch, checked, size):
    monkeypatch.setattr(zipped, "_CHECKED", checked)
    header = npy(np.zeros(size, "u1"))[:128]
    path = archive(tmp_path / "a.npz", {"a.npy": header + bytes(100_000), "b.npy": np.arange(4)})
    root = read(rewritten(path, size=128 + size), POLICY)
    node = child(root, "a")
    assert node.shape == (size,)
    with pytest.raises(Unreadable, match=r"a\.npz/a\.npy: .* damaged"):
        read_all(node)
    assert read_all(child(root, "b")).shape == (4,)


def test_a_wrong_checksum_is_found_before_any_chunk_is_served(tmp_path):
    path = rewritten(archive(tmp_path / "a.npz", {"a.npy": np.arange(5000)}), crc=12345)
    node = child(read(path, SMALL), "a")
    for region in list(chunks_of(node))[:2]:
        with pytest.raises(Unreadable, match="checksum"):
            node.read(region)


def test_damage_of_the_smallest_members_leaves_them_out_of_listings(tmp_path):
    path = rewritten(archive(tmp_path / "a.npz", {"a.npy": np.arange(9), "b.npy": np.arange(9)}), crc=12345)
    root = read(path, SMALL)
    assert [name for name, _ in members(root)] == ["b"]


def test_large_members_are_checked_when_their_end_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(zipped, "_CHECKED", 0)
    path = rewritten(archive(tmp_path / "a.npz", {"a.npy": np.arange(1000)}), crc=12345)
    with pytest.raises(Unreadable, match="checksum"):
        read_all(child(read(path, SMALL), "a"))


def test_a_damaged_stream_fails(tmp_path):
    path = archive(tmp_path / "a.npz", {"a.npy": np.random.default_rng(0).random(1000)})
    content = bytearray(path.read_bytes())
    content[3000:3010] = bytes(10)
    path.write_bytes(content)
    with pytest.raises((Unreadable, zlib.error)):
        read_all(child(read(path, SMALL), "a"))


def test_a_stored_member_with_two_sizes(tmp_path):
    path = archive(tmp_path / "a.npz", {"a.npy": np.arange(10)}, zipfile.ZIP_STORED)
    with pytest.raises(Unreadable, match="two sizes"):
        child(read(rewritten(path, size=10**6), POLICY), "a")
