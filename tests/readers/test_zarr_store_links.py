"""Files of Zarr stores that lead outside or are no files."""

import os
from pathlib import Path

import pytest

from jupyter_zarr_serve.core.errors import Forbidden
from jupyter_zarr_serve.core.nodes import Policy

from ..nodes import child
from .zarr_stores import GRID, QUIET, ask, group_of_two, open_store, reason, served, write

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_links_that_lead_outside_are_refused_by_name(tmp_path: Path, zarr_format: int) -> None:
    secret, store = tmp_path / "secret", tmp_path / "store"
    write(secret, GRID, zarr_format)
    group_of_two(store, zarr_format)
    key = {2: "0.0", 3: "c/0/0"}[zarr_format]
    (store / "leak").symlink_to(secret)
    (store / "alias").symlink_to("good")
    (store / "bad" / key).unlink()
    (store / "bad" / key).symlink_to(secret / key)
    root = open_store(store)
    assert list(served(root, zarr_format)) == ["alias", "bad", "good"]
    with pytest.raises(Forbidden, match="leak"):
        child(root, "leak")
    assert ask(store, zarr_format, f"leak/{key}").status == 403
    assert ask(store, zarr_format, f"bad/{key}").status == 403
    assert ask(store, zarr_format, f"alias/{key}").status == 200
    (store / "bad" / key).unlink()
    (store / "bad" / key).symlink_to(tmp_path / "dangling")
    assert ask(store, zarr_format, f"bad/{key}").status == 403


def test_a_document_that_is_a_link_outside_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store"
    group_of_two(store, 3)
    (tmp_path / "secret.json").write_bytes((store / "bad/zarr.json").read_bytes())
    (store / "bad/zarr.json").unlink()
    (store / "bad/zarr.json").symlink_to("../../secret.json")
    with pytest.raises(Forbidden, match=r"bad/zarr\.json"):
        child(open_store(store), "bad")


def test_a_chunk_that_is_a_pipe_or_a_folder_is_refused_at_once(tmp_path: Path) -> None:
    write(tmp_path, GRID, 2)
    (tmp_path / "0.0").unlink()
    os.mkfifo(tmp_path / "0.0")
    (tmp_path / "0.1").unlink()
    (tmp_path / "0.1").mkdir()
    assert "regular file" in reason(ask(tmp_path, 2, "0.0"))
    assert "a folder where a chunk" in reason(ask(tmp_path, 2, "0.1"))


def test_a_cycle_of_links_ends(tmp_path: Path) -> None:
    group_of_two(tmp_path, 3)
    (tmp_path / "again").symlink_to(".")
    response = ask(tmp_path, 3, "zarr.json", Policy())
    assert response.status == 200
    assert b"consolidated" not in response.body
    assert ask(tmp_path, 3, "again/good/zarr.json").status == 200
