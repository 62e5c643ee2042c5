"""Metadata of a group in a local Zarr store are read again only where something of them has changed."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zarr

from jupyter_zarr_serve.files import same_store
from jupyter_zarr_serve.files.served_tree import ServedTree
from jupyter_zarr_serve.files.tree import Settings
from jupyter_zarr_serve.readers.zarr_store.hierarchy import Hierarchy
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.worker.serving import served_tree

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere no status tells of all changes")

OLD = 1_700_000_000  # seconds since 1970


@pytest.fixture(params=[2, 3])
def zarr_format(request) -> int:
    return int(request.param)


@pytest.fixture
def root(tmp_path: Path, zarr_format: int, monkeypatch) -> Path:
    """A folder with a store that was written long ago, as far as its reader knows."""
    root = tmp_path / "root"
    write(root / "s.zarr", zarr_format)
    monkeypatch.setattr(same_store, "_SETTLED_NS", -(10**12))
    return root


def write(store: Path, zarr_format: int) -> None:
    group = zarr.create_group(store, zarr_format=zarr_format, attributes={"of": "root"})
    inner = group.create_group("inner", attributes={"of": "inner"})
    for parent in (group, inner):
        for name in ("a", "b"):
            parent.create_array(name, data=np.arange(4), attributes={"of": name})
    (store / "no_node").mkdir()


def documents(tree: ServedTree, path: str = "s.zarr") -> list[object]:
    """The documents of a group in both formats."""
    found = []
    for fmt, name in ((3, "zarr.json"), (2, ".zattrs"), (2, ".zmetadata")):
        response = tree.respond(Request(fmt, ("files", *path.split("/"), name)))
        found.append((response.status, json.loads(response.body)))
    return found


def is_known(tree: ServedTree, path: str = "s.zarr") -> bool:
    request = Request(3, ("files", *path.split("/"), "zarr.json"))
    return tree._contents.get(request) is not None


def attributes(folder: Path, zarr_format: int, **given: int) -> None:
    """Rewrite the attributes of a node in place."""
    file = folder / ("zarr.json" if zarr_format == 3 else ".zattrs")
    known = json.loads(file.read_text())
    file.write_text(json.dumps({**known, "attributes": given} if zarr_format == 3 else given))


def by_rename(folder: Path, zarr_format: int) -> None:
    """Replace the attributes of a node by a file that was written before."""
    file = folder / ("zarr.json" if zarr_format == 3 else ".zattrs")
    other = folder.parent / "other"
    shutil.copy2(file, other)
    other.write_text(file.read_text().replace('"a"', '"z"'))
    os.utime(other, (OLD, OLD))
    other.rename(file)


def exchanged(store: Path) -> None:
    """Put one member in the place of another, without writing a file."""
    (store / "a").rename(store / "aside")
    (store / "b").rename(store / "a")
    (store / "aside").rename(store / "b")


def other_format(store: Path, zarr_format: int) -> None:
    """Make a folder that was no node one of the other format."""
    zarr.create_group(store / "no_node", zarr_format=5 - zarr_format, attributes={"of": "late"})


CHANGES: dict[str, Callable[[Path, int], object]] = {
    "attributes of the group": lambda store, fmt: attributes(store, fmt, new=1),
    "attributes of an array": lambda store, fmt: attributes(store / "a", fmt, new=1),
    "attributes of what lies deep": lambda store, fmt: attributes(store / "inner" / "b", fmt, new=1),
    "attributes of an inner group": lambda store, fmt: attributes(store / "inner", fmt, new=1),
    "a document that takes the place of another": lambda store, fmt: by_rename(store / "a", fmt),
    "another shape": lambda store, fmt: zarr.open_array(store / "a").resize(9),
    "a new member": lambda store, fmt: zarr.create_array(store / "c", data=np.arange(3), zarr_format=fmt),
    "a new member deep down": lambda store, fmt: zarr.create_group(store / "inner" / "c", zarr_format=fmt),
    "a member that is gone": lambda store, _: shutil.rmtree(store / "b"),
    "a member of another name": lambda store, _: (store / "b").rename(store / "d"),
    "members that were exchanged": lambda store, _: exchanged(store),
    "a folder that becomes a node": other_format,
    "a member that becomes a link": lambda store, _: (
        (store / "b").rename(store.parent / "elsewhere"),
        (store / "b").symlink_to(store.parent / "elsewhere"),
    ),
    "the whole store": lambda store, fmt: (shutil.rmtree(store), write(store, 5 - fmt)),
}


def test_what_is_the_same_is_not_read_again(root, monkeypatch):
    tree = served_tree(Settings(root))
    wanted = documents(tree)
    assert {status for status, _ in wanted} == {200}
    assert documents(tree, "s.zarr/inner") != wanted
    assert is_known(tree)
    assert is_known(tree, "s.zarr/inner")
    read: list[str] = []
    read_file = Hierarchy._file
    monkeypatch.setattr(Hierarchy, "_file", lambda self, key: read.append(key) or read_file(self, key))
    assert documents(tree) == wanted
    assert not read


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("path", ["s.zarr", "s.zarr/inner"])
def test_every_change_is_seen(root, zarr_format, change, path):
    tree = served_tree(Settings(root))
    documents(tree, path)
    assert is_known(tree, path)
    CHANGES[change](root / "s.zarr", zarr_format)
    assert documents(tree, path) == documents(served_tree(Settings(root)), path)


def test_chunks_that_are_written_change_no_metadata(root):
    tree = served_tree(Settings(root))
    documents(tree)
    zarr.open_array(root / "s.zarr" / "inner" / "a")[:] = 7
    assert is_known(tree)


def test_a_link_to_a_store_may_lead_to_another_one(root, zarr_format):
    write(root / "t.zarr", zarr_format)
    attributes(root / "t.zarr", zarr_format, new=1)
    (root / "link.zarr").symlink_to(root / "s.zarr")
    tree = served_tree(Settings(root))
    before = documents(tree, "link.zarr")
    assert is_known(tree, "link.zarr")
    (root / "link.zarr").unlink()
    (root / "link.zarr").symlink_to(root / "t.zarr")
    assert documents(tree, "link.zarr") != before
    assert documents(tree, "link.zarr") == documents(tree, "t.zarr")


def test_behind_links_in_a_store_nothing_is_remembered(root, zarr_format):
    (root / "s.zarr" / "inner").rename(root / "s.zarr" / "there")
    (root / "s.zarr" / "inner").symlink_to(root / "s.zarr" / "there")
    tree = served_tree(Settings(root))
    assert documents(tree)[0][0] == 200
    assert not is_known(tree)
    attributes(root / "s.zarr" / "there" / "a", zarr_format, new=1)
    assert documents(tree) == documents(served_tree(Settings(root)))


def test_a_store_that_was_just_written_is_not_remembered(tmp_path, zarr_format):
    write(tmp_path / "s.zarr", zarr_format)
    tree = served_tree(Settings(tmp_path))
    documents(tree)
    assert not is_known(tree)


def test_what_views_make_of_pixels_is_not_remembered(root):
    tree = served_tree(Settings(root))
    request = Request(3, ("files", "s.zarr", "inner", "zarr.json"), view="portable")
    assert tree.respond(request).status == 200
    assert tree._contents.get(request) is None
