import gc
import os
import struct
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Node, Policy
from jupyter_zarr_serve.core.walk import descendants, members
from jupyter_zarr_serve.readers.hdf5 import read
from tests.nodes import child, read_all


def served(path: Path, policy: Policy | None = None) -> Group:
    node = read(path, policy or Policy())
    assert isinstance(node, Group)
    return node


def array(node: Node, path: str) -> Array:
    found = child(node, path)
    assert isinstance(found, Array)
    return found


NUMBERS = [
    f"{order}{kind}" for order in "<>" for kind in ("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8")
]


@pytest.mark.parametrize("dtype", [*NUMBERS, "i1", "u1", "?", "<c8", ">c16", "S1", "S7"])
@pytest.mark.parametrize("chunks", [None, (3, 4)])
def test_values_are_those_of_h5py(tmp_path, dtype, chunks):
    values = np.arange(70).reshape(7, 10).astype(dtype)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", data=values, chunks=chunks)
        file["a"].attrs["units"] = "m"
    a = array(served(tmp_path / "a.h5"), "a")
    assert a.shape == (7, 10)
    assert a.dtype == values.dtype.newbyteorder("<")
    assert a.attributes == {"units": "m"}
    np.testing.assert_array_equal(read_all(a), values)


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (5,), (2, 3, 4, 5)])
def test_every_shape(tmp_path, shape):
    values = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["a"] = values
    np.testing.assert_array_equal(read_all(array(served(tmp_path / "a.h5"), "a")), values)


def test_only_the_region_is_read(tmp_path, monkeypatch):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["a"] = np.zeros((1000, 1000))
    a = array(served(tmp_path / "a.h5"), "a")
    read_bytes = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, n, at: read_bytes.append(n) or pread(fd, n, at))
    a.read((slice(10, 12), slice(0, 1000)))
    assert read_bytes == [2 * 1000 * 8]


def test_opening_reads_no_values(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("huge", (1 << 40, 1 << 20), "f8", chunks=(256, 256))
    huge = array(served(tmp_path / "a.h5"), "huge")
    assert huge.read((slice(1 << 39, (1 << 39) + 2), slice(0, 3))).tolist() == [[0.0] * 3] * 2


def test_groups_are_nested_and_have_attributes(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.attrs["title"] = "top"
        file["g/h/a"] = [1, 2]
        file["g"].attrs["n"] = np.array([[1, 2], [3, 4]])
    root = served(tmp_path / "a.h5")
    assert root.attributes == {"title": "top"}
    assert [path for path, _ in descendants(root)] == ["g", "g/h", "g/h/a"]
    np.testing.assert_array_equal(child(root, "g").attributes["n"], [[1, 2], [3, 4]])


def test_attributes_of_every_kind(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        attrs = file.attrs
        attrs["fixed"], attrs["text"] = np.bytes_("caf\u00e9".encode()), "caf\u00e9"
        attrs["broken"] = np.bytes_(b"caf\xe9")
        attrs["list"] = ["a", "b"]
        attrs["one"], attrs["one_text"] = np.array([1.5]), ["only"]
        attrs["empty"], attrs["no_numbers"] = h5py.Empty("S1"), h5py.Empty("f4")
        attrs["reference"] = file.ref
        attrs.create("color", 1, dtype=h5py.enum_dtype({"red": 0, "green": 1}))
    found = dict(served(tmp_path / "a.h5").attributes)
    assert found.pop("no_numbers").size == 0
    assert found == {
        "fixed": "caf\u00e9", "text": "caf\u00e9", "broken": "caf\\xe9", "list": ["a", "b"],
        "one": 1.5, "one_text": "only", "empty": "", "color": 1,
    }  # fmt: skip


def test_text(tmp_path):
    texts = ["", "\u00e9", "long " * 50]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("utf8", data=texts, dtype=h5py.string_dtype())
        file.create_dataset("ascii", data=["a", "bc"], dtype=h5py.string_dtype("ascii"))
        file.create_dataset("broken", data=np.array([b"a\xff"], object), dtype=h5py.string_dtype())
        file["fixed"] = np.array([b"\xc3\xa9", b"ab"], h5py.string_dtype("utf-8", 4))
        file["scalar"] = "one"
        file.create_dataset("unwritten", (3,), h5py.string_dtype(), chunks=(2,))
    root = served(tmp_path / "a.h5")
    assert all(node.dtype == STRING for _, node in members(root))
    assert array(root, "scalar").read(()).tolist() == "one"
    values = {name: read_all(node).tolist() for name, node in members(root) if node.shape}
    assert values == {
        "utf8": texts, "ascii": ["a", "bc"], "broken": ["a\\xff"], "fixed": ["\u00e9", "ab"],
        "unwritten": ["", "", ""],
    }  # fmt: skip


def test_enumerations_are_numbers_with_flags(tmp_path):
    dtype = h5py.enum_dtype({"off": 0, "full on": 5}, "i2")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", data=np.array([0, 5], "i2"), dtype=dtype)
    a = array(served(tmp_path / "a.h5"), "a")
    assert a.dtype == np.int16
    assert read_all(a).tolist() == [0, 5]
    assert a.attributes["flag_values"].tolist() == [0, 5]
    assert a.attributes["flag_meanings"] == "off full_on"


def test_structures_stay_whole_where_zarr_can_spell_them(tmp_path):
    dtype = np.dtype([("id", ">i4"), ("at", [("x", "<f4"), ("y", "<f4")]), ("tag", "S3")])
    values = np.array([(1, (2, 3), b"a"), (4, (5, 6), b"bcd")], dtype)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["a"] = values
    a = array(served(tmp_path / "a.h5"), "a")
    assert a.dtype.names == ("id", "at", "tag")
    assert a.read((slice(0, 2),)).tolist() == values.tolist()


def test_structures_with_text_are_groups_of_their_fields(tmp_path):
    text = h5py.string_dtype()
    dtype = np.dtype(
        [
            ("n", "i4"),
            ("name", text),
            ("v", "f4", (3,)),
            ("in", [("z", "i2"), ("t", text)]),
            ("r", h5py.ref_dtype),
        ]
    )
    values = np.zeros(4, dtype)
    values["n"], values["v"] = range(4), np.arange(12).reshape(4, 3)
    values["name"], values["in"]["t"], values["in"]["z"] = list("abcd"), list("efgh"), range(4, 8)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        values["r"] = file.ref
        file["a"] = values
    group = child(served(tmp_path / "a.h5"), "a")
    assert [path for path, _ in descendants(group)] == ["n", "name", "v", "in", "in/z", "in/t"]
    assert read_all(array(group, "name")).tolist() == list("abcd")
    assert read_all(array(group, "in/t")).tolist() == list("efgh")
    assert read_all(array(group, "in/z")).tolist() == [4, 5, 6, 7]
    assert array(group, "v").read((slice(1, 3), slice(0, 2))).tolist() == [[3, 4], [6, 7]]
    with pytest.raises(Unreadable, match="references"):
        child(group, "r")


def test_opaque_and_dates(tmp_path):
    dates = np.array(["2020-01-01", "NaT"], "M8[s]")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["opaque"] = np.array([b"abc", b"def"], "V3")
        file["dates"] = dates.astype(h5py.opaque_dtype(dates.dtype))
    root = served(tmp_path / "a.h5")
    assert array(root, "opaque").dtype == np.dtype("V3")
    assert read_all(array(root, "opaque")).tobytes() == b"abcdef"
    np.testing.assert_array_equal(read_all(array(root, "dates")), dates)


def test_integers_of_odd_precision_are_converted(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        kind = h5py.h5t.STD_I32LE.copy()
        kind.set_precision(12)
        kind.set_offset(4)
        space = h5py.h5s.create_simple((3,))
        data = h5py.h5d.create(file.id, b"a", kind, space)
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([1, -2, 3], "i4"))
    assert read_all(array(served(tmp_path / "a.h5"), "a")).tolist() == [1, -2, 3]


REFUSED = {
    "null": (lambda f: f.create_dataset("null", data=h5py.Empty("f4")), "neither shape nor values"),
    "type": (lambda f: f.__setitem__("type", np.dtype("i4")), "datatype"),
    "ragged": (lambda f: f.create_dataset("ragged", (2,), h5py.vlen_dtype("i4")), "varying length"),
    "ref": (lambda f: f.create_dataset("ref", (2,), h5py.ref_dtype), "references"),
    "region": (lambda f: f.create_dataset("region", (2,), h5py.regionref_dtype), "references"),
    "wide": (lambda f: f.create_dataset("wide", (2,), np.longdouble), "extended precision"),
    "dangling": (lambda f: f.__setitem__("dangling", h5py.SoftLink("/nowhere")), "no member 'nowhere'"),
    "through": (lambda f: f.__setitem__("through", h5py.SoftLink("/good/x")), "no group"),
    "round": (lambda f: f.__setitem__("round", h5py.SoftLink("/round")), "round in a circle"),
    "external": (lambda f: f.__setitem__("external", h5py.ExternalLink("secret.h5", "/a")), "another file"),
    "via": (lambda f: f.__setitem__("via", h5py.SoftLink("/out/a")), "another file"),
    "outside": (lambda f: f.create_dataset("outside", (8,), "u1", external="secret.h5"), "another file"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_one_bad_member_is_refused_alone_and_says_why(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with h5py.File("secret.h5", "w") as file:
        file["a"] = [42]
    make, reason = REFUSED[name]
    with h5py.File("a.h5", "w") as file:
        file["good"] = [1, 2, 3]
        file["out"] = h5py.ExternalLink("secret.h5", "/")
        make(file)
    root = served(tmp_path / "a.h5")
    assert [found for found, _ in members(root)] == ["good"]
    with pytest.raises(Unreadable, match=reason):
        child(root, name)


def test_soft_links_are_followed_within_the_file(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["g/a"] = [1, 2, 3]
        file["g/relative"] = h5py.SoftLink("a")
        file["absolute"] = h5py.SoftLink("/g/relative")
        file["group"] = h5py.SoftLink("/g/./")
    root = served(tmp_path / "a.h5")
    for path in ("g/relative", "absolute", "group/a"):
        assert read_all(array(root, path)).tolist() == [1, 2, 3]


def test_many_soft_links_do_not_multiply(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["l0"] = h5py.SoftLink("/")
        for depth in range(1, 12):
            file[f"l{depth}"] = h5py.SoftLink("/".join([f"/l{depth - 1}"] * 30))
    with pytest.raises(Unreadable, match="circle"):
        child(served(tmp_path / "a.h5"), "l11")


def test_cycles_are_refused_alone(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["g/h/a"] = [1]
        file["g/h/hard"] = file["g"]
        file["g/h/soft"] = h5py.SoftLink("/")
        file["g/twice"] = file["g/h"]
    root = served(tmp_path / "a.h5")
    assert [path for path, _ in descendants(root)] == ["g", "g/h", "g/h/a", "g/twice", "g/twice/a"]
    for path in ("g/h/hard", "g/h/soft"):
        with pytest.raises(Unreadable, match="ancestor"):
            child(root, path)


def virtual(file, name, source, shape=(4,)):
    layout = h5py.VirtualLayout(shape, "i8")
    layout[:] = source
    file.create_virtual_dataset(name, layout)


def test_virtual_datasets_of_the_same_file_are_served(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["a"] = np.arange(4)
        virtual(file, "v", h5py.VirtualSource(".", "a", (4,)))
        virtual(file, "w", h5py.VirtualSource(file["v"]))
    root = served(tmp_path / "a.h5")
    assert read_all(array(root, "v")).tolist() == [0, 1, 2, 3]
    assert read_all(array(root, "w")).tolist() == [0, 1, 2, 3]


def test_virtual_datasets_of_other_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with h5py.File("secret.h5", "w") as file:
        file["a"] = np.arange(4)
    with h5py.File("a.h5", "w") as file:
        virtual(file, "direct", h5py.VirtualSource("secret.h5", "a", (4,)))
        virtual(file, "indirect", h5py.VirtualSource(".", "direct", (4,)))
        file["link"] = h5py.ExternalLink("secret.h5", "/a")
        virtual(file, "linked", h5py.VirtualSource(".", "link", (4,)))
        virtual(file, "self", h5py.VirtualSource(".", "self", (4,)))
    root = served(tmp_path / "a.h5")
    for name in ("direct", "indirect", "linked"):
        with pytest.raises(Unreadable, match="another file"):
            child(root, name)
    with pytest.raises(Unreadable, match="made of itself"):
        child(root, "self")


def test_user_blocks_and_matlab(tmp_path):
    with h5py.File(tmp_path / "a.mat", "w", userblock_size=512) as file:
        file["contiguous"] = np.arange(100)
        file.create_dataset("chunked", data=np.arange(100), chunks=(30,), compression="gzip")
    with (tmp_path / "a.mat").open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64")
    root = served(tmp_path / "a.mat")
    for name in ("contiguous", "chunked"):
        np.testing.assert_array_equal(read_all(array(root, name)), np.arange(100))


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "-v7.3"),
        (b"\x0e\x03\x13\x01" + bytes(100), "h4toh5"),
        (b"CDF\x01" + bytes(100), r"\.nc"),
        (struct.pack("<5i", 0, 1, 9, 0, 11) + b"testdouble\0" + bytes(72), "MATLAB 4 file.*-v7.3"),
        (struct.pack(">5i", 1001, 1, 2, 0, 2) + b"a\0" + bytes(16), "MATLAB 4 file.*-v7.3"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path, start, reason):
    (tmp_path / "a.mat").write_bytes(start)
    with pytest.raises(Unreadable, match=reason):
        read(tmp_path / "a.mat", Policy())


def test_a_type_that_h5py_cannot_read_is_told(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["good"] = [1, 2]
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(file.id, b"times", h5py.h5t.UNIX_D32LE, space)
    root = served(tmp_path / "a.h5")
    assert [name for name, _ in members(root)] == ["good"]
    with pytest.raises(Unreadable, match=r"times: its elements are of a type that h5py cannot read .*anew"):
        child(root, "times")


@pytest.mark.parametrize(
    "content", [b"", b"not HDF5", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(600)]
)
def test_what_is_no_hdf5_file_is_an_error(tmp_path, content):
    (tmp_path / "a.h5").write_bytes(content)
    with pytest.raises((OSError, Unreadable)):
        read(tmp_path / "a.h5", Policy())


def test_a_truncated_file_is_an_error(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"] = np.zeros(10_000)
    root = served(path)
    a = array(root, "a")
    os.truncate(path, 20_000)
    with pytest.raises(Unreadable, match="truncated"):
        read_all(a)
    with pytest.raises(OSError, match="truncated"):
        read(path, Policy())


def test_a_heap_without_end_is_an_error(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("a", data=["text"] * 3, dtype=h5py.string_dtype())
        file["b"] = [1]
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL")
    free = heap + 16 + 3 * 24  # behind three texts of up to eight bytes
    content[free + 8 : free + 16] = bytes(8)
    path.write_bytes(content)
    root = served(path)
    with pytest.raises(Unreadable, match="heap"):
        read_all(array(root, "a"))
    assert read_all(array(root, "b")).tolist() == [1]


def test_attributes_that_cannot_be_read_say_so(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.attrs["damaged"], file.attrs["good"] = "text", 1
    content = bytearray(path.read_bytes())
    free = content.index(b"GCOL") + 16 + 24
    content[free + 8 : free + 16] = bytes(8)
    path.write_bytes(content)
    attributes = served(path).attributes
    assert attributes["good"] == 1
    assert attributes["damaged"].startswith("unreadable: ")


def test_others_may_write_the_file_meanwhile(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"] = [1]
    a = array(served(path), "a")
    code = f"import h5py\nwith h5py.File({str(path)!r}, 'a') as f: f['b'] = [2]"
    subprocess.run([sys.executable, "-c", code], check=True)
    with h5py.File(path, "a") as file:
        file["c"] = [3]
    assert read_all(a).tolist() == [1]
    assert list(served(path).children) == ["a", "b", "c"]


def test_a_file_that_is_being_written_can_be_read(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset("a", data=np.arange(10), maxshape=(None,))
        file.swmr_mode = True
        assert read_all(array(served(path), "a")).tolist() == list(range(10))


def test_the_file_is_open_as_long_as_a_node_lives(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["g/a"] = [1, 2]
        file.create_dataset("g/b", data=[3, 4], chunks=(1,), compression="gzip")

    def open_files() -> int:
        gc.collect()
        links = Path("/proc/self/fd").iterdir()
        return sum(link.is_symlink() and link.readlink() == path for link in links)

    a, b = (array(served(path), name) for name in ("g/a", "g/b"))
    gc.collect()
    assert (read_all(a).tolist(), read_all(b).tolist()) == ([1, 2], [3, 4])
    assert open_files() >= 1
    del a, b
    assert open_files() == 0


def test_remote_files(tmp_path):
    from upath import UPath

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["a"] = np.arange(10)
        file.create_dataset("b", data=np.arange(10), chunks=(4,), compression="gzip")
    remote = UPath("memory://hdf5/a.h5")
    remote.write_bytes((tmp_path / "a.h5").read_bytes())
    root = read(remote, Policy())
    for name in "ab":
        assert read_all(array(root, name)).tolist() == list(range(10))


@pytest.mark.parametrize(
    "options", [{}, {"chunks": (2,)}, {"chunks": (2,), "compression": "gzip"}], ids=str
)
@pytest.mark.parametrize("kind", ["f8", ">i2", "S3", "?"])
def test_elements_that_are_arrays_are_axes(tmp_path, kind, options):
    values = np.arange(24).reshape(4, 3, 2).astype(kind)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", (4,), dtype=(kind, (3, 2)), **options)[:] = values
    array = child(read(tmp_path / "a.h5", Policy()), "x")
    assert array.shape == (4, 3, 2)
    np.testing.assert_array_equal(read_all(array), values)
