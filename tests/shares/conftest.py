"""A folder of ways out, shared in parts."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr

from tests.server import Server

SECRET = 4242
Share = Callable[..., dict[str, Any]]


@pytest.fixture(scope="package")
def folder(served_dir: Path) -> Path:
    """``files/lab``: what is shared lies in ``lab/open``, what is not beside it."""
    root = served_dir / "lab"
    shutil.rmtree(root, ignore_errors=True)  # of other modules of this folder, run by the same worker
    for place in (root / "open", root / "closed", root / "open" / "deep"):
        place.mkdir(parents=True, exist_ok=True)
        np.save(place / "data.npy", np.full(3, SECRET if place.name == "closed" else 1))
    (root / "open" / "way_out").symlink_to(root / "closed")
    (root / "open" / "way_out.npy").symlink_to(root / "closed" / "data.npy")
    (root / "open" / "way_in.npy").symlink_to(root / "open" / "deep" / "data.npy")
    (root / "link").symlink_to(root / "open")
    with h5py.File(root / "closed" / "run.h5", "w") as file:
        file["secret"] = np.full(3, SECRET)
    with h5py.File(root / "open" / "run.h5", "w") as file:
        file["group/image"] = np.arange(12.0).reshape(3, 4)
        file["other"] = np.full(3, SECRET)
        file["external"] = h5py.ExternalLink("../closed/run.h5", "/secret")
    store = zarr.open_group(root / "x.zarr", mode="w", zarr_format=3)
    store.create_array("open/a", data=np.arange(3))
    store.create_array("closed/a", data=np.full(3, SECRET))
    (root / "x.zarr" / "open" / "way_out").symlink_to(root / "x.zarr" / "closed")
    return root


def share(server: Server, path: str, **wish: Any) -> dict[str, Any]:
    """What the server says of a new link."""
    answer = server.get("zarr/api/shares", "POST", json={"path": path, **wish})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def below(told: dict[str, Any], path: str = "") -> str:
    """A path below a link, as `Server.get` takes it."""
    return f"{told['link'].removeprefix('/')}{path}"
