"""The newest step of a group's time axis, as gridlook asks for it: of a file that grows, by whoever may."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr

from jupyter_zarr_serve.handlers.live import timesteps
from tests.server import Server


@pytest.fixture
def run(served_dir: Path, request: Any) -> Path:
    """A NetCDF-like file of which three steps are written."""
    path = served_dir / f"{request.node.name.partition('[')[0]}.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("time", data=np.arange(3), maxshape=(None,), chunks=(1,)).make_scale("time")
        file.create_dataset("t", data=np.zeros((3, 4)), maxshape=(None, 4), chunks=(1, 4))
        file["t"].dims[0].attach_scale(file["time"])
    return path


def grow(path: Path, count: int, names: tuple[str, ...] = ("t", "time")) -> None:
    with h5py.File(path, "a") as file:
        for name in names:
            file[name].resize(count, axis=0)


def step(server: Server, path: str, which: str = "current") -> int:
    answer = server.get(f"zarr/{path}/{which}-timestep")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(answer.json()) == ["timestep"]
    return int(answer.json()["timestep"])


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_a_growing_file_is_followed(server: Server, run: Path, version):
    path = f"{version}/files/{run.name}"
    assert step(server, path) == 2
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(step, server, path, "next")
        time.sleep(1)
        assert not following.done()
        grow(run, 4)
        began = time.monotonic()
        assert following.result(10) == 3
        assert time.monotonic() - began < 2
    assert server.open(3, f"files/{run.name}/t").shape == (4, 4)


def test_what_came_between_two_questions_is_told_at_once(server: Server, run: Path):
    path = f"v3/files/{run.name}"
    assert step(server, path) == 2
    grow(run, 6)
    assert step(server, path, "next") == 5


@pytest.fixture
def full(served_dir: Path) -> zarr.Group:
    """A store of nine steps."""
    group = zarr.create_group(served_dir / "full.zarr", overwrite=True)
    group.create_array("t", shape=(9, 4), chunks=(1, 4), dtype="f4", dimension_names=["time", "x"])
    group.create_array("time", data=np.arange(9), dimension_names=["time"])
    return group


def test_a_step_is_there_once_all_arrays_have_it(server: Server, full: zarr.Group):
    full["time"].resize(12)  # type: ignore[call-arg, union-attr]
    assert step(server, "v3/files/full.zarr") == 8
    full["t"].resize((11, 4))  # type: ignore[call-arg, union-attr]
    assert step(server, "v3/files/full.zarr") == 10


def test_who_waits_long_is_told_the_same_step(server: Server, run: Path):
    """Before proxies give the question up, which would be a failure for gridlook."""
    path = f"v3/files/{run.name}"
    assert step(server, path) == 2
    began = time.monotonic()
    assert step(server, path, "next") == 2
    assert 20 < time.monotonic() - began < 29


def test_an_attribute_tells_the_step_of_an_axis_of_full_length(server: Server, full: zarr.Group):
    """So it is as gridlook wants it: the axis and its values are there from the beginning."""
    assert step(server, "v3/files/full.zarr") == 8
    for count in range(3):
        full["t"][count] = count + 1  # type: ignore[index]
        full.attrs[timesteps.ATTRIBUTE] = count
        assert step(server, "v3/files/full.zarr", "next") == count
    for wrong in (-1, 9, 1.5, True, "3"):
        full.attrs[timesteps.ATTRIBUTE] = wrong
        assert step(server, "v3/files/full.zarr") == 8, wrong


def test_what_has_no_time_axis_has_no_step(server: Server, served_dir: Path):
    np.save(served_dir / "timeless.npy", np.zeros(3))
    for path in ("files", "files/timeless.npy", "files/none"):
        for which in ("current", "next"):
            answer = server.get(f"zarr/v3/{path}/{which}-timestep")
            assert answer.status_code == 404, path
            assert answer.json()["message"]


def test_an_axis_of_no_length_has_no_step_yet(server: Server, run: Path):
    grow(run, 0)
    answer = server.get(f"zarr/v3/files/{run.name}/current-timestep")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_a_page_of_another_origin_may_say_that_nothing_is_to_be_stored(server: Server):
    """gridlook sends this header, for which browsers want leave."""
    asked = {"Origin": "https://gridlook.pages.dev", "Access-Control-Request-Headers": "cache-control"}
    answer = server.nobody("zarr/v3/files/current-timestep", "OPTIONS", **asked)
    assert "cache-control" in answer.headers["Access-Control-Allow-Headers"]


def test_old_clients_are_forgotten():
    steps = timesteps.Steps()
    for number in range(timesteps._MOST_TOLD + 5):
        steps.note(f"client {number}", ("a",), number)
    assert steps.of("client 4", ("a",)) is None
    assert steps.of("client 5", ("a",)) == 5
