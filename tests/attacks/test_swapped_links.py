"""Whoever may write in a served folder puts a link to a secret in a file's place, after the check."""

import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import zarr

from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.files.tree import Settings, Tree
from jupyter_zarr_serve.readers import no_links
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import answered, locate
from tests.server import Server

MOST, SECONDS = 150, 3.0  # requests of each attack; without the guard a secret comes with one in ten
READS = 5_000
OWN, SECRET = np.full(4096, 11, "u1"), np.full(4096, 90, "u1")
LEAKS = [SECRET.astype(dtype).tobytes()[:256] for dtype in ("u1", "<i8")]

SWAP = """
import os, sys
here, there = sys.argv[1:]
print("ready", flush=True)
while True:  # ended by the test
    os.rename(here, here + "~")
    os.rename(there, here)
    os.rename(here + "~", there)
"""


@contextmanager
def swapping(here: Path, there: Path) -> Iterator[None]:
    """Two names that are exchanged all the time by another process."""
    process = subprocess.Popen([sys.executable, "-c", SWAP, here, there], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.communicate()


def npy(path: Path, data: np.ndarray) -> str:
    np.save(path / "x.npy", data)
    return "x.npy"


def csv(path: Path, data: np.ndarray) -> str:
    pd.DataFrame({"a": data}).to_csv(path / "x.csv", index=False)
    return "x.csv"


def parquet(path: Path, data: np.ndarray) -> str:
    pd.DataFrame({"a": data}).to_parquet(path / "x.parquet")
    return "x.parquet"


def feather(path: Path, data: np.ndarray) -> str:
    pd.DataFrame({"a": data}).to_feather(path / "x.feather", compression="uncompressed")
    return "x.feather"


def npz(path: Path, data: np.ndarray) -> str:
    np.savez(path / "x.npz", a=data)
    return "x.npz"


def hdf5(path: Path, data: np.ndarray) -> str:
    import h5py

    with h5py.File(path / "x.h5", "w") as file:
        file["a"] = data
    return "x.h5"


def tiff(path: Path, data: np.ndarray) -> str:
    import tifffile

    tifffile.imwrite(path / "x.tif", data.reshape(64, 64))
    return "x.tif"


def png(path: Path, data: np.ndarray) -> str:
    from PIL import Image

    Image.fromarray(data.reshape(64, 64)).save(path / "x.png")
    return "x.png"


def store(path: Path, data: np.ndarray) -> str:
    zarr.create_array(path / "x.zarr", data=data, chunks=(4096,), compressors=None, zarr_format=3)
    return "x.zarr"


def archive(path: Path, data: np.ndarray) -> str:
    with zarr.storage.ZipStore(path / "x.zarr.zip", mode="w") as zipped:
        zarr.create_array(zipped, data=data, chunks=(4096,), compressors=None)
    return "x.zarr.zip"


def tarred(path: Path, data: np.ndarray) -> str:
    with tarfile.open(path / "x.tar", "w") as archive:
        archive.add(path / store(path, data), ".")
    shutil.rmtree(path / "x.zarr")
    return "x.tar"


class Attack(NamedTuple):
    """What is written, which part of its path is swapped, and what is asked for."""

    write: Callable[[Path, np.ndarray], str]
    swapped: str
    asked: tuple[str, ...]


ATTACKS = {
    "npy": Attack(npy, "x.npy", ("x.npy", "c", "0")),
    "csv": Attack(csv, "x.csv", ("x.csv", "a", "c", "0")),
    "parquet": Attack(parquet, "x.parquet", ("x.parquet", "a", "c", "0")),
    "feather": Attack(feather, "x.feather", ("x.feather", "a", "c", "0")),
    "npz": Attack(npz, "x.npz", ("x.npz", "a", "c", "0")),
    "hdf5": Attack(hdf5, "x.h5", ("x.h5", "a", "c", "0")),
    "tiff": Attack(tiff, "x.tif", ("x.tif", "c", "0", "0")),
    "png": Attack(png, "x.png", ("x.png", "c", "0", "0")),
    "zip": Attack(archive, "x.zarr.zip", ("x.zarr.zip", "c", "0")),
    "tar": Attack(tarred, "x.tar", ("x.tar", "c", "0")),
    "a folder": Attack(npy, "", ("x.npy", "c", "0")),
    "a store": Attack(store, "x.zarr", ("x.zarr", "c", "0")),
    "a chunk": Attack(store, "x.zarr/c/0", ("x.zarr", "c", "0")),
    "a folder of chunks": Attack(store, "x.zarr/c", ("x.zarr", "c", "0")),
}  # fmt: skip


def tree_of(root: Path) -> Tree:
    return Tree(Settings(root, policy=Policy(compressor=None)))


@pytest.mark.parametrize("within", [0, 2], ids=["all", "by a link"])
@pytest.mark.parametrize("kind", ATTACKS)
def test_no_byte_of_a_secret_is_read(tmp_path, kind, within):
    attack, folder, outside = ATTACKS[kind], tmp_path / "root" / "folder", tmp_path / "outside"
    folder.mkdir(parents=True)
    outside.mkdir()
    attack.write(folder, OWN)
    attack.write(outside, SECRET)
    here = folder / attack.swapped
    there = here.with_name(f"{here.name}.other")
    there.symlink_to(outside / attack.swapped)
    tree = tree_of(tmp_path / "root")
    path = ("files", "folder", *attack.asked)
    request = Request(3, path, within=within)
    root = partial(tree.below, path[:within]) if within else lambda: tree.root
    answers, got = 0, set()
    with swapping(here, there):
        until = time.monotonic() + SECONDS
        while answers < MOST and time.monotonic() < until:
            response = answered(request, lambda: locate(root(), request))
            assert not any(leak in bytes(response.body) for leak in LEAKS)
            answers += 1
            got.add(response.status)
    assert got & {200, 403, 404, 503}


@pytest.mark.parametrize("kind", ["npy", "a chunk", "a folder of chunks"])
def test_a_server_reads_no_byte_of_a_secret(server: Server, served_dir, tmp_path, kind):
    """Of a stored chunk neither: the server itself opens its file."""
    attack, folder = ATTACKS[kind], served_dir / kind
    folder.mkdir()
    attack.write(folder, OWN)
    attack.write(tmp_path, SECRET)
    here = folder / attack.swapped
    there = here.with_name(f"{here.name}.other")
    url = "/".join(["zarr/v3/files", kind, *attack.asked])
    own = server.get(url).content
    assert own
    there.symlink_to(tmp_path / attack.swapped)
    with swapping(here, there):
        answers = [server.get(url) for _ in range(150)]
    assert {answer.content for answer in answers if answer.ok} <= {own}


@pytest.mark.parametrize("swapped", ["x/file", "x"], ids=["file", "folder"])
def test_whatever_is_opened_is_no_secret(tmp_path, swapped):
    """Far more often than requests can try it."""
    for folder, content in (("root/x", b"own"), ("outside/x", b"secret")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_bytes(content)
    here = tmp_path / "root" / swapped
    there = here.with_name("other")
    there.symlink_to(tmp_path / "outside" / swapped)
    got: Counter[bytes] = Counter()
    with swapping(here, there):
        for _ in range(READS):
            try:
                with no_links.open_regular(tmp_path / "root/x/file") as file:
                    got[file.read()] += 1
            except (Unavailable, FileNotFoundError) as error:
                got[type(error).__name__.encode()] += 1
    assert set(got) <= {b"own", b"Unavailable", b"FileNotFoundError"}
    assert got[b"own"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere what took its place is looked at again")
@pytest.mark.parametrize("put", [
    lambda path, secret: path.symlink_to(secret),
    lambda path, _: os.mkfifo(path),
    lambda path, secret: path.write_bytes(secret.read_bytes()),
], ids=["a link", "a pipe", "a file"])  # fmt: skip
def test_what_was_looked_at_is_what_is_read(tmp_path, monkeypatch, put):
    """Whatever takes its place after the look."""
    path, secret = tmp_path / "x", tmp_path / "secret"
    path.write_bytes(b"own")
    secret.write_bytes(b"secret")
    check = no_links._check_is_regular

    def looked_at(seen: Path, status: os.stat_result) -> None:
        check(seen, status)
        monkeypatch.undo()
        path.unlink()
        put(path, secret)

    monkeypatch.setattr(no_links, "_check_is_regular", looked_at)
    with no_links.open_regular(path) as file:
        assert file.read() == b"own"


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="there are no devices as files")
def test_a_device_is_not_opened(monkeypatch):
    monkeypatch.setattr(no_links, "_opened_again", lambda *_: pytest.fail("it is opened"))
    with pytest.raises(Unreadable, match="device"):
        no_links.open_regular(Path("/dev/null"))


def test_without_a_list_of_descriptors_a_file_is_opened_part_by_part(tmp_path, monkeypatch):
    """As in a container that shows no /proc, and as on systems that have none."""
    (tmp_path / "x").write_bytes(b"own")
    monkeypatch.setattr(no_links, "_DESCRIPTORS", "/proc/none")
    with no_links.open_regular(tmp_path / "x") as file:
        assert file.read() == b"own"
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Unavailable):
        no_links.open_regular(tmp_path / "link" / "x")


@pytest.mark.parametrize("kind", ["npy", "a chunk"])
def test_a_pipe_in_the_place_of_a_file_keeps_nobody(tmp_path, kind):
    attack, folder = ATTACKS[kind], tmp_path / "folder"
    folder.mkdir()
    attack.write(folder, OWN)
    here = folder / attack.swapped
    there = here.with_name(f"{here.name}.other")
    os.mkfifo(there)
    tree = tree_of(tmp_path)
    request = Request(3, ("files", "folder", *attack.asked))
    with swapping(here, there):
        for _ in range(300):  # the time-out of the test ends it where one read waits for a writer
            answered(request, lambda: locate(tree.root, request))


@pytest.mark.parametrize("place", ["file", "folder"])
def test_a_link_that_is_found_too_late_is_no_absence(tmp_path, place):
    """A link that was put there since the path was resolved; a chunk that is "not found" reads as zeros."""
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "x"
    path.write_bytes(b"secret")
    swapped = path if place == "file" else path.parent
    swapped.rename(tmp_path / "other")
    swapped.symlink_to(tmp_path / "other")
    for look in (no_links.status_of, no_links.open_regular):
        with pytest.raises(Unavailable, match="replaced by a link"):
            look(path)


def test_a_file_in_the_place_of_a_folder_says_that_nothing_is_below_it(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for look in (no_links.status_of, no_links.open_regular):
        with pytest.raises(NotADirectoryError):
            look(tmp_path / "file" / "below")
