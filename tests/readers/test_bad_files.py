"""Damaged files of every format: a clear failure, or right values, and never anything else."""

import contextlib
import hashlib
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import PIL.Image
import pytest
import scipy.io
import scipy.sparse
import sparse
import tifffile
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_zarr_serve.core import v2, v3
from jupyter_zarr_serve.core.errors import ServeError
from jupyter_zarr_serve.core.nodes import Array, Group, Node, Policy
from jupyter_zarr_serve.core.walk import descendants
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.readers import files
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from tests.nodes import FILE_FAILURES

IMAGE = (np.arange(64 * 80).reshape(64, 80) % 251).astype("u1")
pytestmark = pytest.mark.usefixtures("nobody_writes")
MOST_CHUNKS = 200
TABLE = pd.DataFrame({"a": np.arange(500), "b": np.arange(500) / 3, "c": [f"text {i}" for i in range(500)]})


def _hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("gzip", data=IMAGE, chunks=(16, 16), compression="gzip", shuffle=True)
        file.create_dataset("plain", data=IMAGE.astype("f4"))


def _netcdf3(path: Path) -> None:
    with scipy.io.netcdf_file(path, "w") as file:
        file.createDimension("y", 64)
        file.createDimension("x", 80)
        file.createVariable("v", "i4", ("y", "x"))[:] = IMAGE


def _zarr_zip(path: Path) -> None:
    with zarr.storage.ZipStore(path, mode="w") as store:
        zarr.create_array(store, name="a", data=IMAGE, chunks=(16, 16))


WRITERS: dict[str, Callable[[Path], Any]] = {
    "a.npy": lambda path: np.save(path, IMAGE),
    "a.npz": lambda path: np.savez_compressed(path, one=IMAGE, two=IMAGE * 2),
    "sparse.npz": lambda path: sparse.save_npz(path, sparse.COO.from_numpy(IMAGE)),
    "scipy.npz": lambda path: scipy.sparse.save_npz(path, scipy.sparse.csr_array(IMAGE)),
    "a.h5": _hdf5,
    "a.nc": _netcdf3,
    "a.zip": _zarr_zip,
    "a.csv": lambda path: TABLE.to_csv(path, index=False),
    "a.parquet": TABLE.to_parquet,
    "a.feather": TABLE.to_feather,
    "a.tif": lambda path: tifffile.imwrite(path, IMAGE, tile=(16, 16), compression="zlib"),
    "b.tif": lambda path: tifffile.imwrite(path, IMAGE),
    "a.png": lambda path: PIL.Image.fromarray(IMAGE).save(path),
    "a.jpg": lambda path: PIL.Image.fromarray(IMAGE).save(path),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a sound file of every format."""
    folder = tmp_path_factory.mktemp("good")
    for name, write in WRITERS.items():
        write(folder / name)
    return {name: (folder / name).read_bytes() for name in WRITERS}


def ask(root: Node, *path: str, zarr_format: int = 3) -> Any:
    return respond(root, Request(zarr_format, path))


def chunks(root: Node, file: str, zarr_format: int) -> dict[str, Any]:
    """The responses to chunks below a file that can be opened; a damaged shape may have millions."""
    node = root.children[file]  # type: ignore[union-attr]
    arrays = {"": node} if isinstance(node, Array) else dict(descendants(node))
    dialect = {2: v2, 3: v3}[zarr_format]
    answers = {}
    for path, array in arrays.items():
        if isinstance(array, Group):
            continue
        grid = [-(-n // c) for n, c in zip(array.shape, array.chunk_shape, strict=True)]
        for coords in itertools.islice(np.ndindex(*grid), MOST_CHUNKS):
            key = [*filter(None, path.split("/")), *dialect.chunk_key(coords).split("/")]
            answers["/".join(key)] = ask(root, file, *key, zarr_format=zarr_format)
    return answers


def check(folder: Path, name: str, sound: dict[str, bytes], *, exact: bool, zarr_format: int) -> None:
    """A damaged file fails clearly; where a cut file still gives a chunk, it is the right one."""
    root = Library(folder, Policy()).top()
    document = {2: ".zgroup", 3: "zarr.json"}[zarr_format]
    answer = ask(root, name, document, zarr_format=zarr_format)
    answers: dict[str, Any] = {}
    assert answer.status in {200, 404, 422, 503}, answer
    if answer.status == 404:
        assert zarr_format == 2 or name.endswith(".zip")
    if answer.status in {422, 503}:
        assert name in json.loads(answer.body)["message"]
        return
    with np.errstate(all="ignore"), contextlib.suppress(KeyError, ServeError, *FILE_FAILURES):
        answers.update(chunks(root, name, zarr_format))
    for key, got in answers.items():
        assert got.status in {200, 404, 422, 503}, (key, got)
        if exact and got.status == 200 and key in sound:
            assert got.body == sound[key], key


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("name", WRITERS)
def test_truncated(good, tmp_path, name, zarr_format):
    (tmp_path / name).write_bytes(good[name])
    sound = {key: a.body for key, a in chunks(Library(tmp_path, Policy()).top(), name, zarr_format).items()}
    assert sound
    size = len(good[name])
    for length in sorted({0, 1, 7, 16, 60, size // 4, size // 2, size * 9 // 10, size - 8, size - 1}):
        (tmp_path / name).write_bytes(good[name][:length])
        check(tmp_path, name, sound, exact=name not in {"a.csv", "a.jpg"}, zarr_format=zarr_format)


# The HDF5 library itself crashes on some scrambled files; docs/reference/failures.md says so.
@pytest.mark.parametrize("name", [name for name in WRITERS if name != "a.h5"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_scrambled(good, tmp_path, name, data):
    content = bytearray(good[name])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, min(len(content) - 1, 400)))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(bytes(content))
    check(tmp_path, name, {}, exact=False, zarr_format=data.draw(st.sampled_from([2, 3])))


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"\xff" * 5000, b"garbage\n" * 100], ids=len)
def test_siblings_stay_readable(good, tmp_path, content):
    for name in WRITERS:
        (tmp_path / f"good-{name}").write_bytes(good[name])
        (tmp_path / f"bad-{name}").write_bytes(content)
    root = Library(tmp_path, Policy()).top()
    listing = ask(root, "").body.decode()
    for name in WRITERS:
        assert f'"good-{name}/"' in listing
        if name != "a.csv":  # a line of text is a table of one column
            assert f'"bad-{name}/"' not in listing
            answer = ask(root, f"bad-{name}", "zarr.json")
            assert answer.status in ({422, 404} if name == "a.zip" else {422}), (name, answer)


def test_serving_changes_nothing(good, tmp_path):
    for name in WRITERS:
        (tmp_path / name).write_bytes(good[name])
    before = fingerprint(tmp_path)
    root = Library(tmp_path, Policy()).top()
    for name in WRITERS:
        assert chunks(root, name, 3)
    assert fingerprint(tmp_path) == before


def fingerprint(folder: Path) -> dict[str, Any]:
    return {
        str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.rglob("*")
    }


def test_objects_are_never_unpickled(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "objects.npz", good=np.ones(3), bad=np.array([print], dtype=object))
    root = Library(tmp_path, Policy()).top()
    answer = ask(root, "objects.npy", "zarr.json")
    assert answer.status == 422
    assert "pickle" in json.loads(answer.body)["message"]
    assert ask(root, "objects.npz", "good", "c", "0").status == 200
    assert ask(root, "objects.npz", "bad", "zarr.json").status == 422


def test_a_claim_of_terabytes_allocates_nothing(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6)}
    )
    (tmp_path / "huge.npy").write_bytes(header.getvalue() + b"\0" * 100)
    answer = ask(Library(tmp_path, Policy()).top(), "huge.npy", "zarr.json")
    assert answer.status == 422
    assert "huge.npy" in json.loads(answer.body)["message"]


def test_unreadable_permissions(tmp_path, monkeypatch):
    np.save(tmp_path / "secret.npy", IMAGE)
    np.save(tmp_path / "open.npy", IMAGE)
    opened = files.open_regular

    def refuse(path: Path) -> Any:
        if path.name == "secret.npy":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path)

    monkeypatch.setattr(files, "open_regular", refuse)  # the tests may run as root, whom nothing is denied
    root = Library(tmp_path, Policy()).top()
    answer = ask(root, "secret.npy", "zarr.json")
    assert answer.status == 422
    assert "permission" in json.loads(answer.body)["message"]
    assert "secret" not in ask(root, "").body.decode()
    assert str(tmp_path) not in answer.body.decode()


def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch):
    """Old data, new data or 503; never a mixture of both."""
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((100, 100)))
    root = Library(tmp_path, Policy()).top()
    assert ask(root, "a.npy", "zarr.json").status == 200
    opened = files.open_regular

    def change(file: Path) -> Any:
        monkeypatch.undo()
        np.save(path, np.ones((50, 300)))
        return opened(file)

    monkeypatch.setattr(files, "open_regular", change)
    answer = ask(root, "a.npy", "c", "0", "0")
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert json.loads(ask(root, "a.npy", "zarr.json").body)["shape"] == [50, 300]


def test_a_file_that_vanishes_while_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros(10))
    root = Library(tmp_path, Policy()).top()
    assert ask(root, "a.npy", "zarr.json").status == 200
    opened = files.open_regular

    def vanish(file: Path) -> Any:
        path.unlink(missing_ok=True)
        return opened(file)

    monkeypatch.setattr(files, "open_regular", vanish)
    assert ask(root, "a.npy", "c", "0").status == 503
    assert ask(root, "a.npy", "c", "0").status == 409
