"""A file that is served never makes the server read another one, whatever it is called and holds."""

import itertools
from pathlib import Path

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.core.errors import ServeError
from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.core.walk import child_of, lookups
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.readers import FORMATS
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond

SECRET = b"the-token-of-somebody-else------"
pytestmark = pytest.mark.usefixtures("nobody_writes")
SUFFIXES = [suffix for row in FORMATS for suffix in row.suffixes]


@pytest.fixture
def folder(tmp_path):
    """The served folder; what must not be read lies beside it."""
    (tmp_path / "secret.bin").write_bytes(SECRET)
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["token"] = np.frombuffer(SECRET, "u1")
    (tmp_path / "served").mkdir()
    return tmp_path / "served"


def write_attack(path: Path) -> None:
    """An HDF5 file that names the files beside its folder in every way that HDF5 has."""
    outside = path.parent.parent
    raw, other = str(outside / "secret.bin"), str(outside / "secret.h5")
    with h5py.File(path, "w") as file:
        file.create_dataset("external", (len(SECRET),), "u1", external=[(raw, 0, len(SECRET))])
        file["link"] = h5py.ExternalLink(other, "/token")
        file["group"] = h5py.ExternalLink(other, "/")
        file["soft"] = h5py.SoftLink("/group/token")
        file["plain"] = np.zeros(len(SECRET), "u1")
        for name, source in {
            "of_file": (other, "token"),
            "of_external": (".", "external"),
            "of_link": (".", "link"),
            "of_soft": (".", "soft"),
            "of_virtual": (".", "of_external"),
        }.items():
            layout = h5py.VirtualLayout((len(SECRET),), "u1")
            layout[:] = h5py.VirtualSource(*source, shape=(len(SECRET),), dtype="u1")
            file.create_virtual_dataset(name, layout)
        file["d%b"] = np.zeros(len(SECRET), "u1")
        file.create_dataset("d0", (len(SECRET),), "u1", external=[(raw, 0, len(SECRET))])
        _of_pattern(file, "of_pattern", "d%b")
        sparse = file.create_group("sparse")
        sparse.attrs.update({"encoding-type": "csr_matrix", "shape": [1, len(SECRET)]})
        sparse["data"] = h5py.SoftLink("/external")
        sparse["indices"] = np.arange(len(SECRET))
        sparse["indptr"] = [0, len(SECRET)]


def _of_pattern(file: h5py.File, name: str, pattern: str) -> None:
    """A virtual dataset whose sources HDF5 finds by a number in their name."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    virtual = h5py.h5s.create_simple((len(SECRET),), (h5py.h5s.UNLIMITED,))
    virtual.select_hyperslab((0,), (h5py.h5s.UNLIMITED,), (len(SECRET),), (len(SECRET),))
    source = h5py.h5s.create_simple((len(SECRET),))
    properties.set_virtual(virtual, b".", pattern.encode(), source)
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.STD_U8LE, virtual, dcpl=properties)


def everything(root: Group, zarr_format: int):
    """The bodies of all documents and first chunks, whether their names are listed or guessed."""
    names = ["", *_NAMES, *(f"sparse/{part}" for part in ("data", "indices"))]
    keys = {2: ("", ".zattrs", ".zarray", ".zmetadata", "0", "0.0"), 3: ("", "zarr.json", "c/0", "c/0/0")}[
        zarr_format
    ]
    for file in root.children:
        try:
            node = child_of(root, file, "")
        except ServeError as error:  # there is no way past what cannot be opened
            yield file, str(error).encode()
            continue
        for name, key in itertools.product(names, keys):
            path = "/".join(part for part in (name, key) if part)
            yield f"{file}/{path}", respond(node, Request(zarr_format, tuple(path.split("/")))).body


_NAMES = (
    "external", "link", "group", "group/token", "soft", "of_file", "of_external", "of_link", "of_soft",
    "of_virtual", "of_pattern", "d0", "sparse", "data",
)  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_suffix_lets_a_file_reach_another(folder, suffix, zarr_format):
    write_attack(folder / f"x{suffix}")
    root = Library(folder, Policy(compressor=None)).top()
    assert isinstance(root, Group)
    for path, body in everything(root, zarr_format):
        assert SECRET not in bytes(body), path


def test_what_is_tried_would_give_the_secret_away(folder):
    write_attack(folder / "x.h5")
    with h5py.File(folder / "x.h5") as file:
        names = ("external", "link", "soft", "of_file", "of_external", "of_link", "of_soft", "of_pattern")
        assert {name for name in names if file[name][:].tobytes() == SECRET} == {*names}


def test_nothing_is_written_beside_a_file(folder):
    for suffix in SUFFIXES:
        write_attack(folder / f"x{suffix}")
    before = sorted(path.name for path in folder.iterdir())
    root = Library(folder, Policy()).top()
    assert isinstance(root, Group)
    assert [found for _, found in lookups(root) if isinstance(found, Group)]
    assert sorted(path.name for path in folder.iterdir()) == before
