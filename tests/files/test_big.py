"""Large things: what is not asked for is not looked at; counted in looks and bytes, not in seconds."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zarr

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.adapters.hdf5 import nodes as hdf5
from jupyter_zarr_serve.core import consolidated, walk
from jupyter_zarr_serve.core.nodes import Group, Node, Policy
from jupyter_zarr_serve.files import library as disk
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.readers.arrow import parquet
from jupyter_zarr_serve.readers.hdf5 import file as hdf5_file
from jupyter_zarr_serve.readers.zarr_store.hierarchy import Hierarchy
from jupyter_zarr_serve.serve import listing
from jupyter_zarr_serve.serve.request import JSON, Request, Response
from jupyter_zarr_serve.serve.respond import respond

FEW, MANY = 5, 6  # of which all are looked up, and none
TERABYTE = 1 << 40


@pytest.fixture(autouse=True)
def small_bounds(monkeypatch):
    assert (listing.MOST_LOOKUPS, walk._MAX_NODES) == (1000, 20_000)
    for module in (listing, consolidated):
        monkeypatch.setattr(module, "MOST_LOOKUPS", FEW)
    monkeypatch.setattr(walk, "_MAX_NODES", FEW)


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The names of files that were opened."""
    names: list[str] = []
    original = disk.open_file

    def open_file(path: Path, *rest: Any) -> Node:
        names.append(path.name)
        return original(path, *rest)

    monkeypatch.setattr(disk, "open_file", open_file)
    return names


class Counted(Mapping[str, Node]):
    """Children that count how often they are looked up."""

    def __init__(self, count: int) -> None:
        self.names = [f"a{number}" for number in range(count)]
        self.looked_up: list[str] = []

    def __getitem__(self, name: str) -> Node:
        if name not in self.names:
            raise KeyError(name)
        self.looked_up.append(name)
        return adapt(np.arange(3), Policy())

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        raise AssertionError("nobody needs the number")


def ask(root: Node, *path: str, zarr_format: int = 3, **fields: Any) -> Response:
    return respond(root, Request(zarr_format, path, **fields))


def kinds(root: Node, *path: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(ask(root, *path, "", form=JSON).body)["members"]
    return found


def folder(path: Path, count: int) -> Group:
    """A folder of so many files, the last of which is damaged."""
    path.mkdir()
    for number in range(count - 1):
        np.save(path / f"{number}.npy", np.arange(3))
    (path / f"{count - 1}.npy").write_bytes(b"damaged")
    (path / "note.txt").write_text("no data")
    node = Library(path, Policy()).top()
    assert isinstance(node, Group)
    return node


def test_a_listing_of_few_files_leaves_out_damaged_ones(tmp_path, opened):
    root = folder(tmp_path / "f", FEW)
    assert kinds(root) == {f"{n}.npy": "array" for n in range(FEW - 1)}
    assert f'"{FEW - 1}.npy/"' not in ask(root, "").body.decode()
    assert sorted(opened) == sorted(2 * [f"{FEW - 1}.npy"] + [f"{n}.npy" for n in range(FEW - 1)])


def test_a_listing_of_many_files_opens_none(tmp_path, opened):
    root = folder(tmp_path / "f", MANY)
    names = [f"{n}.npy" for n in range(MANY)]
    assert kinds(root) == dict.fromkeys(names, "unknown")
    body = ask(root, "").body.decode()
    assert all(f'<a href="{name}/">{name}</a>' in body for name in names)
    assert "note.txt" not in body
    assert walk.names_of(root) == names
    assert opened == []
    answer = ask(root, names[-1], "zarr.json")
    assert answer.status == 422
    assert names[-1] in json.loads(answer.body)["message"]
    assert ask(root, names[0], "c", "0").status == 200
    assert opened == [names[-1], names[0]]


def test_names_need_no_system_call_for_each(tmp_path, monkeypatch):
    root = folder(tmp_path / "f", MANY)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a file was looked at")

    opened, open_it = [], os.open

    def count(*args: Any, **kwargs: Any) -> int:
        opened.append(args)
        return open_it(*args, **kwargs)

    with monkeypatch.context() as patch:
        for module, name in ((os, "stat"), (os, "lstat"), (os.path, "realpath")):
            patch.setattr(module, name, refuse)
        patch.setattr(os, "open", count)
        assert len(walk.names_of(root)) == MANY
    assert len(opened) <= len((tmp_path / "f").parts)  # the folder, from the top


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_group_of_many_is_not_described_at_once(count, zarr_format):
    children = Counted(count)
    root = Group({"g": Group(children)})
    document = ask(root, "g", {2: ".zmetadata", 3: "zarr.json"}[zarr_format], zarr_format=zarr_format)
    is_whole = document.status == 200 and b"metadata" in document.body
    assert is_whole == (count == FEW)
    assert len(children.looked_up) == (FEW if count == FEW else 0)
    children.looked_up.clear()
    key = {2: ("0",), 3: ("c", "0")}[zarr_format]
    assert ask(root, "g", "a3", *key, zarr_format=zarr_format).status == 200
    assert children.looked_up == ["a3"]


def test_a_listing_of_many_members_looks_up_none():
    children = Counted(MANY)
    root = Group({"g": Group(children)})
    assert kinds(root, "g") == dict.fromkeys(children.names, "unknown")
    assert children.looked_up == []
    children.names.append("back\\slash")  # no client could open its siblings
    assert "back\\slash" not in kinds(root, "g")


def counting(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, note: Callable[..., Any]) -> list[Any]:
    """What `note` says of the arguments of each call of a function from now on."""
    noted: list[Any] = []
    original = getattr(where, name)

    def call(*arguments: Any) -> Any:
        noted.append(note(*arguments))
        return original(*arguments)

    monkeypatch.setattr(where, name, call)
    return noted


def test_an_hdf5_file_of_many_arrays(tmp_path, monkeypatch):
    made = counting(monkeypatch, hdf5, "_dataset", lambda dataset, _: dataset.name)
    with h5py.File(tmp_path / "many.h5", "w") as file:
        for number in range(MANY):
            file[f"a{number}"] = np.arange(3)
    root = Library(tmp_path, Policy()).top()
    assert ask(root, "many.h5", "zarr.json").status == 200
    assert len(kinds(root, "many.h5")) == MANY
    assert made == []
    assert ask(root, "many.h5", "a3", "c", "0").status == 200
    assert made == ["/a3"]


def test_a_zarr_store_of_many_arrays(tmp_path, monkeypatch):
    read = counting(monkeypatch, Hierarchy, "_file", lambda _, key: key)
    store = zarr.create_group(tmp_path / "many.zarr")
    for number in range(MANY):
        store.create_array(f"a{number}", shape=(3,), dtype="i8")
    root = Library(tmp_path, Policy()).top()
    assert ask(root, "many.zarr", "zarr.json").status == 200
    assert len(kinds(root, "many.zarr")) == MANY
    assert set(read) == {"zarr.json"}
    assert ask(root, "many.zarr", "a3", "zarr.json").status == 200
    assert set(read) == {"zarr.json", "a3/zarr.json"}


def test_a_terabyte_of_hdf5(tmp_path, monkeypatch):
    """Opening and reading one chunk read the bytes of metadata and of that chunk."""
    side, chunk = 1 << 18, 1 << 9
    with h5py.File(tmp_path / "huge.h5", "w") as file:
        huge = file.create_dataset("x", (side, side * 2), "f8", chunks=(chunk, chunk))
        huge[-chunk:, -chunk:] = 1.0
        assert huge.nbytes == TERABYTE
    by_hdf5 = counting(monkeypatch, hdf5_file._Bytes, "readinto", lambda _, buffer: len(buffer))
    past_it = counting(monkeypatch, hdf5_file._Bytes, "read_at", lambda _, __, length: length)
    root = Library(tmp_path, Policy()).top()
    last = str(side // chunk - 1), str(2 * side // chunk - 1)
    assert ask(root, "huge.h5", "zarr.json").status == 200
    assert ask(root, "huge.h5", "x", "c", "0", "0").status == 404
    assert sum(by_hdf5) + sum(past_it) < 1 << 16
    answer = ask(root, "huge.h5", "x", "c", *last)
    assert (answer.status, answer.body) == (200, np.ones((chunk, chunk)).tobytes())
    assert sum(by_hdf5) + sum(past_it) < answer.size + (1 << 16)


def test_many_rows_of_parquet(tmp_path, monkeypatch):
    """One chunk decodes one column of one row group."""
    decoded = counting(monkeypatch, parquet._Table, "decode", lambda _, *where: where[:2])
    table = pa.table({"a": np.arange(1000), "b": np.arange(1000) / 2})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=10)
    root = Library(tmp_path, Policy(target_bytes=80)).top()
    assert ask(root, "rows.parquet", "zarr.json").status == 200
    assert decoded == []
    assert ask(root, "rows.parquet", "b", "c", "42").status == 200
    assert decoded == [(1, 42)]
