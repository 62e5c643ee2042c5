"""Zip files that hold several Zarr stores."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from jupyter_zarr_serve.core.consolidated import LEFT_OUT
from jupyter_zarr_serve.core.nodes import Group
from jupyter_zarr_serve.readers import open_file
from jupyter_zarr_serve.serve.request import JSON, Request
from jupyter_zarr_serve.serve.respond import respond

from ..nodes import child
from ..store import CoreStore
from .zarr_stores import BOTH, GRID, POLICY, QUIET, assert_same, check_filled, fill, served, write, zipped

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


def put(path: Path, **members: bytes | str) -> None:
    """Add members to an archive."""
    with zipfile.ZipFile(path, "a") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def listed(node: Any, path: str = "") -> dict[str, Any]:
    response = respond(node, Request(3, (*filter(None, path.split("/")), ""), form=JSON))
    assert response.status == 200
    return dict(json.loads(response.body))


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs in a folder, one of each format, with an array and other files beside them."""
    folder = tmp_path / "runs"
    fill(folder / "2024" / "first.zarr", 2)
    fill(folder / "2024" / "second.zarr", 3)
    write(folder / "dark", GRID, 3)
    (folder / "2024" / "notes.txt").write_text("no data")
    (folder / "2024" / "raw.h5").write_bytes(b"")
    (folder / "2024" / "raw.h5.zip").write_bytes(b"")
    return zipped(folder, tmp_path / "runs.zip", zipfile.ZIP_DEFLATED, "runs/")


def test_stores_are_members_of_the_folders_that_they_lie_in(runs: Path) -> None:
    node = open_file(runs, POLICY)
    check_filled(child(node, "runs/2024/first.zarr"))
    check_filled(child(node, "runs/2024/second.zarr"))
    for zarr_format in (2, 3):
        root = served(node, zarr_format)
        assert sorted(root["runs"]) == ["2024", "dark"]
        assert sorted(root["runs/2024"]) == ["first.zarr", "second.zarr"]
        assert_same(root["runs/dark"][...], GRID)
        assert_same(root["runs/2024/first.zarr/g/deep/b"][...], GRID)


def test_other_data_files_are_named_as_left_out(runs: Path) -> None:
    node = open_file(runs, POLICY)
    told = listed(node, "runs/2024")
    assert told["members"] == {"first.zarr": "group", "second.zarr": "group"}
    reason = "runs.zip: of its members, only Zarr stores are read; unpack runs/2024/raw.h5"
    assert told[LEFT_OUT] == [f"raw.h5: {reason}", f"raw.h5.zip: {reason}.zip"]
    assert served(node, 3)["runs/2024"].attrs[LEFT_OUT] == told[LEFT_OUT]
    refused = respond(node, Request(3, ("runs", "2024", "raw.h5", "zarr.json")))
    assert refused.status == 422
    assert respond(node, Request(3, ("runs", "2024", "notes.txt", "zarr.json"))).status == 404


@BOTH
def test_a_group_of_datasets_opens_as_a_tree_in_xarray(tmp_path: Path, zarr_format: int) -> None:
    for year in (2023, 2024):
        dataset = xr.Dataset({"t": ("time", np.arange(3.0) + year)}, {"time": np.arange(3) * year})
        dataset.to_zarr(tmp_path / f"in/{year}.zarr", zarr_format=2, consolidated=False)  # type: ignore[call-overload]
    node = open_file(zipped(tmp_path / "in", tmp_path / "x.zip"), POLICY)
    tree = xr.open_datatree(CoreStore(node, zarr_format), engine="zarr", zarr_format=zarr_format)  # type: ignore[arg-type]
    assert sorted(tree) == ["2023.zarr", "2024.zarr"]
    assert tree["2024.zarr/t"].values.tolist() == [2024, 2025, 2026]
    assert tree["2023.zarr/time"].values.tolist() == [0, 2023, 4046]


def test_one_damaged_store_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    fill(tmp_path / "in/good", 3)
    path = zipped(tmp_path / "in", tmp_path / "x.zip")
    put(path, **{"bad/zarr.json": "{", "worse/.zarray": "[]"})
    node = open_file(path, POLICY)
    check_filled(child(node, "good"))
    told = listed(node)
    assert told["members"] == {"good": "group"}
    assert [line.split(":")[0] for line in told[LEFT_OUT]] == ["bad", "worse"]


def test_names_that_clients_mistake_are_renamed(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    write(tmp_path / "a", GRID, 3)
    document = (tmp_path / "a/zarr.json").read_bytes()
    put(path, **{f"{name}/zarr.json": document for name in ("100%", "a?b/c#d", "plain")})
    node = open_file(path, POLICY)
    assert isinstance(node, Group)
    assert sorted(node.children) == ["100_", "a_b", "plain"]
    assert child(node, "a_b/c_d").attributes["original_name"] == "c#d"


@pytest.mark.parametrize("name", ["../a", "/a", "b/../a", ".hidden", "__MACOSX/a", "a/../../b", "c/./d"])
def test_no_name_leads_out_of_the_archive(tmp_path: Path, name: str) -> None:
    fill(tmp_path / "in/one", 3)
    fill(tmp_path / "in/two", 3)
    path = zipped(tmp_path / "in", tmp_path / "x.zip")
    put(path, **{f"{name}/zarr.json": (tmp_path / "in/one/zarr.json").read_bytes(), f"{name}/x.npy": b""})
    assert listed(open_file(path, POLICY)) == {
        "kind": "group",
        "members": {"one": "group", "two": "group"},
    }


def test_the_last_of_two_members_of_one_name_counts_as_in_zipfile(tmp_path: Path) -> None:
    write(tmp_path / "in/a", GRID, 3)
    write(tmp_path / "in/b", GRID, 3)
    path = zipped(tmp_path / "in", tmp_path / "x.zip")
    write(tmp_path / "other", GRID + 1, 3)
    with pytest.warns(UserWarning, match="Duplicate name"):
        put(
            path,
            **{
                f"a/{file.relative_to(tmp_path / 'other').as_posix()}": file.read_bytes()
                for file in (tmp_path / "other").rglob("*")
                if file.is_file()
            },
        )
    root = served(open_file(path, POLICY), 3)
    assert_same(root["a"][...], GRID + 1)
    assert_same(root["b"][...], GRID)


_OPEN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31))
from pathlib import Path
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.walk import names_of
from jupyter_zarr_serve.readers import open_file
group = open_file(Path(sys.argv[1]), Policy())
print(len(names_of(group)))
"""


def test_names_with_thousands_of_folders_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    put(path, **{f"{i}/{'a/' * 30_000}zarr.json": "{}" for i in range(200)})
    assert path.stat().st_size < 25_000_000
    opened = subprocess.run([sys.executable, "-c", _OPEN, path], capture_output=True, text=True, check=True)
    assert opened.stdout == "200\n"
